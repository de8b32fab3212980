//! The adapter for blocking sockets, and the part of it that other adapters share.
//!
//! [`accept`] and [`read_header`] block. [`advance`], which they and the other adapters call, moves
//! the bytes: one look at a socket, then one read of exactly the header.
//!
//! No option of a socket is ever changed: blocking functions wait with poll(2) and look without
//! blocking, so the caller's timeouts and mode are left alone, and there is nothing to restore.
//! They work on any socket with a descriptor, non-blocking ones included.

mod error;
mod listener;

use core::time::Duration;
use std::{
    io::{self, Read},
    thread,
    time::Instant,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec},
    fd::{AsFd, BorrowedFd},
    net::{RecvFlags, recv},
};

use crate::{
    address::OwnedEndpoint,
    connection::ConnectionInfo,
    gate::{Entry, Gate, Step},
    policy::{HeaderMode, Policy},
};

pub use error::{AcceptError, AcceptErrorKind, is_transient};
#[cfg(unix)]
pub use listener::accept_unix;
pub use listener::{Outcome, accept};

/// How many bytes a single look covers: headers are designed to fit in it. Longer ones take more looks.
/// Spec: §2.
const LOOK_LEN: usize = 536;

/// How to remove bytes that have been seen. Linux does not even copy them out.
#[cfg(any(target_os = "android", target_os = "linux"))]
const DISCARD: RecvFlags = RecvFlags::TRUNC;
#[cfg(not(any(target_os = "android", target_os = "linux")))]
const DISCARD: RecvFlags = RecvFlags::empty();

/// Looks at a socket once, without blocking: feeds the gate what has arrived, and removes from the
/// socket exactly what belongs to the header.
///
/// A close or a reset is a [`Step::Refused`] with the reason that the gate gives. An adapter for a
/// readiness loop need call nothing else when a socket is readable. After [`Step::NeedMore`], call
/// this again until it would block, unless nothing was consumed: see [`Step::NeedMore`].
///
/// # Errors
///
/// [`WouldBlock`](io::ErrorKind::WouldBlock) if nothing has arrived, and any other error of the
/// socket.
pub fn advance(socket: impl AsFd, gate: &mut Gate) -> io::Result<Step> {
    let socket = socket.as_fd();
    let mut buffer = [0; LOOK_LEN];
    let seen = match receive(socket, &mut buffer, RecvFlags::PEEK) {
        Ok(0) => return Ok(Step::Refused(gate.closed())),
        Ok(len) => buffer.get(..len).unwrap_or_default(),
        Err(error) => return gate.failed(error).map(Step::Refused),
    };
    let step = gate.feed(seen);
    let mut left = step.consume();
    while left > 0 {
        // They have been seen, and nothing else reads from the socket, so this does not wait. On some
        // systems a reset discards them.
        let place = buffer.get_mut(..left).unwrap_or_default();
        match receive(socket, place, DISCARD) {
            Ok(0) => return Ok(Step::Refused(gate.closed())),
            Ok(len) => left = left.saturating_sub(len),
            Err(error) => return gate.failed(error).map(Step::Refused),
        }
    }
    Ok(step)
}

