//! CONFORMANCE.md names tests: they exist, and each of its rows names one or binds the application.
//! RULES.md has the rules that it and the tests refer to.

#![expect(
    clippy::panic,
    reason = "a helper that panics fails the test that called it"
)]

use std::{collections::BTreeSet, fs, path::Path};

const CONFORMANCE: &str = include_str!("../../CONFORMANCE.md");
const RULES: &str = include_str!("../../RULES.md");

/// The programs whose tests it names, and their directories. The last two belong to another crate,
/// and are missing from the package of this one.
const PROGRAMS: [(&str, &str); 3] = [
    ("suite", "tests/suite"),
    ("acceptor", "../proxy-proto-tokio/tests/acceptor"),
    ("login_server", "../proxy-proto-tokio/tests/login_server"),
];

/// The sections of the spec that contain requirements.
const SECTIONS: [&str; 11] = [
    "§2", "§2.1", "§2.2", "§2.2.2", "§2.2.3", "§2.2.4", "§2.2.5", "§2.2.6", "§2.2.7", "§2.2.8",
    "§5",
];

/// A statement of the spec: its section, the statement, what we do, and the tests.
type Row<'a> = [&'a str; 4];

#[test]
fn each_section_of_the_spec_has_its_rows() {
    let rows = rows();
    for section in SECTIONS {
        let here = rows.iter().filter(|[clause, ..]| *clause == section);
        assert!(here.count() > 0, "no row for {section}");
    }
    for [clause, ..] in &rows {
        assert!(
            SECTIONS.contains(clause),
            "{clause} contains no requirements"
        );
    }
    assert!(rows.len() >= 100, "only {} rows", rows.len());
}

#[test]
fn each_row_names_a_test_or_binds_the_application() {
    for [_, says, _, tests] in rows() {
        let binds = tests.starts_with("binds the ");
        assert!(
            binds || quoted(tests).next().is_some(),
            "neither names a test nor binds the application: {says}"
        );
        // So that a misspelt test does not pass for other code.
        for name in quoted(tests) {
            assert!(is_test_path(name), "not the path of a test: {name}");
        }
    }
}

#[test]
fn each_test_named_exists() {
    let paths: Vec<_> = quoted(CONFORMANCE).filter(|it| is_test_path(it)).collect();
    for path in &paths {
        assert!(exists(path), "no such test: {path}");
    }
    assert!(paths.len() >= 100, "only {} tests are named", paths.len());
}

/// A test shows a rule if it is named after the rule, or if CONFORMANCE.md names it beside the rule.
#[test]
fn each_rule_has_a_test_and_each_rule_named_exists() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let files = fs::read_dir(suite)
        .unwrap()
        .map(|file| file.unwrap().path());
    let sources: Vec<_> = files.flat_map(fs::read_to_string).collect();
    let functions = sources
        .iter()
        .flat_map(|source| source.split("\nfn ").skip(1));
    let prefixes = functions.filter_map(|name| name.split('_').next());
    let links = CONFORMANCE.split("(RULES.md#").skip(1);
    let linked = links.filter_map(|link| link.split(')').next());
    let named: BTreeSet<_> = prefixes
        .filter(|prefix| is_rule(prefix))
        .chain(linked)
        .map(str::to_uppercase)
        .collect();
    let rules: BTreeSet<_> = RULES
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(str::to_owned)
        .collect();
    assert_eq!(named, rules);
}

#[test]
fn a_test_is_a_function_marked_as_one() {
    let source = "#[test]\nfn plain() {}\n\nfn helper() {}\n\n#[tokio::test(flavor = \"x\")]\n\
                  /// Why.\nasync fn later() {}\n\n    #[test]\n    fn drawn(from in strategies()) {}\n";
    for name in ["plain", "later", "drawn"] {
        assert!(has_test(source, name), "{name}");
    }
    for name in ["helper", "plai", "rawn", ""] {
        assert!(!has_test(source, name), "{name}");
    }
}

/// The rows of all tables, without their headings.
fn rows() -> Vec<Row<'static>> {
    let lines = CONFORMANCE.lines().filter(|line| line.starts_with("| §"));
    let row = |line: &'static str| {
        let cells = line.trim_matches('|').split(" | ").map(str::trim);
        let cells: Vec<_> = cells.collect();
        let row = Row::try_from(cells.as_slice());
        row.unwrap_or_else(|_| panic!("not a row of four cells: {line}"))
    };
    lines.map(row).collect()
}

/// Whether this is the number of a rule, as tests are named: `a2`, `b10`.
fn is_rule(prefix: &str) -> bool {
    let number = prefix.strip_prefix(['a', 'b', 'g']).unwrap_or_default();
    number.parse::<u8>().is_ok()
}

/// The text between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn is_test_path(quoted: &str) -> bool {
    PROGRAMS
        .iter()
        .any(|(program, _)| quoted.split("::").next() == Some(program) && quoted.contains("::"))
}

/// Whether `program::modules::function` is a test. Those of a crate that is missing count as one.
fn exists(path: &str) -> bool {
    let parts: Vec<_> = path.split("::").collect();
    let [program, modules @ .., function] = &parts[..] else {
        return false;
    };
    let Some((_, directory)) = PROGRAMS.iter().find(|(name, _)| name == program) else {
        return false;
    };
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_other_crate = directory.starts_with("..");
    if is_other_crate && !package.join("../proxy-proto-tokio").is_dir() {
        return true;
    }
    let file = package
        .join(directory)
        .join(modules.join("/"))
        .with_extension("rs");
    fs::read_to_string(file).is_ok_and(|source| has_test(&source, function))
}

/// Whether `source` has a function of this name marked `#[test]` or `#[tokio::test]`.
fn has_test(source: &str, function: &str) -> bool {
    let mut is_marked = false;
    source.lines().map(str::trim).any(|line| {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_marked = true;
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            let name = line
                .trim_start_matches("async ")
                .strip_prefix("fn ")
                .and_then(|line| line.split('(').next());
            return core::mem::take(&mut is_marked) && name == Some(function);
        }
        false
    })
}
