//! Why a connection was not accepted, with the connection.

use core::{error::Error, fmt};
use std::io;

use crate::{
    address::{Endpoint, OwnedEndpoint},
    refusal::Refusal,
};

/// A connection that was not accepted, and why. Dropping it closes the connection.
#[derive(Debug)]
pub struct AcceptError<S> {
    stream: S,
    peer: OwnedEndpoint,
    kind: AcceptErrorKind,
}

/// Why a connection was not accepted.
#[derive(Debug)]
#[non_exhaustive]
pub enum AcceptErrorKind {
    /// The peer may not connect here, or did not send the header that it must.
    Refused(Refusal),
    /// The socket failed.
    Io(io::Error),
}

impl<S> AcceptError<S> {
    /// A connection that an adapter did not accept. `peer` is the address that accept(2) returned.
    pub const fn new(stream: S, peer: OwnedEndpoint, kind: AcceptErrorKind) -> Self {
        Self { stream, peer, kind }
    }

    /// Why the connection was not accepted.
    pub const fn kind(&self) -> &AcceptErrorKind {
        &self.kind
    }

    /// The peer, as accept(2) returned it. The socket itself no longer knows it once it is reset.
    pub fn peer_addr(&self) -> Endpoint<'_> {
        self.peer.endpoint()
    }

    /// Whether this is what a TCP health check looks like: not worth a line in a log.
    pub const fn is_probe(&self) -> bool {
        matches!(&self.kind, AcceptErrorKind::Refused(refusal) if refusal.is_probe())
    }

    /// The connection. Part of a header may already have been consumed. Bytes that cannot start a
    /// header are still unread; those of a partial header are not.
    pub fn into_stream(self) -> S {
        self.stream
    }

    /// The connection, as [`into_stream`](Self::into_stream) returns it, and why it was not
    /// accepted.
    pub fn into_parts(self) -> (S, AcceptErrorKind) {
        (self.stream, self.kind)
    }
}

impl AcceptErrorKind {
    /// A label for metrics and logs: that of the [refusal](Refusal::name), or `io_error`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.name(),
            Self::Io(_) => "io_error",
        }
    }
}

/// Whether accept(2) may succeed again after this error, which does not condemn the listening socket:
/// the peer or its network has gone, or the process or the system is short of descriptors or memory.
///
/// Linux reports the pending errors of a new connection as those of accept(2), such as an
/// unreachable network or a firewall's refusal.
///
/// Pause before the next attempt; otherwise the loop spins until the shortage ends.
#[must_use]
pub fn is_transient(error: &io::Error) -> bool {
    use io::ErrorKind;
    use rustix::io::Errno;

    /// Those that have no [`ErrorKind`].
    const ERRNOS: &[Errno] = &[
        Errno::HOSTDOWN,
        Errno::MFILE,
        Errno::NOBUFS,
        Errno::NOPROTOOPT,
        #[cfg(not(windows))]
        Errno::NFILE,
        #[cfg(not(windows))]
        Errno::PROTO,
        #[cfg(any(target_os = "android", target_os = "linux"))]
        Errno::NONET,
    ];
    let is_known = |errno| ERRNOS.contains(&errno);
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::HostUnreachable
            | ErrorKind::Interrupted
            | ErrorKind::NetworkDown
            | ErrorKind::NetworkUnreachable
            | ErrorKind::OutOfMemory
            | ErrorKind::PermissionDenied
            | ErrorKind::TimedOut
            | ErrorKind::WouldBlock
    ) || Errno::from_io_error(error).is_some_and(is_known)
}

impl<S: fmt::Debug> Error for AcceptError<S> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

impl<S> fmt::Display for AcceptError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Error for AcceptErrorKind {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused(refusal) => refusal.source(),
            Self::Io(error) => error.source(),
        }
    }
}

impl fmt::Display for AcceptErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl From<Refusal> for AcceptErrorKind {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for AcceptErrorKind {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