/// Reads the header at the start of a connection, and not a byte more.
///
/// `peer` is the address that accept(2) returned. The deadline is [`Policy::timeout`] after the
/// call, for the whole header, however slowly its bytes arrive. A direct client is admitted without
/// looking at the socket.
///
/// # Errors
///
/// [`AcceptErrorKind::Refused`] if the peer is to blame, and [`AcceptErrorKind::Io`] if the socket
/// failed. Part of a header may have been consumed by then: close the connection.
///
/// # Examples
///
/// ```
/// use std::{io::Write, net::{TcpListener, TcpStream}};
///
/// use proxy_proto::{Policy, io::read_header};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let mut balancer = TcpStream::connect(listener.local_addr()?)?;
/// balancer.write_all(b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\na NOOP\r\n")?;
///
/// let (stream, peer) = listener.accept()?;
/// let policy = Policy::new("127.0.0.1".parse()?);
/// let info = read_header(&stream, peer, &policy)?;
/// assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
/// assert_eq!(stream.peek(&mut [0; 64])?, 8); // the payload
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_header(
    socket: impl AsFd,
    peer: impl Into<OwnedEndpoint>,
    policy: &Policy,
) -> Result<ConnectionInfo, AcceptErrorKind> {
    let socket = socket.as_fd();
    let accepted = match Gate::open(policy, peer) {
        Entry::Refused(refusal) => return Err(refusal.into()),
        Entry::Direct(accepted) => accepted,
        Entry::Read(mut gate) => {
            let started = Instant::now();
            loop {
                // Windows cannot look without blocking.
                if cfg!(windows) {
                    wait(socket, gate.remaining(started.elapsed())?)?;
                }
                match advance(socket, &mut gate) {
                    Ok(Step::NeedMore { consume: 0 }) => {
                        let remaining = gate.remaining(started.elapsed())?;
                        thread::sleep(remaining.min(Gate::LOOK_AGAIN));
                    }
                    Ok(Step::NeedMore { .. }) => {}
                    Ok(Step::Accepted(accepted)) => break accepted,
                    Ok(Step::Refused(refusal)) => return Err(refusal.into()),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        wait(socket, gate.remaining(started.elapsed())?)?;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
    };
    let local = listener::local_endpoint(socket)?;
    Ok(accepted.info(local))
}

/// Reads the header at the start of any stream, and not a byte more: it never reads more than the
/// header is known to need.
///
/// A bare [`Read`] has no clock: **the caller must bound the wait**, and [`Policy::timeout`] has no
/// effect. Use [`read_header`] for sockets.
///
/// # Errors
///
/// As [`read_header`], and [`Unsupported`](io::ErrorKind::Unsupported) if the header is
/// [optional](HeaderMode::Optional): the payload of a peer that sends no header could not be given
/// back. An error of the stream is returned as it is, a timeout that the caller set on it included.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Policy, io::read_header_from};
///
/// let mut stream = &b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\na NOOP\r\n"[..];
/// let [peer, local] = ["10.0.0.2:40528", "10.0.0.9:143"].map(|text| text.parse().unwrap());
/// let [peer, local]: [core::net::SocketAddr; 2] = [peer, local];
///
/// let policy = Policy::new("10.0.0.0/8".parse()?);
/// let info = read_header_from(&mut stream, peer, local, &policy)?;
/// assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
/// assert_eq!(stream, b"a NOOP\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_header_from(
    mut stream: impl Read,
    peer: impl Into<OwnedEndpoint>,
    local: impl Into<OwnedEndpoint>,
    policy: &Policy,
) -> Result<ConnectionInfo, AcceptErrorKind> {
    let mut gate = match Gate::open(policy, peer) {
        Entry::Refused(refusal) => return Err(refusal.into()),
        Entry::Direct(accepted) => return Ok(accepted.info(local)),
        Entry::Read(_) if policy.mode() == HeaderMode::Optional => {
            return Err(io::Error::from(io::ErrorKind::Unsupported).into());
        }
        Entry::Read(gate) => gate,
    };
    let mut buffer = [0; LOOK_LEN];
    loop {
        let wanted = gate.at_least().min(LOOK_LEN);
        let place = buffer.get_mut(..wanted).unwrap_or_default();
        let step = match stream.read(place) {
            Ok(0) => return Err(gate.closed().into()),
            Ok(len) => match place.get(..len) {
                Some(read) => gate.feed(read),
                // Not even `Read` promises that it is within the buffer.
                None => return Err(io::Error::from(io::ErrorKind::InvalidData).into()),
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(gate.failed(error)?.into()),
        };
        match step {
            Step::NeedMore { .. } => {}
            Step::Accepted(accepted) => return Ok(accepted.info(local)),
            Step::Refused(refusal) => return Err(refusal.into()),
        }
    }
}

/// Waits until the socket is readable, for this long at most. The caller checks the clock.
fn wait(socket: BorrowedFd<'_>, remaining: Duration) -> io::Result<()> {
    let mut sockets = [PollFd::from_borrowed_fd(socket, PollFlags::IN)];
    let timeout = Timespec::try_from(remaining).ok();
    match rustix::event::poll(&mut sockets, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Receives without blocking, whatever the mode of the socket. Windows has no flag for that; there
/// the socket is non-blocking, or [`wait`] has found it readable.
fn receive(socket: BorrowedFd<'_>, buffer: &mut [u8], flags: RecvFlags) -> io::Result<usize> {
    #[cfg(not(windows))]
    let flags = flags | RecvFlags::DONTWAIT;
    let received = rustix::io::retry_on_intr(|| recv(socket, &mut *buffer, flags));
    Ok(received.map(|(len, _)| len)?)
}
