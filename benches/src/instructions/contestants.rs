//! The same counts for every contestant that is right: what stands behind the times.

use core::fmt::Write as _;
use std::{collections::BTreeMap, io::Result};

use crate::{
    check::{self, OUT_LEN},
    inputs::Task,
    instructions::{Case, cases, count, measured_decoding, measured_encoding},
    peers::{Contestant, Floor, Ours, Visitor, visit_peers},
};

/// Runs every contestant on every case twice, as [`run`](crate::instructions::run) does.
pub fn run_contestants() {
    for case in &cases() {
        visit(&mut Running(case), case);
    }
}

/// The counts of all contestants as a table in Markdown, counted while this program runs with
/// `argument`, at which it must call [`run_contestants`].
///
/// # Errors
///
/// As [`count`].
pub fn contestants(argument: &str) -> Result<String> {
    let mut names = Names(Vec::new(), String::new());
    for case in &cases() {
        names.1 = case.name();
        visit(&mut names, case);
    }
    let counts = count(
        argument,
        names.0.iter().map(|(case, name)| format!("{case} {name}")),
    )?;
    Ok(table(&names.0, &counts))
}

fn table(names: &[(String, &'static str)], counts: &BTreeMap<String, u64>) -> String {
    let mut columns: Vec<_> = names.iter().map(|&(_, name)| name).collect();
    columns.sort_unstable_by_key(|name| (*name != Ours::NAME, *name == Floor::NAME, *name));
    columns.dedup();
    let mut rows: Vec<_> = names.iter().map(|(case, _)| case).collect();
    rows.dedup();
    let mut text = format!(
        "| input | {} |\n|---|{}\n",
        columns.join(" | "),
        "---:|".repeat(columns.len())
    );
    for row in rows {
        let cells: Vec<_> = columns
            .iter()
            .map(|name| counts.get(&format!("{row} {name}")))
            .map(|count| count.map_or("–".into(), u64::to_string))
            .collect();
        let _ = writeln!(text, "| {row} | {} |", cells.join(" | "));
    }
    text
}

/// Visits all contestants that are right about a case of one decoding or encoding.
fn visit(visitor: &mut impl Visitor, case: &Case) {
    let mut fit = Fit(case, visitor);
    fit.visit::<Ours>();
    visit_peers(&mut fit);
    if matches!(case, Case::Decode(_)) {
        fit.visit::<Floor>();
    }
}

struct Fit<'a, V>(&'a Case, &'a mut V);

impl<V: Visitor> Visitor for Fit<'_, V> {
    fn visit<C: Contestant>(&mut self) {
        let fits = match self.0 {
            Case::Decode(input) => {
                input.task == Task::Decode
                    && input.messages.len() == 1
                    && check::decoding::<C>(input).is_ok()
            }
            Case::Encode(sample) => check::encoding::<C>(sample).is_ok(),
            Case::Lookup(..) => false,
        };
        if fits {
            self.1.visit::<C>();
        }
    }
}

struct Running<'a>(&'a Case);

impl Visitor for Running<'_> {
    fn visit<C: Contestant>(&mut self) {
        let mut out = [0; OUT_LEN];
        for _ in 0..2 {
            match self.0 {
                Case::Decode(input) => {
                    for message in &input.messages {
                        measured_decoding::<C>(&message.bytes);
                    }
                }
                Case::Encode(sample) => measured_encoding::<C>(sample, &mut out),
                Case::Lookup(..) => {}
            }
        }
    }
}

/// Cases and contestants in the order in which they are counted, and the case that is visited.
struct Names(Vec<(String, &'static str)>, String);

impl Visitor for Names {
    fn visit<C: Contestant>(&mut self) {
        self.0.push((self.1.clone(), C::NAME));
    }
}
