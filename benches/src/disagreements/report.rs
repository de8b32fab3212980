//! The disagreements as Markdown.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use crate::{
    disagreements::{Disagreement, all},
    hex,
    peers::{Contestant, Visitor, visit_peers},
    tables::{captures, vectors},
    versions,
};

/// The whole of `DISAGREEMENTS.md`.
#[must_use]
pub fn report() -> String {
    let disagreements = all();
    let rows = vectors().len().wrapping_add(captures().len());
    let mut text = format!(
        "# Where the peers answer otherwise\n\n\
         Written by `cargo run -p proxy-proto-benches --bin disagreements`; a test compares it with \
         what is found.\n\n\
         All {rows} rows of the core's test tables (made inputs, and captures of what real senders \
         put on the wire) went through every peer. On {} of them at least one answers otherwise \
         than proxy-proto. Compared are whether there is a header, part of one or none, its \
         length, and its endpoints; not the TLVs. § numbers are sections of the specification.\n\n\
         | peer | version | otherwise | accepts what is invalid | refuses what is valid | refuses \
         what is not whole | waits for more in vain | other length or endpoints | panics |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|\n",
        disagreements.len(),
    );
    let mut names = Names(Vec::new());
    visit_peers(&mut names);
    for name in names.0 {
        summary(name, &disagreements, &mut text);
    }
    text.push_str("\n| input | bytes | proxy-proto | peers | why |\n|---|---|---|---|---|\n");
    for disagreement in &disagreements {
        line(disagreement, &mut text);
    }
    text
}

struct Names(Vec<&'static str>);

impl Visitor for Names {
    fn visit<C: Contestant>(&mut self) {
        self.0.push(C::NAME);
    }
}

fn summary(peer: &str, disagreements: &[Disagreement], text: &mut String) {
    use crate::answer::Answer::{Complete, Invalid, NeedMore, Panicked};

    let [
        mut all,
        mut accepts,
        mut refuses,
        mut hasty,
        mut waits,
        mut other,
        mut panics,
    ] = [0_u32; 7];
    for disagreement in disagreements {
        let theirs = disagreement.theirs.iter().find(|(name, _)| *name == peer);
        let Some((_, theirs)) = theirs else { continue };
        let count = match (&disagreement.ours, theirs) {
            (_, Panicked) => &mut panics,
            (Invalid, Complete(_)) => &mut accepts,
            (Complete(_), Invalid) => &mut refuses,
            (NeedMore, Invalid) => &mut hasty,
            (_, NeedMore) => &mut waits,
            _ => &mut other,
        };
        *count = count.wrapping_add(1);
        all = all.wrapping_add(1);
    }
    let version = versions::of(peer);
    let _ = writeln!(
        text,
        "| {peer} | {version} | {all} | {accepts} | {refuses} | {hasty} | {waits} | {other} | {panics} |"
    );
}

fn line(disagreement: &Disagreement, text: &mut String) {
    let mut answers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (peer, answer) in &disagreement.theirs {
        answers.entry(answer.to_string()).or_default().push(peer);
    }
    let theirs: Vec<_> = answers
        .into_iter()
        .map(|(answer, peers)| format!("**{answer}**: {}", peers.join(", ")))
        .collect();
    let row = &disagreement.row;
    let _ = writeln!(
        text,
        "| {}: {} | `{}` | {} | {} | {} |",
        row.id,
        cell(&row.what),
        hex::shown(&row.bytes),
        cell(&disagreement.ours.to_string()),
        cell(&theirs.join("<br>")),
        disagreement.rule.as_deref().unwrap_or("?"),
    );
}

/// Text that does not end the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
