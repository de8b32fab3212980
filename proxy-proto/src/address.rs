//! The endpoints that a header carries.

use core::{
    fmt,
    net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6},
};

use crate::error::EncodeError;

/// The address family of a header. Spec: §2.2, byte 13, high nibble.
///
/// Exhaustive: §2.2 says that no other value may be sent in version 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "§2.2 closes the list")]
pub enum AddressFamily {
    /// AF_UNSPEC, 0x0: none, or none that can be told. Version 1 calls it `UNKNOWN`.
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

/// Both endpoints of the connection that a header speaks of.
///
/// Exhaustive: these are the families of §2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "§2.2 closes the list")]
pub enum Addresses<'a> {
    /// No endpoints to believe: LOCAL, `UNKNOWN`, or UNSPEC as family or transport.
    Unspec,
    /// IPv4 endpoints.
    #[non_exhaustive]
    Inet {
        /// Where the connection came from.
        source: SocketAddrV4,
        /// Where it was meant to go.
        destination: SocketAddrV4,
    },
    /// IPv6 endpoints; flow label and scope are not on the wire and are 0 here.
    #[non_exhaustive]
    Inet6 {
        /// Where the connection came from.
        source: SocketAddrV6,
        /// Where it was meant to go.
        destination: SocketAddrV6,
    },
    /// Endpoints of a UNIX socket.
    #[non_exhaustive]
    Unix {
        /// Where the connection came from.
        source: UnixAddress<'a>,
        /// Where it was meant to go.
        destination: UnixAddress<'a>,
    },
}

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

/// The address of a UNIX socket as the header carries it: 108 bytes, kept as they are.
///
/// Displayed as `unix:` and the name, escaped so that no byte of it can forge a log line.
/// Spec: §2.2, `unix_addr`.
///
/// # Examples
///
/// ```
/// use proxy_proto::{UnixAddress, UnixName};
///
/// let mut field = [0; UnixAddress::LEN];
/// field[..9].copy_from_slice(b"/run/sock");
/// let address = UnixAddress::new(&field);
/// assert_eq!(address.name(), UnixName::Path(b"/run/sock"));
/// assert_eq!(address.to_string(), "unix:/run/sock");
/// assert_eq!(UnixAddress::UNNAMED.name(), UnixName::Unnamed);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnixAddress<'a> {
    field: &'a [u8; FIELD_LEN],
}

/// What the 108 bytes of a [`UnixAddress`] say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "unix(7) knows these three")]
pub enum UnixName<'a> {
    /// A path in the file system: up to the first NUL, or all 108 bytes.
    Path(&'a [u8]),
    /// A Linux abstract name: what follows the first NUL, without the NULs that fill the field.
    Abstract(&'a [u8]),
    /// All NUL: a socket without a name, as most clients have.
    Unnamed,
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

    /// IPv6 endpoints. Flow labels and scope ids are cleared: a header cannot carry them.
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

    /// The endpoints of a TCP or UDP connection; if one is IPv4 and the other IPv6, the former as
    /// v4-mapped.
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

    /// Where the connection came from, if there are endpoints to believe.
    #[must_use]
    pub const fn source(&self) -> Option<Endpoint<'a>> {
        match *self {
            Self::Unspec => None,
            Self::Inet { source, .. } => Some(Endpoint::Ip(SocketAddr::V4(source))),
            Self::Inet6 { source, .. } => Some(Endpoint::Ip(SocketAddr::V6(source))),
            Self::Unix { source, .. } => Some(Endpoint::Unix(source)),
        }
    }

    /// Where the connection was meant to go, if there are endpoints to believe.
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

impl<'a> UnixAddress<'a> {
    /// Bytes that the field takes in the header. Spec: §2.2.
    pub const LEN: usize = FIELD_LEN;

    /// The address of a socket without a name, as most clients of a UNIX socket have.
    pub const UNNAMED: UnixAddress<'static> = UnixAddress {
        field: &[0; FIELD_LEN],
    };

    /// The address that these bytes of a header are.
    #[must_use]
    pub const fn new(field: &'a [u8; FIELD_LEN]) -> Self {
        Self { field }
    }

    /// The 108 bytes for a name, to make an address of.
    ///
    /// # Errors
    ///
    /// [`EncodeError::UnixName`] for a path that is empty, over 108 bytes or has a NUL in it, and for an
    /// abstract name that is empty, over 107 bytes or ends in NUL, which the field cannot tell.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{UnixAddress, UnixName};
    ///
    /// let field = UnixAddress::field(UnixName::Abstract(b"imap"))?;
    /// assert_eq!(UnixAddress::new(&field).to_string(), "unix:@imap");
    /// # Ok::<(), proxy_proto::EncodeError>(())
    /// ```
    pub fn field(name: UnixName<'_>) -> Result<[u8; FIELD_LEN], EncodeError> {
        let mut field = [0; FIELD_LEN];
        let [first, rest @ ..] = &mut field;
        match name {
            UnixName::Unnamed => {}
            UnixName::Abstract(name) => {
                let (limit, found) = (rest.len(), name.len());
                let place = rest
                    .get_mut(..found)
                    .filter(|_| !matches!(name, [] | [.., 0]));
                place
                    .ok_or(EncodeError::UnixName { limit, found })?
                    .copy_from_slice(name);
            }
            UnixName::Path(path) => {
                let (limit, found) = (FIELD_LEN, path.len());
                let (&path_first, path_rest) = path
                    .split_first()
                    .ok_or(EncodeError::UnixName { limit, found })?;
                let place = rest
                    .get_mut(..path_rest.len())
                    .filter(|_| !path.contains(&0));
                place
                    .ok_or(EncodeError::UnixName { limit, found })?
                    .copy_from_slice(path_rest);
                *first = path_first;
            }
        }
        Ok(field)
    }

    /// What the bytes say: a path, an abstract name, or nothing.
    #[must_use]
    pub fn name(&self) -> UnixName<'a> {
        match self.field.split_first() {
            Some((0, rest)) => {
                let filled = rest.iter().rposition(|&byte| byte != 0);
                filled
                    .and_then(|last| rest.get(..=last))
                    .map_or(UnixName::Unnamed, UnixName::Abstract)
            }
            _ => UnixName::Path(
                self.field
                    .split(|&byte| byte == 0)
                    .next()
                    .unwrap_or_default(),
            ),
        }
    }

    /// The field exactly as it stands in the header.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8; FIELD_LEN] {
        self.field
    }
}

impl fmt::Debug for UnixAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnixAddress({self})")
    }
}

impl fmt::Display for UnixAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            UnixName::Path(path) => write!(f, "unix:{}", path.escape_ascii()),
            UnixName::Abstract(name) => write!(f, "unix:@{}", name.escape_ascii()),
            UnixName::Unnamed => f.write_str("unix:"),
        }
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

/// `sizeof(sun_path)`, on every system, since the spec says so.
const FIELD_LEN: usize = 108;
