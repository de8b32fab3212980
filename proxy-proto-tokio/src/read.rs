//! Reading exactly the header at the start of a connection, before its deadline.

use std::{
    future::poll_fn,
    io,
    task::{Context, Poll},
};

use proxy_proto::{Accepted, Entry, Gate, OwnedEndpoint, Policy, Step, io::AcceptErrorKind};
use tokio::time;

/// Drives the gate of a connection until its header has been consumed, or its time is up.
///
/// `poll_step` moves the bytes: it feeds the gate what is at the start of the stream, and consumes
/// what the gate returns. While it waits, nothing is buffered except the part of a split header that
/// has arrived: a thousand silent peers have no buffer.
pub(crate) async fn admit(
    policy: &Policy,
    peer: OwnedEndpoint,
    mut poll_step: impl FnMut(&mut Context<'_>, &mut Gate) -> Poll<io::Result<Step>>,
) -> Result<Accepted, AcceptErrorKind> {
    let mut gate = match Gate::open(policy, peer) {
        Entry::Refused(refusal) => return Err(refusal.into()),
        Entry::Direct(accepted) => return Ok(accepted),
        Entry::Read(gate) => gate,
    };
    let timeout = gate.timeout();
    let reading = async {
        loop {
            match poll_fn(|cx| poll_step(cx, &mut gate)).await? {
                Step::NeedMore { consume: 0, .. } => time::sleep(Gate::LOOK_AGAIN).await,
                Step::NeedMore { .. } => {}
                Step::Accepted(accepted) => return Ok(accepted),
                Step::Refused(refusal) => return Err(refusal.into()),
            }
        }
    };
    match time::timeout(timeout, reading).await {
        Ok(result) => result,
        Err(_) => Err(gate.timed_out().into()),
    }
}
