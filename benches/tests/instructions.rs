//! The stored counts are those of the cases there are, and a rise is found.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use std::collections::BTreeMap;

use proxy_proto_benches::instructions::{Stored, Verdict, cases, compare};

fn counts(rows: &[(&str, u64)]) -> BTreeMap<String, u64> {
    rows.iter()
        .map(|&(name, count)| (name.into(), count))
        .collect()
}

fn stored() -> Stored {
    Stored::read(&Stored::write(
        "rustc 1",
        &counts(&[("a", 1000), ("b", 50)]),
    ))
    .unwrap()
}

#[test]
fn the_stored_cases_are_the_ones_there_are() {
    let stored = Stored::read(include_str!("../instructions.toml")).unwrap();
    let mut names: Vec<_> = cases().iter().map(|case| case.name()).collect();
    names.sort();
    assert_eq!(stored.instructions.into_keys().collect::<Vec<_>>(), names);
}

#[test]
fn two_percent_more_is_fine_and_what_fell_is_named() {
    let now = counts(&[("a", 1020), ("b", 40)]);
    let fell = "b: 50 instructions before, 40 now".to_string();
    assert_eq!(
        compare(&stored(), "rustc 1", &now),
        Verdict::Fine(vec![fell])
    );
}

#[test]
fn what_rose_by_more_is_named() {
    let now = counts(&[("a", 1021), ("b", 50)]);
    let rose = "a: 1000 instructions before, 1021 now".to_string();
    assert_eq!(
        compare(&stored(), "rustc 1", &now),
        Verdict::Worse(vec![rose])
    );
}

#[test]
fn other_cases_than_the_stored_ones_fail() {
    let now = counts(&[("a", 1000), ("c", 1)]);
    let verdict = Verdict::Worse(vec![
        "c is not stored".into(),
        "b is stored and no longer counted".into(),
    ]);
    assert_eq!(compare(&stored(), "rustc 1", &now), verdict);
}

#[test]
fn under_another_compiler_nothing_is_compared() {
    let now = counts(&[("a", 9999)]);
    let verdict = Verdict::OtherCompiler("rustc 1".into());
    assert_eq!(compare(&stored(), "rustc 2", &now), verdict);
}
