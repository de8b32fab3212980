//! The outcomes of a suite, for people.

mod json;
mod junit;
mod transcript;

pub(crate) use json::json;
pub(crate) use junit::junit;
pub(crate) use transcript::transcript;

use std::{collections::BTreeMap, fmt::Write};

use super::{
    suite::{Outcome, Tested},
    vector::Vectors,
    verdict::{Grade, Verdict},
};
use crate::ascii;

/// The counts by section of the specification, and each case that did not pass.
pub(crate) fn text(vectors: &Vectors, tested: &Tested<'_>) -> String {
    let outcomes = &tested.outcomes;
    let mut out = format!(
        "{}: vectors {}, specification {}\n\n",
        ascii::escaped(&tested.label()),
        vectors.version,
        vectors.spec
    );
    // Writing to a string does not fail.
    let _ = write_counts(&mut out, outcomes);
    let _ = write_departures(&mut out, outcomes);
    let _ = write_not_checked(&mut out, outcomes);
    out
}

fn write_counts(out: &mut String, outcomes: &[Outcome<'_>]) -> std::fmt::Result {
    let mut sections: BTreeMap<&str, Vec<Grade>> = BTreeMap::new();
    for outcome in outcomes {
        let grades = sections.entry(outcome.case.vector.section()).or_default();
        grades.push(outcome.verdict.grade);
    }
    write!(out, "{:<8}", "section")?;
    for grade in Grade::ALL {
        write!(out, "{:>12}", grade.name())?;
    }
    writeln!(out)?;
    let all = outcomes.iter().map(|outcome| outcome.verdict.grade);
    let total = ("all", all.collect());
    for (section, grades) in sections.into_iter().chain([total]) {
        write!(out, "{section:<8}")?;
        for grade in Grade::ALL {
            write!(out, "{:>12}", count(&grades, grade))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn count(grades: &[Grade], grade: Grade) -> usize {
    grades.iter().filter(|&&other| other == grade).count()
}

fn write_departures(out: &mut String, outcomes: &[Outcome<'_>]) -> std::fmt::Result {
    for grade in [Grade::Fail, Grade::Lenient, Grade::Strict] {
        let departures = outcomes.iter().filter(|o| o.verdict.grade == grade);
        for (number, outcome) in departures.enumerate() {
            if number == 0 {
                writeln!(out)?;
            }
            writeln!(out, "{:<8}{}", grade.name(), one_line(outcome))?;
        }
    }
    Ok(())
}

/// One line for each reason, since a reason usually applies to many cases.
fn write_not_checked(out: &mut String, outcomes: &[Outcome<'_>]) -> std::fmt::Result {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for Outcome { case, verdict, .. } in outcomes {
        if verdict.grade == Grade::NotChecked {
            reasons.entry(&verdict.reason).or_default().push(case.id());
        }
    }
    if !reasons.is_empty() {
        writeln!(out)?;
    }
    for (reason, ids) in reasons {
        let reason = ascii::escaped(reason);
        let count = ids.len();
        let first = ids.first().map(String::as_str).unwrap_or_default();
        match count {
            1 => writeln!(out, "not checked: {first}: {reason}")?,
            _ => writeln!(out, "not checked: {count} cases, such as {first}: {reason}")?,
        }
    }
    Ok(())
}

fn one_line(outcome: &Outcome<'_>) -> String {
    let vector = outcome.case.vector;
    let Verdict { reason, .. } = &outcome.verdict;
    ascii::escaped(&format!(
        "{}: {}: {reason} ({} {}, section {})",
        outcome.case.id(),
        vector.why,
        vector.strength.name(),
        vector.expected().name(),
        vector.clause,
    ))
}
