//! The endpoints that a header carries.

mod endpoint;
#[cfg(feature = "alloc")]
mod owned;
mod unix;

use core::{
    fmt,
    net::{SocketAddr, SocketAddrV4, SocketAddrV6},
};

pub use endpoint::{Endpoint, NotIpError};
#[cfg(feature = "alloc")]
pub use owned::OwnedEndpoint;
pub use unix::{UnixAddress, UnixName};

use crate::error::EncodeError;

/// The address family of a header. Spec: §2.2, byte 13, high nibble.
///
/// Exhaustive: §2.2 says that no other value may be sent in version 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "§2.2 closes the list")]
pub enum AddressFamily {
    /// AF_UNSPEC, 0x0: none, or unknown. Version 1 calls it `UNKNOWN`.
    Unspec,
    /// AF_INET, 0x1: IPv4.
    Inet,
    /// AF_INET6, 0x2: IPv6.
    Inet6,
    /// AF_UNIX, 0x3: a UNIX socket.
    Unix,
}

/// The transport protocol of a header. Spec: §2.2, byte 13, low nibble.
///
/// Exhaustive: §2.2 says that no other value may be sent in version 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "§2.2 closes the list")]
pub enum TransportProtocol {
    /// UNSPEC, 0x0: unknown or unsupported. Version 1 calls it `UNKNOWN`.
    Unspec,
    /// SOCK_STREAM, 0x1: TCP or a UNIX stream socket.
    Stream,
    /// SOCK_DGRAM, 0x2: UDP or a UNIX datagram socket.
    Dgram,
}

/// Both endpoints of the connection that a header describes.
///
/// Exhaustive: these are the families of §2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "§2.2 closes the list")]
pub enum Addresses<'a> {
    /// No usable endpoints: LOCAL, `UNKNOWN`, or UNSPEC as family or transport.
    Unspec,
    /// IPv4 endpoints.
    #[non_exhaustive]
    Inet {
        /// Where the connection came from.
        source: SocketAddrV4,
        /// Where the connection was meant to go.
        destination: SocketAddrV4,
    },
    /// IPv6 endpoints; flow label and scope are not on the wire and are 0 here.
    #[non_exhaustive]
    Inet6 {
        /// Where the connection came from.
        source: SocketAddrV6,
        /// Where the connection was meant to go.
        destination: SocketAddrV6,
    },
    /// Endpoints of a UNIX socket.
    #[non_exhaustive]
    Unix {
        /// Where the connection came from.
        source: UnixAddress<'a>,
        /// Where the connection was meant to go.
        destination: UnixAddress<'a>,
    },
}

impl<'a> Addresses<'a> {
    /// IPv4 endpoints.
    #[must_use]
    pub const fn inet(source: SocketAddrV4, destination: SocketAddrV4) -> Self {
        Self::Inet {
            source,
            destination,
        }
    }

    /// IPv6 endpoints. Flow labels and scope IDs are cleared: a header cannot carry them.
    #[must_use]
    pub const fn inet6(source: SocketAddrV6, destination: SocketAddrV6) -> Self {
        Self::Inet6 {
            source: on_wire(source),
            destination: on_wire(destination),
        }
    }

    /// Endpoints of a UNIX socket.
    #[must_use]
    pub const fn unix(source: UnixAddress<'a>, destination: UnixAddress<'a>) -> Self {
        Self::Unix {
            source,
            destination,
        }
    }

    /// The endpoints of a TCP or UDP connection.
    ///
    /// # Errors
    ///
    /// [`EncodeError::MixedFamilies`] if one is IPv4 and the other IPv6.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{Addresses, EncodeError};
    ///
    /// let v4 = "192.0.2.1:25".parse()?;
    /// let v6 = "[2001:db8::1]:25".parse()?;
    /// assert_eq!(Addresses::ip(v4, v6), Err(EncodeError::MixedFamilies));
    /// let mapped = Addresses::ip_mapped(v4, v6);
    /// assert_eq!(mapped.source().unwrap().to_string(), "[::ffff:192.0.2.1]:25");
    /// # Ok::<(), core::net::AddrParseError>(())
    /// ```
    pub const fn ip(source: SocketAddr, destination: SocketAddr) -> Result<Self, EncodeError> {
        match (source, destination) {
            (SocketAddr::V4(source), SocketAddr::V4(destination)) => {
                Ok(Self::inet(source, destination))
            }
            (SocketAddr::V6(source), SocketAddr::V6(destination)) => {
                Ok(Self::inet6(source, destination))
            }
            _ => Err(EncodeError::MixedFamilies),
        }
    }

    /// The endpoints of a TCP or UDP connection; if one is IPv4 and the other IPv6, the IPv4 one
    /// becomes v4-mapped.
    #[must_use]
    pub const fn ip_mapped(source: SocketAddr, destination: SocketAddr) -> Self {
        match (source, destination) {
            (SocketAddr::V4(source), SocketAddr::V4(destination)) => {
                Self::inet(source, destination)
            }
            _ => Self::inet6(mapped(source), mapped(destination)),
        }
    }

    /// The address family.
    #[must_use]
    pub const fn family(&self) -> AddressFamily {
        match self {
            Self::Unspec => AddressFamily::Unspec,
            Self::Inet { .. } => AddressFamily::Inet,
            Self::Inet6 { .. } => AddressFamily::Inet6,
            Self::Unix { .. } => AddressFamily::Unix,
        }
    }

    /// Where the connection came from, if there are usable endpoints.
    #[must_use]
    pub const fn source(&self) -> Option<Endpoint<'a>> {
        match *self {
            Self::Unspec => None,
            Self::Inet { source, .. } => Some(Endpoint::Ip(SocketAddr::V4(source))),
            Self::Inet6 { source, .. } => Some(Endpoint::Ip(SocketAddr::V6(source))),
            Self::Unix { source, .. } => Some(Endpoint::Unix(source)),
        }
    }

    /// Where the connection was meant to go, if there are usable endpoints.
    #[must_use]
    pub const fn destination(&self) -> Option<Endpoint<'a>> {
        match *self {
            Self::Unspec => None,
            Self::Inet { destination, .. } => Some(Endpoint::Ip(SocketAddr::V4(destination))),
            Self::Inet6 { destination, .. } => Some(Endpoint::Ip(SocketAddr::V6(destination))),
            Self::Unix { destination, .. } => Some(Endpoint::Unix(destination)),
        }
    }
}

impl fmt::Display for AddressFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspec => "unspec",
            Self::Inet => "inet",
            Self::Inet6 => "inet6",
            Self::Unix => "unix",
        })
    }
}

impl fmt::Display for TransportProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspec => "unspec",
            Self::Stream => "stream",
            Self::Dgram => "dgram",
        })
    }
}

/// An IPv6 address as the header can carry it: without flow label and scope.
const fn on_wire(address: SocketAddrV6) -> SocketAddrV6 {
    SocketAddrV6::new(*address.ip(), address.port(), 0, 0)
}

const fn mapped(address: SocketAddr) -> SocketAddrV6 {
    match address {
        SocketAddr::V4(address) => {
            SocketAddrV6::new(address.ip().to_ipv6_mapped(), address.port(), 0, 0)
        }
        SocketAddr::V6(address) => address,
    }
}
