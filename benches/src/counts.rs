//! The stored counts of instructions, and the table made of them.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{BufRead, Error, Result},
    process::Command,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    contest::{ENTRANTS, Entrant, Unfit, contests, is_same_work},
    rows::{Row, rows},
};

/// What `counts.json` holds: instructions of each entrant for each row.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
pub struct Counts {
    /// The compiler that the counts are valid for.
    pub rustc: String,
    /// By row and entrant.
    pub instructions: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Counts {
    /// The counts that are stored.
    pub fn stored() -> Self {
        serde_json::from_str(include_str!("../counts.json")).expect("counts")
    }

    /// The counts of all contests, as gungraun printed them, under the compiler in use.
    ///
    /// # Errors
    ///
    /// If these are not the lines of one run of `instructions`.
    pub fn read(lines: impl BufRead) -> Result<Self> {
        let mut counts = Self {
            rustc: rustc()?,
            ..Self::default()
        };
        let contests = contests();
        let instructions = read(lines, contests.len())?;
        for ((row, entrant), count) in contests.iter().zip(instructions) {
            let row = counts.instructions.entry(row.name.into()).or_default();
            row.insert(entrant.name.into(), count);
        }
        Ok(counts)
    }

    /// What is wrong with these counts of ours, next to the stored ones: more than 2 % above them, or
    /// of another row. Nothing if they are not of the same compiler.
    pub fn regressions(&self, stored: &Self) -> Vec<String> {
        if self.rustc != stored.rustc {
            return Vec::new();
        }
        let [ours, ..] = ENTRANTS;
        let mut found = Vec::new();
        for row in rows() {
            match (self.of(&row, &ours), stored.of(&row, &ours)) {
                (Some(now), Some(before)) if now * 100 <= before * 102 => {}
                (now, before) => {
                    found.push(format!("{}: {before:?} before, {now:?} now", row.name))
                }
            }
        }
        found
    }

    /// The count of this entrant for this row.
    pub fn of(&self, row: &Row, entrant: &Entrant) -> Option<u64> {
        self.instructions.get(row.name)?.get(entrant.name).copied()
    }

    /// The text of the file that is stored.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("names and numbers") + "\n"
    }

    /// The whole of `RESULTS.md`.
    pub fn report(&self) -> String {
        let mut text = format!(
            "# Results\n\n\
             Instructions, counted by callgrind. Written by the `results` command in \
             [README.md](README.md); a test compares it with [counts.json](counts.json).\n\n\
             Each count is of one call of a function that is not inlined, does the work of the row \
             with one library, and returns what it decoded in a type that is the same for all. Every \
             library is called from at least two places with input that the compiler does not know, \
             and is compiled in the same way, by {}.\n\n\
             The ratio is proxy-proto to the leanest peer that does the same work correctly. A count \
             in parentheses is of a peer that does not check the TLVs that it decodes, and no goal \
             is set against it. “–” is a peer without a function for the row, and “wrong” is \
             explained below the table.\n\n\
             ![instructions](chart.svg)\n\n| |",
            self.rustc,
        );
        for entrant in &ENTRANTS {
            let _ = write!(text, " {} {} |", entrant.name, version(entrant.name));
        }
        text.push_str(" leanest peer | ratio | goal | met |\n|---|");
        text.push_str(&"---:|".repeat(ENTRANTS.len()));
        text.push_str("---|---:|---:|---|\n");
        let mut wrong = String::new();
        for row in rows() {
            self.line(&row, &mut text, &mut wrong);
        }
        text + "\nWrong, and so not counted:\n\n" + &wrong
    }

    fn line(&self, row: &Row, text: &mut String, wrong: &mut String) {
        let _ = write!(text, "| {} |", row.name);
        for entrant in &ENTRANTS {
            let cell = match (entrant.check)(row) {
                Ok(()) => {
                    let count = self.of(row, entrant).map_or("?".into(), |n| n.to_string());
                    let is_same = is_same_work(row, entrant);
                    if is_same { count } else { format!("({count})") }
                }
                Err(Unfit::Missing) => "–".into(),
                Err(Unfit::Wrong(why)) => {
                    let _ = writeln!(wrong, "- {}, {}: {why}", row.name, entrant.name);
                    "wrong".into()
                }
            };
            let _ = write!(text, " {cell} |");
        }
        let leanest = self.leanest_peer(row);
        let ratio = leanest.and_then(|(_, theirs)| self.ratio(row, theirs));
        let _ = writeln!(
            text,
            " {} | {} | {} | {} |",
            leanest.map_or("–", |(name, _)| name),
            ratio.map_or("–".into(), |ratio| format!("{ratio:.2}")),
            row.goal.map_or(String::new(), |goal| format!("≤ {goal}")),
            match row.goal.zip(ratio) {
                None => "",
                Some((goal, ratio)) if ratio <= goal => "yes",
                Some(_) => "**no**",
            },
        );
    }

    fn leanest_peer(&self, row: &Row) -> Option<(&'static str, u64)> {
        let peers = ENTRANTS[1..].iter().filter(|peer| is_same_work(row, peer));
        let counts = peers.filter_map(|peer| Some((peer.name, self.of(row, peer)?)));
        counts.min_by_key(|&(_, count)| count)
    }

    #[expect(clippy::as_conversions, reason = "counts are far below 2^52")]
    fn ratio(&self, row: &Row, theirs: u64) -> Option<f64> {
        Some(self.of(row, &ENTRANTS[0])? as f64 / theirs as f64)
    }
}

/// The counts that gungraun printed as JSON, a line each, in the order of the benches.
///
/// # Errors
///
/// If they are not this many.
pub fn read(lines: impl BufRead, expected: usize) -> Result<Vec<u64>> {
    // Benches that run in parallel end in any order.
    let mut counts = BTreeMap::new();
    for line in lines.lines() {
        let summary: Value = serde_json::from_str(&line?)?;
        let id = summary["id"].as_str().and_then(|id| id.rsplit('_').next());
        let index: Option<usize> = id.and_then(|id| id.parse().ok());
        let count = summary.pointer(INSTRUCTIONS).and_then(Value::as_u64);
        let (index, count) = index
            .zip(count)
            .ok_or_else(|| Error::other(format!("not the summary of a bench: {summary}")))?;
        counts.insert(index, count);
    }
    if counts.keys().copied().eq(0..expected) {
        Ok(counts.into_values().collect())
    } else {
        Err(Error::other(format!(
            "{} benches of {expected}",
            counts.len()
        )))
    }
}

/// The version of a library: that of a peer is the one in the manifest, which names it exactly.
pub fn version(name: &str) -> &'static str {
    let lines = include_str!("../Cargo.toml").lines();
    let mut dependencies = lines.filter_map(|line| line.split_once(" = "));
    let peer =
        dependencies.find(|(dependency, version)| *dependency == name && version.contains("\"="));
    let version = peer.and_then(|(_, version)| version.split('"').nth(1));
    version.map_or(env!("CARGO_PKG_VERSION"), |version| {
        version.trim_start_matches('=')
    })
}

/// What the compiler calls itself, such as `rustc 1.95.0 (59807616e 2026-04-14)`.
fn rustc() -> Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    let text = String::from_utf8(output.stdout).map_err(Error::other)?;
    Ok(text.trim_end().into())
}

/// Where a summary of gungraun holds the instructions of callgrind.
const INSTRUCTIONS: &str = "/profiles/0/data/total/metrics/Ir/values/new";
