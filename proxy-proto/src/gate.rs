//! The decisions about one connection, from accept(2) to the service.
//!
//! All of them are made here, without I/O and without a clock. An adapter moves bytes and watches
//! the time; it has no rules of its own. Three things that an adapter could get wrong are therefore
//! decided here, in a form that leaves it no choice:
//!
//! - which bytes to remove from the socket (`consume`), counted from the first byte shown;
//! - which [`Refusal`] a close, a reset or a timeout amounts to, because only the gate knows how
//!   much of a header it has seen;
//! - whether a peer that need not send a header has sent one, before a byte of it is consumed.
//!
//! A header that is whole when it is first shown is decoded where it lies. Only a split one is
//! buffered, no more of it than has arrived, and the bytes are checked by the rules of
//! [`Decoder`](crate::Decoder). The gate copies what it needs from a [`Policy`], so a policy may be
//! replaced while connections are waiting: each keeps the one that it started with.

use alloc::vec::Vec;
use core::time::Duration;

use crate::{
    address::{Endpoint, OwnedEndpoint},
    connection::ConnectionInfo,
    options::DecodeOptions,
    owned::OwnedHeader,
    policy::{Admission, Policy},
    refusal::Refusal,
    signature::Signature,
    verdict::Decoded,
};

/// A connection whose header has not arrived yet.
///
/// Made by [`open`](Self::open) from a policy and a peer, then fed whatever is at the start of the
/// socket until it answers. It owns no socket and reads no clock, so any runtime can drive it.
///
/// - **A socket that can be peeked at** keeps its payload: wait until it is readable, peek, feed
///   what was seen, then read from it exactly the number of bytes that the gate returns. The gate
///   has copied what it needs of them, so they can be discarded.
/// - **A stream that cannot be peeked at** is read [`at_least`](Self::at_least) bytes at a time;
///   the gate then consumes all of them. This costs more reads, but still consumes no payload.
/// - **A server with its own buffer** may read whatever has arrived: the bytes after those consumed
///   are the start of the payload.
///
/// Wait no longer than [`remaining`](Self::remaining) returns. [`closed`](Self::closed), `failed`
/// (feature `std`) and [`timed_out`](Self::timed_out) name the refusal if the connection ends
/// first. [`Pending`](crate::Pending) keeps many connections and their deadlines; the example
/// `poll-echo` is a complete driver on poll(2).
///
/// # Examples
///
/// A driver for a blocking socket that has become readable, without the deadline:
///
/// ```
/// use std::{io::{self, Read}, net::{TcpListener, TcpStream}};
///
/// use proxy_proto::{ConnectionInfo, Entry, Gate, Policy, Refusal, Step};
///
/// fn admit(stream: &mut TcpStream, policy: &Policy) -> io::Result<Result<ConnectionInfo, Refusal>> {
///     let (peer, local) = (stream.peer_addr()?, stream.local_addr()?);
///     let mut gate = match Gate::open(policy, peer) {
///         Entry::Refused(refusal) => return Ok(Err(refusal)),
///         Entry::Direct(accepted) => return Ok(Ok(accepted.info(local))),
///         Entry::Read(gate) => gate,
///     };
///     let mut buffer = [0; 536];
///     loop {
///         let seen = stream.peek(&mut buffer)?;
///         if seen == 0 {
///             return Ok(Err(gate.closed()));
///         }
///         let step = gate.feed(&buffer[..seen]);
///         stream.read_exact(&mut buffer[..step.consume()])?;
///         match step {
///             Step::NeedMore { .. } => {}
///             Step::Accepted(accepted) => return Ok(Ok(accepted.info(local))),
///             Step::Refused(refusal) => return Ok(Err(refusal)),
///         }
///     }
/// }
///
/// # use std::io::Write;
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let mut balancer = TcpStream::connect(listener.local_addr()?)?;
/// balancer.write_all(b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\na NOOP\r\n")?;
///
/// let (mut stream, _) = listener.accept()?;
/// let info = admit(&mut stream, &Policy::new("127.0.0.1".parse().unwrap()))?.unwrap();
/// assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
/// assert_eq!(stream.peek(&mut [0; 64])?, 8); // "a NOOP\r\n" is still in the socket
/// # Ok::<(), io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gate {
    peer: OwnedEndpoint,
    options: DecodeOptions,
    timeout: Duration,
    /// Whether a header is required.
    required: bool,
    /// What has been consumed of a split header.
    buffered: Vec<u8>,
    /// Bytes of a possible signature, seen but left in the socket.
    left: usize,
    /// The minimum number of bytes that the header needs after those buffered.
    missing: usize,
}

