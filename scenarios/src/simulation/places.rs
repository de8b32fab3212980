//! Which connection has no place, by the limits of a simulation.

use std::net::IpAddr;

use fastrand::Rng;
use proxy_proto::{Limits, Refusal, WhenFull};

/// A connection that waited for its header before a turn.
#[derive(Clone, Copy)]
pub(super) struct Waiting {
    pub(super) port: u16,
    pub(super) source: IpAddr,
    pub(super) is_silent: bool,
}

/// Limits that are never reached, or soon. With [`WhenFull::StopAccepting`] several connections may be
/// accepted in one turn, so there is then no limit for a source.
pub(super) fn limits(random: &mut Rng) -> Limits {
    let limits = Limits::new();
    let when_full = match random.u8(..8) {
        0 => WhenFull::DropOldestSilent,
        1 => WhenFull::RefuseNewest,
        2 => {
            return limits
                .with_pending(random.usize(1..5))
                .with_when_full(WhenFull::StopAccepting);
        }
        3 => return limits.with_per_source(random.usize(1..5)),
        _ => return limits,
    };
    let limits = limits
        .with_pending(random.usize(1..5))
        .with_when_full(when_full);
    if random.bool() {
        limits.with_per_source(random.usize(1..4))
    } else {
        limits
    }
}

/// Whether places may run out. Then the order of arrival matters, so connections are accepted one by one.
pub(super) fn are_few(limits: &Limits) -> bool {
    limits.pending() < Limits::DEFAULT_PENDING || limits.per_source().is_some()
}

/// The connection that is refused, and why, if `newest` has to wait too. `before` is in the order of
/// arrival.
pub(super) fn refused(
    limits: &Limits,
    before: &[Waiting],
    newest: Waiting,
) -> Option<(u16, Refusal)> {
    let of_source = before
        .iter()
        .filter(|it| it.source == newest.source)
        .count();
    if limits.per_source().is_some_and(|limit| of_source >= limit) {
        return Some((newest.port, Refusal::SourceLimitReached));
    }
    if before.len() < limits.pending() {
        return None;
    }
    let oldest_silent = before.iter().find(|it| it.is_silent);
    let refused = match limits.when_full() {
        WhenFull::DropOldestSilent => oldest_silent.map_or(newest.port, |it| it.port),
        WhenFull::RefuseNewest => newest.port,
        // It is not accepted while there is no place.
        _ => return None,
    };
    Some((refused, Refusal::LimitReached))
}
