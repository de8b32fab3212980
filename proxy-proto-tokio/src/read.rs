//! Reading exactly the header from a socket.

use std::future::poll_fn;

use proxy_proto::{
    Accepted, Gate, Step,
    io::{AcceptErrorKind, advance},
};
use tokio::time;

use crate::socket::Socket;

/// Drives the gate until the header at the start of `stream` has been consumed.
///
/// While it waits, nothing is buffered except the part of a split header that has arrived: a thousand
/// silent peers have no buffer.
///
/// # Cancel safety
///
/// The gate keeps what was consumed, so the caller may drop the future and still see in the gate
/// how much of the header has arrived.
pub(crate) async fn header(
    stream: &impl Socket,
    gate: &mut Gate,
) -> Result<Accepted, AcceptErrorKind> {
    loop {
        let step = poll_fn(|cx| stream.poll_look(cx, || advance(stream, gate)));
        match step.await? {
            Step::NeedMore { consume: 0, .. } => time::sleep(Gate::LOOK_AGAIN).await,
            Step::NeedMore { .. } => {}
            Step::Accepted(accepted) => return Ok(accepted),
            Step::Refused(refusal) => return Err(refusal.into()),
        }
    }
}
