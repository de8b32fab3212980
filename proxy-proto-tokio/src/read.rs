//! Reading exactly the header at the start of a connection, before its deadline.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use proxy_proto::{
    Accepted, ConnectionInfo, Entry, Gate, HeaderMode, OwnedEndpoint, Policy, Step,
    io::AcceptErrorKind,
};
use tokio::{
    io::{AsyncRead, ReadBuf},
    time,
};

/// Reads the header at the start of any stream, and not a byte more: it never reads more than the
/// header is known to need.
///
/// A bare stream is read several times for one header. From a stream with a buffer of its own, such as
/// tokio's `BufReader`, these reads are copies: the stream in it is read once, and the payload stays in
/// the buffer. Sockets have [`ProxyAcceptor`](crate::ProxyAcceptor), which leaves the payload in the
/// kernel, and blocking streams [`read_header_from`](proxy_proto::io::read_header_from), which has the
/// same arguments.
///
/// `peer` is the address that the connection comes from, as accept(2) returned it, and `local` its own.
/// The deadline is [`Policy::timeout`] after the call, for the whole header, however slowly its bytes
/// arrive. A direct client is admitted without reading anything.
///
/// # Errors
///
/// [`AcceptErrorKind::Refused`] with the [`Refusal`](proxy_proto::Refusal) if the peer is to blame, and
/// [`AcceptErrorKind::Io`] if the stream failed: with [`Unsupported`](io::ErrorKind::Unsupported) if the
/// header is [optional](HeaderMode::Optional), since the payload of a peer that sends no header could
/// not be given back. Part of a header may have been consumed by then: close the connection.
///
/// # Panics
///
/// If the tokio runtime has no timers.
///
/// # Cancel safety
///
/// **Not cancel-safe**: the part of a header that was consumed is lost with the future, so close the
/// connection after dropping it. Payload is never lost.
///
/// # Examples
///
/// ```
/// use std::net::SocketAddr;
///
/// use proxy_proto_tokio::{proxy_proto::Policy, read_header};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut stream = &b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\na NOOP\r\n"[..];
/// let peer: SocketAddr = "10.0.0.2:40528".parse()?;
/// let local: SocketAddr = "10.0.0.9:143".parse()?;
///
/// let policy = Policy::new("10.0.0.0/8".parse()?);
/// let info = read_header(&mut stream, peer, local, &policy).await?;
/// assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
/// assert_eq!(stream, b"a NOOP\r\n");
/// # Ok(())
/// # }
/// ```
pub async fn read_header<S: AsyncRead + Unpin + ?Sized>(
    stream: &mut S,
    peer: impl Into<OwnedEndpoint>,
    local: impl Into<OwnedEndpoint>,
    policy: &Policy,
) -> Result<ConnectionInfo, AcceptErrorKind> {
    let is_optional = policy.mode() == HeaderMode::Optional;
    let poll_step = |cx: &mut Context<'_>, gate: &mut Gate| {
        if is_optional {
            return Poll::Ready(Err(io::ErrorKind::Unsupported.into()));
        }
        poll_read(Pin::new(&mut *stream), cx, gate)
    };
    let accepted = admit(policy, peer.into(), poll_step).await?;
    Ok(accepted.info(local))
}

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

/// Reads once, no more than the header is known to need, and feeds that to the gate.
fn poll_read<S: AsyncRead + ?Sized>(
    stream: Pin<&mut S>,
    cx: &mut Context<'_>,
    gate: &mut Gate,
) -> Poll<io::Result<Step>> {
    let mut buffer = [0; READ_LEN];
    let wanted = gate.at_least().min(READ_LEN);
    let mut read = ReadBuf::new(buffer.get_mut(..wanted).unwrap_or_default());
    Poll::Ready(match ready!(stream.poll_read(cx, &mut read)) {
        Ok(()) if read.filled().is_empty() => Ok(Step::Refused(gate.closed())),
        Ok(()) => Ok(gate.feed(read.filled())),
        Err(error) => gate.failed(error).map(Step::Refused),
    })
}

/// Bytes read at once: headers are designed to fit in them. Longer ones take more reads. Spec: §2.
const READ_LEN: usize = 536;
