//! The table for people: what each receiver does that it should not.

use std::fmt::{self, Write};

use super::{Did, accepts_parts, is_to_be_served};
use crate::conform::{
    case::Delivery,
    suite::{Outcome, Tested},
    vector::{Expected, Vectors},
    verdict::Grade,
};

const EXPLANATION: &str = "
## How to read this

- Each vector is sent whole and, unless it is only a part of a header, split in two. \
`vectors/README.md` says what \"must\", \"should\" and \"may\" mean here, and where the specification leaves a choice.
- pass: the receiver does what the specification requires or recommends. \
fail: it does what the specification forbids. \
lenient: it accepts what may or should be refused. \
strict: it refuses what may or should be accepted.
- not checked: what the receiver does has more than one explanation. \
One that refuses every split header shows nothing about its parser when it refuses an invalid one that is split. \
One that refuses UNKNOWN shows nothing about what it ignores after it. \
A web server that answers \"400 Bad Request\" to a header followed by another header may have accepted the first.
- A failure shows what a receiver does as it is configured in its recipe, for a client that it trusts.
";

pub(super) fn text(date: &str, vectors: &Vectors, columns: &[Tested<'_>], notes: &str) -> String {
    let mut out = format!(
        "# What receivers do\n\n\
        Generated on {date} by `proxy-proto conform --matrix`, from vectors {} for the revision {} of the\n\
        specification. Do not edit. [conformance-matrix.csv](conformance-matrix.csv) has the verdict on every case.\n",
        vectors.version, vectors.spec
    );
    // Writing to a string does not fail.
    let _ = counts(&mut out, columns);
    out.push_str(EXPLANATION);
    for column in columns {
        let _ = receiver(&mut out, column);
    }
    let _ = departures(&mut out, columns);
    if !notes.is_empty() {
        let _ = write!(out, "\n{notes}");
    }
    out
}

fn counts(out: &mut String, columns: &[Tested<'_>]) -> fmt::Result {
    write!(out, "\n| receiver | version |")?;
    for grade in Grade::ALL {
        write!(out, " {} |", grade.name())?;
    }
    writeln!(out, "\n|---|---|---|---|---|---|---|")?;
    for column in columns {
        write!(out, "| {} | {} |", column.title, column.version)?;
        for grade in Grade::ALL {
            let outcomes = column.outcomes.iter();
            write!(
                out,
                " {} |",
                outcomes.filter(|o| o.verdict.grade == grade).count()
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Which cases a list of cases is about.
type Choice = fn(&Outcome<'_>) -> bool;

const LISTS: [(&str, Choice); 7] = [
    ("Accepts what the specification forbids", |o| {
        is(o, Grade::Fail) && !is_to_be_served(&o.case) && is_served(o)
    }),
    ("Rejects what it requires", |o| {
        is(o, Grade::Fail) && is_to_be_served(&o.case) && !is_served(o)
    }),
    ("Crashes", |o| Did::of(o) == Did::Crashed),
    ("Uses another address than it must", |o| {
        Did::of(o) == Did::Misread
    }),
    ("Accepts what it recommends or permits rejecting", |o| {
        is(o, Grade::Lenient) && is_served(o) && !is_to_be_served(&o.case)
    }),
    ("Rejects what it recommends or permits accepting", |o| {
        is(o, Grade::Strict) && o.case.delivery == Delivery::Whole
    }),
    ("Rejects only at its timeout", |o| {
        o.case.vector.expected() == Expected::Refuse && Did::of(o) == Did::Late
    }),
];

fn receiver(out: &mut String, column: &Tested<'_>) -> fmt::Result {
    writeln!(out, "\n## {}\n", column.label())?;
    for (what, choice) in LISTS {
        writeln!(out, "- {what}: {}.", list(column, choice))?;
    }
    writeln!(out, "- Needs in one segment: {}.", needs_whole(column))?;
    if let Some(len) = max_served_len(column) {
        writeln!(
            out,
            "- Maximum length of a version 2 header that it served: {len} bytes."
        )?;
    }
    Ok(())
}

fn list(column: &Tested<'_>, choice: Choice) -> String {
    let chosen = column.outcomes.iter().filter(|outcome| choice(outcome));
    let once = chosen.filter(|outcome| !is_listed_whole(column, outcome));
    let ids: Vec<String> = once.map(|o| format!("`{}`", o.case.id())).collect();
    if ids.is_empty() {
        "nothing".to_owned()
    } else {
        ids.join(", ")
    }
}

fn is(outcome: &Outcome<'_>, grade: Grade) -> bool {
    outcome.verdict.grade == grade
}

fn is_served(outcome: &Outcome<'_>) -> bool {
    matches!(Did::of(outcome), Did::Served | Did::Misread)
}

/// Whether this is split, and the same vector has the same grade when it is sent whole.
fn is_listed_whole(column: &Tested<'_>, outcome: &Outcome<'_>) -> bool {
    outcome.case.delivery == Delivery::Split
        && column.outcomes.iter().any(|other| {
            other.case.delivery == Delivery::Whole
                && other.case.vector.id == outcome.case.vector.id
                && other.verdict.grade == outcome.verdict.grade
        })
}

fn needs_whole(column: &Tested<'_>) -> &'static str {
    match ["v1", "v2"].map(|version| accepts_parts(column, version)) {
        [true, true] => "nothing",
        [true, false] => "headers of version 2",
        [false, true] => "headers of version 1",
        [false, false] => "headers of both versions",
    }
}

fn max_served_len(column: &Tested<'_>) -> Option<usize> {
    let served = column.outcomes.iter().filter(|outcome| {
        outcome.case.vector.id.starts_with("v2")
            && is_to_be_served(&outcome.case)
            && Did::of(outcome) == Did::Served
    });
    served
        .map(|outcome| outcome.case.vector.bytes().len())
        .max()
}

/// A row for each vector that some receiver does not pass.
fn departures(out: &mut String, columns: &[Tested<'_>]) -> fmt::Result {
    writeln!(out, "\n## Vectors that a receiver does not pass\n")?;
    writeln!(
        out,
        "Sent whole. An empty cell is a pass; `-` is not checked.\n"
    )?;
    write!(out, "| vector | what it is | section | |")?;
    for column in columns {
        write!(out, " {} |", column.name)?;
    }
    writeln!(out, "\n|---|---|---|---|{}", "---|".repeat(columns.len()))?;
    let Some(first) = columns.first() else {
        return Ok(());
    };
    for (row, outcome) in first.outcomes.iter().enumerate() {
        let vector = outcome.case.vector;
        let outcomes: Vec<_> = columns
            .iter()
            .filter_map(|column| column.outcomes.get(row))
            .collect();
        let is_passed = outcomes
            .iter()
            .all(|o| matches!(o.verdict.grade, Grade::Pass | Grade::NotChecked));
        if outcome.case.delivery == Delivery::Split || is_passed {
            continue;
        }
        write!(
            out,
            "| `{}` | {} | {} | {} {} |",
            vector.id,
            vector.why.replace('|', "\\|"),
            vector.section(),
            vector.strength.name(),
            vector.expected().name()
        )?;
        for outcome in outcomes {
            match outcome.verdict.grade {
                Grade::Pass => write!(out, " |")?,
                Grade::NotChecked => write!(out, " - |")?,
                grade => write!(out, " {} |", grade.name())?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
