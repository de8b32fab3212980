//! Every row of the test tables where a peer's answer is not ours, and why ours is what it is.

mod report;
mod rule;

pub use report::report;

use crate::{
    answer::Answer,
    contest::ENTRANTS,
    tables::{Input, captures, vectors},
};

/// An input on which peers disagree.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The input.
    pub input: Input,
    /// Our answer.
    pub ours: Answer,
    /// The answers of the peers that disagree.
    pub theirs: Vec<(&'static str, Answer)>,
    /// The rule that decides, as a sentence; `None` if no rule is known, which is a fault of the
    /// rules.
    pub rule: Option<String>,
}

/// All of them, in the order of the tables.
pub fn all() -> Vec<Disagreement> {
    let inputs = [vectors(), captures()].concat();
    inputs.into_iter().filter_map(disagreement).collect()
}

fn disagreement(input: Input) -> Option<Disagreement> {
    let [ours, peers @ ..] = &ENTRANTS;
    let ours = (ours.answer)(&input.bytes);
    let answers = peers
        .iter()
        .map(|peer| (peer.name, (peer.answer)(&input.bytes)));
    let theirs: Vec<_> = answers.filter(|(_, theirs)| *theirs != ours).collect();
    (!theirs.is_empty()).then(|| Disagreement {
        rule: rule::rule(&input.bytes),
        ours,
        theirs,
        input,
    })
}
