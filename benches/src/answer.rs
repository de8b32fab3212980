//! What a decoder says about some bytes, in one form for all of them.

use core::{fmt, net::SocketAddr};

/// What a decoder says about some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// A whole header.
    Complete(Complete),
    /// Part of a header.
    NeedMore,
    /// No header, and none to come.
    Invalid,
    /// The decoder panicked.
    Panicked,
}

/// A whole header: what every decoder can say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Complete {
    /// Bytes of the header.
    pub len: usize,
    /// Where the connection came from.
    pub source: Endpoint,
    /// Where it was meant to go.
    pub destination: Endpoint,
}

/// One endpoint of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// None is given.
    None,
    /// An IP address and port.
    Ip(SocketAddr),
    /// The name of a UNIX socket; of an abstract one, with the NUL in front.
    Unix(Vec<u8>),
}

impl Answer {
    /// A whole header of this many bytes.
    #[must_use]
    pub const fn complete(len: usize, source: Endpoint, destination: Endpoint) -> Self {
        Self::Complete(Complete {
            len,
            source,
            destination,
        })
    }

    /// A whole header of this many bytes that gives no endpoints.
    #[must_use]
    pub const fn no_endpoints(len: usize) -> Self {
        Self::complete(len, Endpoint::None, Endpoint::None)
    }

    /// A whole header of this many bytes with two IP endpoints.
    pub fn ip(
        len: usize,
        source: impl Into<SocketAddr>,
        destination: impl Into<SocketAddr>,
    ) -> Self {
        let (source, destination) = (source.into(), destination.into());
        Self::complete(len, Endpoint::Ip(source), Endpoint::Ip(destination))
    }

    /// A whole header of this many bytes with two UNIX endpoints.
    #[must_use]
    pub fn unix(len: usize, source: &[u8], destination: &[u8]) -> Self {
        Self::complete(len, Endpoint::unix(source), Endpoint::unix(destination))
    }
}

impl Endpoint {
    /// The endpoint of a UNIX socket: what `field` holds without the NULs that fill it.
    #[must_use]
    pub fn unix(field: &[u8]) -> Self {
        let name = if field.first() == Some(&0) {
            let filled = field.iter().rposition(|&byte| byte != 0);
            filled.and_then(|last| field.get(..=last))
        } else {
            field.split(|&byte| byte == 0).next()
        };
        Self::Unix(name.unwrap_or_default().to_vec())
    }

    /// An IP endpoint, or none.
    #[must_use]
    pub fn from_option(address: Option<SocketAddr>) -> Self {
        address.map_or(Self::None, Self::Ip)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete(Complete {
                len,
                source: Endpoint::None,
                destination: Endpoint::None,
            }) => write!(f, "{len} bytes, no endpoints"),
            Self::Complete(Complete {
                len,
                source,
                destination,
            }) => write!(f, "{len} bytes, {source} to {destination}"),
            Self::NeedMore => f.write_str("need more"),
            Self::Invalid => f.write_str("invalid"),
            Self::Panicked => f.write_str("panic"),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Ip(address) => address.fmt(f),
            Self::Unix(name) => write!(f, "unix:{}", name.escape_ascii()),
        }
    }
}
