//! DISAGREEMENTS.md is what is found, and every disagreement has its reason.

use proxy_proto_benches::disagreements::{all, report};

#[test]
fn every_disagreement_has_a_rule() {
    for disagreement in all() {
        let id = &disagreement.input.id;
        let rule = disagreement.rule.as_deref();
        assert!(
            rule.is_some_and(|rule| rule.contains("(§")),
            "{id}: {rule:?}"
        );
    }
}

#[test]
fn the_file_is_what_is_found() {
    assert!(
        include_str!("../DISAGREEMENTS.md") == report(),
        "DISAGREEMENTS.md is out of date: cargo run -p proxy-proto-benches --bin disagreements"
    );
}
