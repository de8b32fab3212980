//! The outcomes of a suite, for programs.

use serde::Serialize;

use crate::{
    ascii,
    conform::{
        observation::{Event, What},
        suite::{Outcome, Tested},
        vector::Vectors,
    },
    failure::{self, Failure},
    hex,
};

#[derive(Serialize)]
struct Report<'a> {
    receiver: &'a str,
    vectors: &'a str,
    spec: &'a str,
    cases: Vec<Case<'a>>,
}

#[derive(Serialize)]
struct Case<'a> {
    id: String,
    vector: &'a str,
    delivery: &'a str,
    why: &'a str,
    clause: &'a str,
    strength: &'a str,
    expected: &'a str,
    verdict: &'a str,
    reason: &'a str,
    events: Vec<Happened>,
}

#[derive(Serialize)]
struct Happened {
    /// Milliseconds since the connection was made.
    ms: u128,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
}

/// One object, on one line.
pub(crate) fn json(vectors: &Vectors, tested: &Tested<'_>) -> Result<Vec<u8>, Failure> {
    let report = Report {
        receiver: &tested.label(),
        vectors: &vectors.version,
        spec: &vectors.spec,
        cases: tested.outcomes.iter().map(case).collect(),
    };
    let mut json =
        ascii::json(&report).map_err(|error| Failure::new(failure::IO_ERROR, error.to_string()))?;
    json.push(b'\n');
    Ok(json)
}

fn case<'a>(outcome: &'a Outcome<'_>) -> Case<'a> {
    let vector = outcome.case.vector;
    let events = outcome.observation.as_ref().map(|seen| &seen.events);
    Case {
        id: outcome.case.id(),
        vector: &vector.id,
        delivery: outcome.case.delivery.name(),
        why: &vector.why,
        clause: &vector.clause,
        strength: vector.strength.name(),
        expected: vector.expected().name(),
        verdict: outcome.verdict.grade.name(),
        reason: &outcome.verdict.reason,
        events: events.into_iter().flatten().map(happened).collect(),
    }
}

fn happened(event: &Event) -> Happened {
    let (name, bytes) = match &event.what {
        What::Sent(bytes) => ("sent", Some(bytes)),
        What::Received(bytes) => ("received", Some(bytes)),
        What::Closed => ("closed", None),
        What::Reset => ("reset", None),
        What::GaveUp => ("gave up", None),
    };
    Happened {
        ms: event.at.as_millis(),
        event: name,
        hex: bytes.map(|bytes| hex::encode(bytes, "")),
    }
}
