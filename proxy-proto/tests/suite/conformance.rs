//! CONFORMANCE.md names tests: they exist, and each of its rows names one or says whom it binds.

#![expect(
    clippy::panic,
    reason = "a helper that fails fails the test that called it"
)]

use std::{fs, path::Path};

const CONFORMANCE: &str = include_str!("../../CONFORMANCE.md");

/// The programs whose tests it names, and their directories. The last ones are a neighbour's, and
/// not there where this crate was packaged alone.
const PROGRAMS: [(&str, &str); 3] = [
    ("suite", "tests/suite"),
    ("acceptor", "../proxy-proto-tokio/tests/acceptor"),
    ("login_server", "../proxy-proto-tokio/tests/login_server"),
];

/// The sections of the spec that ask something of somebody.
const SECTIONS: [&str; 11] = [
    "§2", "§2.1", "§2.2", "§2.2.2", "§2.2.3", "§2.2.4", "§2.2.5", "§2.2.6", "§2.2.7", "§2.2.8",
    "§5",
];

/// A statement of the spec: its section, what it says, what we do, and the tests.
type Row<'a> = [&'a str; 4];

#[test]
fn each_section_of_the_spec_has_its_rows() {
    let rows = rows();
    for section in SECTIONS {
        let here = rows.iter().filter(|[clause, ..]| *clause == section);
        assert!(here.count() > 0, "no row for {section}");
    }
    for [clause, ..] in &rows {
        assert!(SECTIONS.contains(clause), "{clause} asks nothing");
    }
    assert!(rows.len() >= 100, "only {} rows", rows.len());
}

#[test]
fn each_row_names_a_test_or_whom_it_binds() {
    for [_, says, _, tests] in rows() {
        let binds = tests.starts_with("binds the ");
        assert!(
            binds || quoted(tests).next().is_some(),
            "neither a test nor whom it binds: {says}"
        );
        // So that a slip of the pen is not taken for something else than a test.
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

/// A test that is there, and what is not one.
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

/// The rows of all tables, their heads left out.
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

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn is_test_path(quoted: &str) -> bool {
    PROGRAMS
        .iter()
        .any(|(program, _)| quoted.split("::").next() == Some(program) && quoted.contains("::"))
}

/// Whether `program::modules::function` is a test. Those of a neighbour that is not there count.
fn exists(path: &str) -> bool {
    let parts: Vec<_> = path.split("::").collect();
    let [program, modules @ .., function] = &parts[..] else {
        return false;
    };
    let Some((_, directory)) = PROGRAMS.iter().find(|(name, _)| name == program) else {
        return false;
    };
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_neighbour = directory.starts_with("..");
    if is_neighbour && !package.join("../proxy-proto-tokio").is_dir() {
        return true;
    }
    let file = package
        .join(directory)
        .join(modules.join("/"))
        .with_extension("rs");
    fs::read_to_string(file).is_ok_and(|source| has_test(&source, function))
}

/// Whether `source` has a function of this name under a `#[test]` or `#[tokio::test]`.
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
