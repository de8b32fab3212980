//! Which versions took part.

use std::process::Command;

/// The version of this crate that is in use: of a peer the one of the manifest, which names it exactly.
#[must_use]
pub fn of(name: &str) -> String {
    let manifest = include_str!("../Cargo.toml");
    manifest
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .find(|(crate_name, _)| *crate_name == name)
        .and_then(|(_, version)| version.split('"').nth(1))
        .map_or_else(
            || env!("CARGO_PKG_VERSION").into(),
            |version| version.trim_start_matches('=').into(),
        )
}

/// What the compiler calls itself, such as `rustc 1.95.0 (59807616e 2026-04-14)`; empty if there is
/// none.
#[must_use]
pub fn rustc() -> String {
    first_line("rustc", &["--version"])
}

/// The first line that a program prints; empty if there is none.
#[must_use]
pub fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let stdout = output.map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&stdout);
    text.lines().next().unwrap_or_default().into()
}
