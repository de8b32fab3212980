//! What a service should know of a connection it was handed.

use core::net::{IpAddr, SocketAddr};

use bytes::Bytes;

use crate::{
    address::{Endpoint, UnixAddress},
    header::Header,
    owned::OwnedHeader,
};

/// Who is at the other end of an accepted connection: the socket's own addresses, and the header if
/// there was one. Cheap to clone.
///
/// A service should log and judge by [`client_addr`](Self::client_addr) and
/// [`server_addr`](Self::server_addr). They are those of the header where it carries endpoints, else
/// the socket's own. **After a LOCAL, `UNKNOWN` or UNSPEC header the socket's own address is the
/// balancer's**, often a privileged one: an access rule that admits the balancer's network by
/// `client_addr` also admits whoever can make it send such a header, a health check at the best.
/// Where that matters, ask [`is_proxied`](Self::is_proxied) first.
///
/// # Examples
///
/// ```
/// use core::net::SocketAddr;
///
/// use proxy_proto::{ConnectionInfo, Decoded, OwnedHeader, decode};
///
/// let balancer: SocketAddr = "10.0.0.2:40528".parse().unwrap();
/// let local: SocketAddr = "10.0.0.9:143".parse().unwrap();
/// let sent = b"PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.7 56324 143\r\n";
/// let Decoded::Complete(header) = decode(sent) else { panic!() };
///
/// let info = ConnectionInfo::new(balancer.into(), local.into(), Some(OwnedHeader::from(header)));
/// assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
/// assert_eq!(info.server_addr().to_string(), "198.51.100.7:143");
/// assert_eq!(info.client_ip(), Some("192.0.2.1".parse().unwrap()));
/// assert_eq!(info.peer_addr().to_string(), "10.0.0.2:40528");
/// assert_eq!(info.local_addr().to_string(), "10.0.0.9:143");
/// assert!(info.is_proxied());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionInfo {
    peer: Stored,
    local: Stored,
    header: Option<OwnedHeader>,
}

/// An endpoint of the socket itself.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stored {
    Ip(SocketAddr),
    /// The 108 bytes of a UNIX address.
    Unix(Bytes),
}

impl ConnectionInfo {
    /// What is known of a connection between the socket's own `peer` and `local` address, with the
    /// header that came first on it.
    #[must_use]
    pub fn new(peer: Endpoint<'_>, local: Endpoint<'_>, header: Option<OwnedHeader>) -> Self {
        Self {
            peer: Stored::new(peer),
            local: Stored::new(local),
            header,
        }
    }

    /// The client that a service should log and judge by: the header's source, or the peer.
    /// Canonical: a v4-mapped address is given as the IPv4 address, or a deny list would miss it.
    #[must_use]
    pub fn client_addr(&self) -> Endpoint<'_> {
        let source = self.header().and_then(|header| header.source());
        source.unwrap_or_else(|| self.peer_addr()).to_canonical()
    }

    /// The address that the client connected to: the header's destination, or the local address.
    /// Canonical, like [`client_addr`](Self::client_addr).
    #[must_use]
    pub fn server_addr(&self) -> Endpoint<'_> {
        let destination = self.header().and_then(|header| header.destination());
        destination
            .unwrap_or_else(|| self.local_addr())
            .to_canonical()
    }

    /// The IP address of [`client_addr`](Self::client_addr); `None` for a UNIX socket.
    #[must_use]
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.client_addr().ip()
    }

    /// The socket's own peer, as accept(2) gave it: the balancer, if there is one.
    #[must_use]
    pub fn peer_addr(&self) -> Endpoint<'_> {
        self.peer.endpoint()
    }

    /// The socket's own local address.
    #[must_use]
    pub fn local_addr(&self) -> Endpoint<'_> {
        self.local.endpoint()
    }

    /// Whether a header told the client's address. Not so for a direct client, and not for a LOCAL,
    /// `UNKNOWN` or UNSPEC header, whose sender speaks for itself.
    #[must_use]
    pub fn is_proxied(&self) -> bool {
        self.header()
            .is_some_and(|header| header.source().is_some())
    }

    /// The header that came first on the connection, if there was one.
    #[must_use]
    pub fn header(&self) -> Option<Header<'_>> {
        self.header.as_ref().map(OwnedHeader::header)
    }
}

impl Stored {
    fn new(endpoint: Endpoint<'_>) -> Self {
        match endpoint {
            Endpoint::Ip(address) => Self::Ip(address),
            Endpoint::Unix(address) => Self::Unix(Bytes::copy_from_slice(address.as_bytes())),
        }
    }

    fn endpoint(&self) -> Endpoint<'_> {
        match self {
            Self::Ip(address) => Endpoint::Ip(*address),
            Self::Unix(field) => {
                let address = field.first_chunk().map(UnixAddress::new);
                Endpoint::Unix(address.unwrap_or(UnixAddress::UNNAMED))
            }
        }
    }
}
