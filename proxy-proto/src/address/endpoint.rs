//! One endpoint of a connection.

use core::{
    error::Error,
    fmt,
    net::{IpAddr, SocketAddr, SocketAddrV4},
};

use crate::address::UnixAddress;

/// One endpoint of a connection: an IP address and port, or a UNIX socket.
///
/// # Examples
///
/// ```
/// use core::net::SocketAddr;
///
/// use proxy_proto::Endpoint;
///
/// let mapped: SocketAddr = "[::ffff:192.0.2.1]:25".parse().unwrap();
/// let endpoint = Endpoint::from(mapped);
/// assert_eq!(endpoint, mapped);
/// assert_eq!(endpoint.to_string(), "[::ffff:192.0.2.1]:25");
/// assert_eq!(endpoint.to_canonical().to_string(), "192.0.2.1:25");
/// assert_eq!(endpoint.port(), Some(25));
/// assert_eq!(SocketAddr::try_from(endpoint), Ok(mapped));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the families of §2.2 that have endpoints"
)]
pub enum Endpoint<'a> {
    /// An IPv4 or IPv6 address with its port.
    Ip(SocketAddr),
    /// A UNIX socket address.
    Unix(UnixAddress<'a>),
}

/// The endpoint is a UNIX socket, so it is not a [`SocketAddr`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NotIpError;

impl Endpoint<'_> {
    /// The same endpoint with a v4-mapped IPv6 address turned into the IPv4 address it stands for,
    /// so that one host has one form and no deny list misses it.
    #[must_use]
    pub const fn to_canonical(self) -> Self {
        match self {
            Self::Ip(SocketAddr::V6(address)) => match address.ip().to_ipv4_mapped() {
                Some(ip) => Self::Ip(SocketAddr::V4(SocketAddrV4::new(ip, address.port()))),
                None => self,
            },
            Self::Ip(SocketAddr::V4(_)) | Self::Unix(_) => self,
        }
    }

    /// The IP address and port, unless this is a UNIX socket.
    #[must_use]
    pub const fn socket_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Ip(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }

    /// The IP address, unless this is a UNIX socket.
    #[must_use]
    pub const fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(address) => Some(address.ip()),
            Self::Unix(_) => None,
        }
    }

    /// The port, unless this is a UNIX socket.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        match self {
            Self::Ip(address) => Some(address.port()),
            Self::Unix(_) => None,
        }
    }
}

impl From<SocketAddr> for Endpoint<'_> {
    fn from(address: SocketAddr) -> Self {
        Self::Ip(address)
    }
}

impl TryFrom<Endpoint<'_>> for SocketAddr {
    type Error = NotIpError;

    fn try_from(endpoint: Endpoint<'_>) -> Result<Self, Self::Error> {
        endpoint.socket_addr().ok_or(NotIpError)
    }
}

/// Exact: a v4-mapped address is not equal to the IPv4 address it stands for.
impl PartialEq<SocketAddr> for Endpoint<'_> {
    fn eq(&self, other: &SocketAddr) -> bool {
        self.socket_addr().as_ref() == Some(other)
    }
}

impl PartialEq<Endpoint<'_>> for SocketAddr {
    fn eq(&self, other: &Endpoint<'_>) -> bool {
        other == self
    }
}

impl fmt::Display for Endpoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Unix(address) => address.fmt(f),
        }
    }
}

impl Error for NotIpError {}

impl fmt::Display for NotIpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UNIX socket has no IP address")
    }
}
