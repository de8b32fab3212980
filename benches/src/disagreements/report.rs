//! The disagreements as Markdown.

use std::{collections::BTreeMap, fmt::Write as _};

use proxy_proto_fuzz::hex;

use crate::{
    answer::Answer,
    contest::ENTRANTS,
    counts::version,
    disagreements::{Disagreement, all},
    tables::{captures, vectors},
};

/// The whole of `DISAGREEMENTS.md`.
pub fn report() -> String {
    let disagreements = all();
    let mut text = format!(
        "# Where the peers disagree\n\n\
         Written by `cargo run -p proxy-proto-benches --bin disagreements`; a test compares it with \
         what is found.\n\n\
         All {} rows of the core's test tables (made inputs, and captures of what real senders put \
         on the wire) were decoded by every peer. On {} of them at least one disagrees with \
         proxy-proto about whether this is a header, part of one or neither, about its length, or \
         about its endpoints. TLVs are not compared. § numbers are sections of the specification.\n\n\
         | peer | version | disagrees | accepts what is invalid | refuses what is valid | refuses \
         what is incomplete | waits in vain | other length or endpoints | panics |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|\n",
        vectors().len() + captures().len(),
        disagreements.len(),
    );
    for peer in &ENTRANTS[1..] {
        summary(peer.name, &disagreements, &mut text);
    }
    text.push_str("\n| input | bytes | proxy-proto | peers | why |\n|---|---|---|---|---|\n");
    for disagreement in &disagreements {
        line(disagreement, &mut text);
    }
    text
}

fn summary(peer: &str, disagreements: &[Disagreement], text: &mut String) {
    use Answer::{Complete, Invalid, NeedMore, Panicked};

    // All; then the columns of the table, in its order.
    let mut counts = [0_u32; 7];
    for disagreement in disagreements {
        let theirs = disagreement.theirs.iter().find(|(name, _)| *name == peer);
        let Some((_, theirs)) = theirs else { continue };
        counts[0] += 1;
        counts[match (&disagreement.ours, theirs) {
            (_, Panicked) => 6,
            (Invalid, Complete(..)) => 1,
            (Complete(..), Invalid) => 2,
            (NeedMore, Invalid) => 3,
            (_, NeedMore) => 4,
            _ => 5,
        }] += 1;
    }
    let counts = counts.map(|count| count.to_string()).join(" | ");
    let _ = writeln!(text, "| {peer} | {} | {counts} |", version(peer));
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
    let input = &disagreement.input;
    let mut bytes = hex(input.bytes.get(..SHOWN).unwrap_or(&input.bytes));
    if input.bytes.len() > SHOWN {
        let _ = write!(bytes, "… ({} bytes)", input.bytes.len());
    }
    let _ = writeln!(
        text,
        "| {}: {} | `{bytes}` | {} | {} | {} |",
        input.id,
        cell(&input.what),
        cell(&disagreement.ours.to_string()),
        cell(&theirs.join("<br>")),
        disagreement.rule.as_deref().unwrap_or("?"),
    );
}

/// Text that does not end the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Bytes of an input that are shown.
const SHOWN: usize = 128;
