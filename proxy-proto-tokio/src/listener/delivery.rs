//! The two ways to remove a header from a socket.

use std::io;

use proxy_proto::{Accepted, ConnectionInfo, Gate, Refusal, Step, io::advance};
use rustix::{
    buffer::spare_capacity,
    fd::BorrowedFd,
    io::retry_on_intr,
    net::{RecvFlags, recv},
};

use crate::{lazy::LazySocket, prefixed::Prefixed, socket::Socket};

/// How a listener delivers its connections: [`Untouched`], as a stream `S`, or [`Buffered`], as a
/// [`Prefixed`]`<`[`LazySocket<S>`]`>`.
///
/// Sealed.
pub trait Delivery: sealed::Sealed {}

/// A connection that is ready to serve, and what the service should know about it.
pub type Delivered<S, D = Untouched> = (<D as sealed::Sealed>::Stream<S>, ConnectionInfo);

/// The stream is returned as it was accepted, with its payload still in the socket.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Untouched;

/// The header is read together with what follows it, which is kept in front of the stream: one system
/// call where [`Untouched`] needs two, and a wrapper around the stream. The socket is registered with the
/// runtime once it has to wait; with that, a connection that is answered at once costs less than one
/// without a header (Linux, TCP).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Buffered;

/// What a look at a socket showed.
#[derive(Debug)]
#[allow(
    unnameable_types,
    reason = "of the sealed part; Rust 1.85 does not report it"
)]
pub enum Look {
    Accepted(Accepted),
    Refused(Refusal),
    /// Part of a header. There may be more.
    More,
    /// A part of a signature, which is left in the socket.
    Undecided,
}

impl Delivery for Untouched {}

impl Delivery for Buffered {}

impl sealed::Sealed for Untouched {
    type Stream<S: Socket> = S;
    type Unread = ();

    const IS_LAZY: bool = false;

    fn deliver<S: Socket>(socket: LazySocket<S>, (): ()) -> io::Result<S> {
        socket.into_registered()
    }

    #[cfg(feature = "tonic")]
    fn socket<S: Socket>(stream: &S) -> io::Result<BorrowedFd<'_>> {
        Ok(stream.as_fd())
    }

    fn look(
        socket: BorrowedFd<'_>,
        gate: &mut Gate,
        (): &mut (),
        _: &mut Vec<u8>,
    ) -> io::Result<Look> {
        Ok(match advance(socket, gate)? {
            Step::Accepted(accepted) => Look::Accepted(accepted),
            Step::Refused(refusal) => Look::Refused(refusal),
            Step::NeedMore { consume: 0, .. } => Look::Undecided,
            Step::NeedMore { .. } => Look::More,
        })
    }
}

impl sealed::Sealed for Buffered {
    type Stream<S: Socket> = Prefixed<LazySocket<S>>;
    /// What was read that is not part of a header, or may not be.
    type Unread = Vec<u8>;

    const IS_LAZY: bool = true;

    fn deliver<S: Socket>(
        socket: LazySocket<S>,
        unread: Vec<u8>,
    ) -> io::Result<Prefixed<LazySocket<S>>> {
        Ok(Prefixed::new(unread, socket))
    }

    #[cfg(feature = "tonic")]
    fn socket<S: Socket>(stream: &Prefixed<LazySocket<S>>) -> io::Result<BorrowedFd<'_>> {
        stream.get_ref().fd()
    }

    fn look(
        socket: BorrowedFd<'_>,
        gate: &mut Gate,
        unread: &mut Vec<u8>,
        scratch: &mut Vec<u8>,
    ) -> io::Result<Look> {
        scratch.clear();
        scratch.reserve_exact(READ_LEN);
        // The socket does not block.
        let received = retry_on_intr(|| recv(socket, spare_capacity(scratch), RecvFlags::empty()));
        match received {
            // The end after a part of a signature. Where that is left in the socket, no end can be seen:
            // a connection has the same outcome in both deliveries.
            Ok((0, _)) if !unread.is_empty() => return Ok(Look::Undecided),
            Ok((0, _)) => return Ok(Look::Refused(gate.closed())),
            Ok(_) => {}
            Err(error) => return gate.failed(error.into()).map(Look::Refused),
        }
        let read = scratch.as_slice();
        let step = if unread.is_empty() {
            let step = gate.feed(read);
            unread.extend_from_slice(read.get(step.consume()..).unwrap_or_default());
            step
        } else {
            unread.extend_from_slice(read);
            let step = gate.feed(unread);
            unread.drain(..step.consume().min(unread.len()));
            step
        };
        Ok(match step {
            Step::Accepted(accepted) => Look::Accepted(accepted),
            Step::Refused(refusal) => Look::Refused(refusal),
            // Nothing is left in the socket, so it does wake again.
            Step::NeedMore { .. } => Look::More,
        })
    }
}

pub(crate) mod sealed {
    use std::{fmt, io};

    use proxy_proto::Gate;
    use rustix::fd::BorrowedFd;
    use tokio::io::{AsyncRead, AsyncWrite};

    use super::Look;
    use crate::{lazy::LazySocket, socket::Socket};

    /// What differs between the two.
    #[allow(
        unnameable_types,
        reason = "seals `Delivery`; Rust 1.85 does not report it"
    )]
    pub trait Sealed: Send + Unpin + 'static {
        /// The type of the stream that the service gets.
        type Stream<S: Socket>: AsyncRead + AsyncWrite + Send + Unpin + 'static;

        /// What is kept of the payload while the header is incomplete.
        type Unread: Default + fmt::Debug + Send + Unpin + 'static;

        /// Whether the service gets a socket that need not be registered.
        const IS_LAZY: bool;

        fn deliver<S: Socket>(
            socket: LazySocket<S>,
            unread: Self::Unread,
        ) -> io::Result<Self::Stream<S>>;

        /// The socket of such a stream.
        #[cfg(feature = "tonic")]
        fn socket<S: Socket>(stream: &Self::Stream<S>) -> io::Result<BorrowedFd<'_>>;

        /// Looks once, without blocking. `scratch` is for any use, and shared by all connections.
        fn look(
            socket: BorrowedFd<'_>,
            gate: &mut Gate,
            unread: &mut Self::Unread,
            scratch: &mut Vec<u8>,
        ) -> io::Result<Look>;
    }
}

/// Bytes read at once: a header and a first request, such as a TLS ClientHello.
const READ_LEN: usize = 2048;
