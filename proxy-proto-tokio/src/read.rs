//! Reading exactly the header from a socket.

use proxy_proto::{Accepted, Gate, Step, io::AcceptErrorKind};
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
        match stream.step(gate).await? {
            Step::NeedMore { consume: 0, .. } => time::sleep(Gate::LOOK_AGAIN).await,
            Step::NeedMore { .. } => {}
            Step::Accepted(accepted) => return Ok(accepted),
            Step::Refused(refusal) => return Err(refusal.into()),
        }
    }
}
