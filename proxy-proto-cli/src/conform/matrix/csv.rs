//! The table for programs: a row for each case, a column for each receiver.

use std::fmt::Write;

use super::Did;
use crate::conform::{suite::Tested, vector::Vectors};

/// Each cell has the verdict and what the receiver did. The lines that start with # have what may
/// differ although no verdict does.
pub(super) fn text(date: &str, vectors: &Vectors, columns: &[Tested<'_>]) -> String {
    let mut out = format!(
        "# {date}; vectors {}, specification {}\n",
        vectors.version, vectors.spec
    );
    for column in columns {
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "# {}: {} {}",
            column.name, column.title, column.version
        );
    }
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let _ = writeln!(out, "case,section,strength,expected,{}", names.join(","));
    let Some(first) = columns.first() else {
        return out;
    };
    for (row, outcome) in first.outcomes.iter().enumerate() {
        let vector = outcome.case.vector;
        let _ = write!(
            out,
            "{},{},{},{}",
            outcome.case.id(),
            vector.section(),
            vector.strength.name(),
            vector.expected().name()
        );
        for outcome in columns.iter().filter_map(|column| column.outcomes.get(row)) {
            let _ = write!(
                out,
                ",{}: {}",
                outcome.verdict.grade.name(),
                Did::of(outcome).name()
            );
        }
        out.push('\n');
    }
    out
}
