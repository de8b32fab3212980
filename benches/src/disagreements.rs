//! Every row of the test tables on which a peer answers otherwise than we do, and why we answer so.

mod report;
mod rule;

pub use report::report;

use crate::{
    answer::Answer,
    peers::{Contestant, Ours, Visitor, answer, visit_peers},
    tables::{Row, captures, vectors},
};

/// A row on which peers answer otherwise.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Disagreement {
    /// The row.
    pub row: Row,
    /// Our answer.
    pub ours: Answer,
    /// What each of these peers answers.
    pub theirs: Vec<(&'static str, Answer)>,
    /// Which rule decides, as a sentence; `None` if no rule is known, which is a fault of the
    /// rules.
    pub rule: Option<String>,
}

/// All of them, in the order of the tables.
#[must_use]
pub fn all() -> Vec<Disagreement> {
    let rows = [vectors(), captures()].concat();
    rows.into_iter().filter_map(disagreement).collect()
}

fn disagreement(row: Row) -> Option<Disagreement> {
    let ours = answer::<Ours>(&row.bytes);
    let mut others = Others {
        input: &row.bytes,
        ours: &ours,
        theirs: Vec::new(),
    };
    visit_peers(&mut others);
    let theirs = others.theirs;
    (!theirs.is_empty()).then(|| Disagreement {
        rule: rule::rule(&row.bytes),
        ours,
        theirs,
        row,
    })
}

struct Others<'a> {
    input: &'a [u8],
    ours: &'a Answer,
    theirs: Vec<(&'static str, Answer)>,
}

impl Visitor for Others<'_> {
    fn visit<C: Contestant>(&mut self) {
        let theirs = answer::<C>(self.input);
        if theirs != *self.ours {
            self.theirs.push((C::NAME, theirs));
        }
    }
}
