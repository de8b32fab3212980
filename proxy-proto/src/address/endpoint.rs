//! One endpoint of a connection.

use core::{
    fmt,
    net::{IpAddr, SocketAddr, SocketAddrV4},
};

use crate::address::UnixAddress;

/// One endpoint of a connection: an IP address and port, or a UNIX socket.
///
/// # Examples
///
/// ```
/// use proxy_proto::Endpoint;
///
/// let mapped: core::net::SocketAddr = "[::ffff:192.0.2.1]:25".parse().unwrap();
/// let endpoint = Endpoint::Ip(mapped);
/// assert_eq!(endpoint.to_string(), "[::ffff:192.0.2.1]:25");
/// assert_eq!(endpoint.to_canonical().to_string(), "192.0.2.1:25");
/// assert_eq!(endpoint.port(), Some(25));
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

impl fmt::Display for Endpoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Unix(address) => address.fmt(f),
        }
    }
}