/// What to do with a peer, before a byte of it is read.
///
/// Exhaustive, so that an adapter cannot overlook an answer.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "adapters must handle each answer")]
pub enum Entry {
    /// Close the connection without reading from it.
    Refused(Refusal),
    /// Pass the connection to the service as it is.
    Direct(Accepted),
    /// Feed the gate what the peer sends.
    Read(Gate),
}

/// What to do after looking at the socket.
///
/// Exhaustive, so that an adapter cannot overlook an answer.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "adapters must handle each answer")]
pub enum Step {
    /// Remove this many of the bytes shown from the socket, and wait for more.
    ///
    /// All of them, unless the header is optional and its signature is not whole yet: then it is 0.
    /// The socket stays readable because these bytes are still in it, so do not look again at once:
    /// wait until more has arrived, or for [`Gate::LOOK_AGAIN`].
    #[non_exhaustive]
    NeedMore {
        /// Bytes of the header, counted from the first one shown.
        consume: usize,
    },
    /// Remove [`consume`](Step::consume) bytes from the socket, and pass it to the service.
    Accepted(Accepted),
    /// Close the connection. None of the bytes shown need be removed.
    Refused(Refusal),
}

/// A connection that may be passed to the service.
#[derive(Debug)]
pub struct Accepted {
    peer: OwnedEndpoint,
    header: Option<OwnedHeader>,
    consume: usize,
}

impl Gate {
    /// How soon to look again at a socket that holds a part of a signature, if the header is
    /// optional and nothing reports that more has arrived.
    ///
    /// The bytes left in the socket hide a close that follows them, so a peer that sends such a part
    /// and closes is refused at its deadline, as timed out.
    pub const LOOK_AGAIN: Duration = Duration::from_millis(20);

    /// Starts with a connection from this peer; its address is the one that accept(2) returned.
    pub fn open(policy: &Policy, peer: impl Into<OwnedEndpoint>) -> Entry {
        let peer = peer.into();
        let required = match policy.admit(peer.endpoint()) {
            Admission::Refuse => return Entry::Refused(Refusal::NotTrusted),
            Admission::Direct => {
                return Entry::Direct(Accepted {
                    peer,
                    header: None,
                    consume: 0,
                });
            }
            Admission::ReadHeader => true,
            Admission::ReadOptionalHeader => false,
        };
        Entry::Read(Self {
            peer,
            options: *policy.decode_options(),
            timeout: policy.timeout(),
            required,
            buffered: Vec::new(),
            left: 0,
            missing: shortest_header_len(policy.decode_options()),
        })
    }

    /// Decides what to do with the bytes at the start of the socket, those after the ones already
    /// consumed. `seen` need not be all of them.
    ///
    /// Call it until the answer is not [`Step::NeedMore`].
    pub fn feed(&mut self, seen: &[u8]) -> Step {
        if !self.buffered.is_empty() {
            return self.go_on(seen);
        }
        if !self.required {
            match Signature::at_start_of(seen) {
                Signature::Whole => {}
                Signature::Part => {
                    self.left = seen.len();
                    return Step::NeedMore { consume: 0 };
                }
                Signature::None => return self.accept(None, 0),
            }
        }
        match self.options.decode(seen) {
            Decoded::Complete(header) => {
                let consume = header.len();
                self.accept(Some(OwnedHeader::from(header)), consume)
            }
            Decoded::NeedMore(more) => {
                self.buffered.extend_from_slice(seen);
                self.missing = more.at_least();
                Step::NeedMore {
                    consume: seen.len(),
                }
            }
            Decoded::Invalid(error) => Step::Refused(Refusal::InvalidHeader(error)),
        }
    }

