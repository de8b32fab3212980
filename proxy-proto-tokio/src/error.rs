//! Why a connection was not handed on, with the connection.

use std::{error::Error, fmt, io};

use proxy_proto::Refusal;
use tokio::net::TcpStream;

/// A connection that [`ProxyAcceptor::accept`](crate::ProxyAcceptor::accept) did not hand on, and why.
///
/// Dropping it closes the connection.
#[derive(Debug)]
pub struct AcceptError {
    pub(crate) stream: TcpStream,
    pub(crate) kind: AcceptErrorKind,
}

/// Why a connection was not handed on.
#[derive(Debug)]
#[non_exhaustive]
pub enum AcceptErrorKind {
    /// The peer may not connect here, or did not send a header as it must.
    Refused(Refusal),
    /// The socket failed.
    Io(io::Error),
}

impl AcceptError {
    /// Why.
    #[must_use]
    pub const fn kind(&self) -> &AcceptErrorKind {
        &self.kind
    }

    /// Whether this is what a TCP health check looks like: not worth a line in a log.
    #[must_use]
    pub const fn is_probe(&self) -> bool {
        matches!(&self.kind, AcceptErrorKind::Refused(refusal) if refusal.is_probe())
    }

    /// The connection. What has come of a header may be in it or not: bytes that start none are seen
    /// while they are still in the socket, a part of one is taken.
    #[must_use]
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// The connection, as [`into_stream`](Self::into_stream) gives it, and why it was not handed on.
    #[must_use]
    pub fn into_parts(self) -> (TcpStream, AcceptErrorKind) {
        (self.stream, self.kind)
    }
}

impl Error for AcceptError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

impl fmt::Display for AcceptError {
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
