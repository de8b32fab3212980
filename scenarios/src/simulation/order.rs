//! What happens next, as the seed chooses.

use std::time::Duration;

use fastrand::Rng;

/// One step of a simulation. Those that cannot be done have no effect.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Connect,
    /// Some client acts.
    Act,
    /// Some socket has an event without a cause.
    SpuriousEvent,
    ReplacePolicy,
    FailAccept,
    /// The listener does what there is to do.
    Turn,
    Pass(Duration),
    /// To the next deadline, or a little before it.
    PassToDeadline {
        is_before: bool,
    },
}

impl Step {
    pub(super) fn next(random: &mut Rng) -> Self {
        match random.u8(..100) {
            0..20 => Self::Connect,
            20..70 => Self::Act,
            70..76 => Self::SpuriousEvent,
            76..80 => Self::ReplacePolicy,
            80..82 => Self::FailAccept,
            82..92 => Self::Turn,
            92..98 => Self::Pass(Duration::from_millis(random.u64(1..=50))),
            98 => Self::PassToDeadline { is_before: true },
            _ => Self::PassToDeadline { is_before: false },
        }
    }
}
