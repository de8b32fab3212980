//! What several receivers do, as a table for people and one for programs.

mod csv;
mod markdown;

use std::{fs, path::Path};

use super::{
    case::{Case, Delivery},
    observation::Reaction,
    suite::{Outcome, Tested},
    vector::{Expected, Vectors},
    verdict::{self, Grade},
};
use crate::failure::{self, Failure};

/// Writes both tables into a directory, the one for people with notes at its end.
///
/// # Errors
///
/// A file cannot be written.
pub(crate) fn write(
    directory: &Path,
    vectors: &Vectors,
    columns: &[Tested<'_>],
    notes: &str,
) -> Result<(), Failure> {
    let date = chrono::Utc::now().format("%Y-%m-%d").to_string();
    let files = [
        (
            "CONFORMANCE-MATRIX.md",
            markdown::text(&date, vectors, columns, notes),
        ),
        ("conformance-matrix.csv", csv::text(&date, vectors, columns)),
    ];
    for (name, text) in files {
        let path = directory.join(name);
        fs::write(&path, text).map_err(|error| {
            Failure::new(failure::IO_ERROR, format!("{}: {error}", path.display()))
        })?;
    }
    Ok(())
}

/// What a receiver did, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Did {
    Served,
    /// Served, but for another client than the header has.
    Misread,
    Refused,
    /// Refused, but only at its timeout.
    Late,
    Answered,
    Open,
    Crashed,
    Unreachable,
}

impl Did {
    fn of(outcome: &Outcome<'_>) -> Self {
        let Ok(observation) = &outcome.observation else {
            return Self::Unreachable;
        };
        let is_wrong = matches!(outcome.verdict.grade, Grade::Fail | Grade::Lenient);
        match observation.reaction() {
            _ if observation.crash.is_some() => Self::Crashed,
            Reaction::Served(_) if is_wrong && is_to_be_served(&outcome.case) => Self::Misread,
            Reaction::Served(_) => Self::Served,
            Reaction::Refused { after, .. } if after > verdict::PROMPT => Self::Late,
            Reaction::Refused { .. } => Self::Refused,
            Reaction::Answered => Self::Answered,
            Reaction::Open => Self::Open,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Misread => "misread",
            Self::Refused => "refused",
            Self::Late => "late",
            Self::Answered => "answered",
            Self::Open => "open",
            Self::Crashed => "crashed",
            Self::Unreachable => "unreachable",
        }
    }
}

fn is_to_be_served(case: &Case<'_>) -> bool {
    matches!(case.vector.expected(), Expected::Serve(_))
}

/// Whether the receiver accepts any header of this version in two segments.
fn accepts_parts(column: &Tested<'_>, version: &str) -> bool {
    column.outcomes.iter().any(|outcome| {
        outcome.case.delivery == Delivery::Split
            && outcome.case.vector.id.starts_with(version)
            && is_to_be_served(&outcome.case)
            && Did::of(outcome) == Did::Served
    })
}