    /// How many bytes can be read next without reading a byte of payload, at least 1: for a stream
    /// that cannot be peeked at.
    ///
    /// This does not hold if the header is optional: there may then be nothing but payload.
    #[must_use]
    pub const fn at_least(&self) -> usize {
        self.missing
    }

    /// The time that is left for the whole header, `elapsed` after the connection was accepted.
    ///
    /// # Errors
    ///
    /// [`Refusal::TimedOut`] if no time is left: close the connection.
    pub fn remaining(&self, elapsed: Duration) -> Result<Duration, Refusal> {
        match self.timeout.checked_sub(elapsed) {
            Some(remaining) if !remaining.is_zero() => Ok(remaining),
            _ => Err(self.timed_out()),
        }
    }

    /// Why the connection is refused if its time is up.
    #[must_use]
    pub fn timed_out(&self) -> Refusal {
        Refusal::timed_out(self.timeout, self.received())
    }

    /// Why the connection is refused if the peer has closed or reset it.
    #[must_use]
    pub fn closed(&self) -> Refusal {
        Refusal::closed(self.received())
    }

    /// Why the connection is refused if its socket failed.
    ///
    /// # Errors
    ///
    /// The error itself, unless it is a reset, which counts as a close by the peer.
    #[cfg(feature = "std")]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn failed(&self, error: std::io::Error) -> Result<Refusal, std::io::Error> {
        match error.kind() {
            std::io::ErrorKind::ConnectionAborted | std::io::ErrorKind::ConnectionReset => {
                Ok(self.closed())
            }
            _ => Err(error),
        }
    }

    /// The peer, as accept(2) returned it.
    #[must_use]
    pub fn peer_addr(&self) -> Endpoint<'_> {
        self.peer.endpoint()
    }

    /// The time for the whole header.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Bytes of a header that have arrived; 0 from a silent peer.
    #[must_use]
    pub fn received(&self) -> usize {
        self.buffered.len().max(self.left)
    }

    /// Buffers no more than the header is known to need, and repeats that, so that no payload is
    /// consumed: a line shows its length only at its end.
    // The loop of `Decoder::go_on`, over a buffer that grows: change both together. They are two
    // because a header cannot be returned from the loop that fills the buffer it borrows.
    fn go_on(&mut self, seen: &[u8]) -> Step {
        let mut rest = seen;
        while !rest.is_empty() {
            let (needed, beyond) = rest.split_at_checked(self.missing).unwrap_or((rest, &[]));
            self.buffered.extend_from_slice(needed);
            rest = beyond;
            match self.options.decode(&self.buffered) {
                Decoded::Complete(header) => {
                    let header = OwnedHeader::from(header);
                    return self.accept(Some(header), seen.len().saturating_sub(rest.len()));
                }
                Decoded::NeedMore(more) => self.missing = more.at_least(),
                Decoded::Invalid(error) => return Step::Refused(Refusal::InvalidHeader(error)),
            }
        }
        Step::NeedMore {
            consume: seen.len(),
        }
    }

    /// Whether part of a signature has been left in the socket.
    pub(crate) fn is_undecided(&self) -> bool {
        self.left > 0 && self.buffered.is_empty()
    }

    fn accept(&self, header: Option<OwnedHeader>, consume: usize) -> Step {
        Step::Accepted(Accepted {
            peer: self.peer.clone(),
            header,
            consume,
        })
    }
}

impl Step {
    /// Bytes to remove from the socket, counted from the first one shown.
    #[must_use]
    pub const fn consume(&self) -> usize {
        match self {
            Self::NeedMore { consume } => *consume,
            Self::Accepted(accepted) => accepted.consume,
            Self::Refused(_) => 0,
        }
    }
}

impl Accepted {
    /// What the service should know about the connection, whose own local address is `local`.
    #[must_use]
    pub fn info(self, local: impl Into<OwnedEndpoint>) -> ConnectionInfo {
        ConnectionInfo::new(self.peer, local, self.header)
    }
}

/// Length of the shortest header that these options accept.
fn shortest_header_len(options: &DecodeOptions) -> usize {
    match options.decode(&[]) {
        Decoded::NeedMore(more) => more.at_least(),
        // Empty input is neither a header nor invalid.
        Decoded::Complete(_) | Decoded::Invalid(_) => 1,
    }
}
