//! The stored counts, and what has become of them.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use serde::Deserialize;

/// What `instructions.toml` holds.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stored {
    /// The compiler that the counts belong to.
    pub rustc: String,
    /// The instructions of each case.
    pub instructions: BTreeMap<String, u64>,
}

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing was compared: the counts belong to this other compiler.
    OtherCompiler(String),
    /// No case rose by more than 2 %. What fell by as much is named.
    Fine(Vec<String>),
    /// These cases rose by more than 2 %, or are not the ones that are stored.
    Worse(Vec<String>),
}

/// Compares counts under this compiler with the stored ones.
#[must_use]
pub fn compare(stored: &Stored, rustc: &str, counts: &BTreeMap<String, u64>) -> Verdict {
    if stored.rustc != rustc {
        return Verdict::OtherCompiler(stored.rustc.clone());
    }
    let mut worse = Vec::new();
    let mut better = Vec::new();
    for (name, &now) in counts {
        match stored.instructions.get(name) {
            None => worse.push(format!("{name} is not stored")),
            Some(&before) if rose(before, now) => worse.push(change(name, before, now)),
            Some(&before) if rose(now, before) => better.push(change(name, before, now)),
            Some(_) => {}
        }
    }
    let gone = stored.instructions.keys();
    let gone = gone.filter(|name| !counts.contains_key(*name));
    worse.extend(gone.map(|name| format!("{name} is stored and no longer counted")));
    if worse.is_empty() {
        Verdict::Fine(better)
    } else {
        Verdict::Worse(worse)
    }
}

impl Stored {
    /// The stored counts that a text holds.
    ///
    /// # Errors
    ///
    /// If it holds none.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The text that holds these counts.
    #[must_use]
    pub fn write(rustc: &str, counts: &BTreeMap<String, u64>) -> String {
        let mut text = format!(
            "# Instructions of proxy-proto for each input, counted by callgrind. Written by\n\
             # cargo run --release -p proxy-proto-benches --bin instructions -- --update\n\
             rustc = \"{rustc}\"\n\n[instructions]\n"
        );
        for (name, count) in counts {
            let _ = writeln!(text, "\"{name}\" = {count}");
        }
        text
    }
}

/// By more than 2 %, in whole numbers.
const fn rose(before: u64, now: u64) -> bool {
    now.saturating_mul(100) > before.saturating_mul(102)
}

fn change(name: &str, before: u64, now: u64) -> String {
    format!("{name}: {before} instructions before, {now} now")
}
