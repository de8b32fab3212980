//! One case, with its bytes and times.

use std::fmt::Write;

use crate::{
    ascii,
    conform::{
        observation::{Event, What},
        suite::Outcome,
    },
};

/// The vector, everything that happened, and the verdict.
pub(crate) fn transcript(outcome: &Outcome<'_>) -> String {
    let vector = outcome.case.vector;
    let mut out = format!(
        "{}: {}\n{} {} (section {})\n",
        outcome.case.id(),
        ascii::escaped(&vector.why),
        vector.strength.name(),
        vector.expected().name(),
        ascii::escaped(&vector.clause),
    );
    if let Ok(observation) = &outcome.observation {
        for event in &observation.events {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{}", line(event));
        }
    }
    let verdict = &outcome.verdict;
    let reason = ascii::escaped(&verdict.reason);
    let _ = writeln!(out, "{}: {reason}", verdict.grade.name());
    out
}

fn line(event: &Event) -> String {
    let at = format!("{:>9.3} s", event.at.as_secs_f64());
    match &event.what {
        What::Sent(bytes) => format!("{at}  sent      {}", shown(bytes)),
        What::Received(bytes) => format!("{at}  received  {}", shown(bytes)),
        What::Closed => format!("{at}  closed by the receiver"),
        What::Reset => format!("{at}  reset by the receiver"),
        What::GaveUp => format!("{at}  gave up waiting"),
    }
}

/// As in a byte string of Rust, with the number of bytes first.
fn shown(bytes: &[u8]) -> String {
    let (start, rest) = bytes.split_at_checked(SHOWN).unwrap_or((bytes, &[]));
    let more = if rest.is_empty() { "" } else { " ..." };
    format!("{:>5}  {}{more}", bytes.len(), start.escape_ascii())
}

/// Bytes of a part that are shown: enough for any header that fits in a segment.
const SHOWN: usize = 1024;
