//! What a service should know about a connection.

use alloc::sync::Arc;
use core::{fmt, net::IpAddr};

use crate::{
    address::{Endpoint, OwnedEndpoint},
    header::{Command, Header},
    owned::OwnedHeader,
};

/// Who is at the other end of an accepted connection: the socket's own addresses, and the header if
/// there was one.
///
/// A service should log and base decisions on [`client_addr`](Self::client_addr) and
/// [`server_addr`](Self::server_addr). They are those of the header if it carries endpoints, else
/// the socket's own. **After a LOCAL, `UNKNOWN` or UNSPEC header the socket's own address is the
/// balancer's**, often a privileged one: an access rule that admits the balancer's network by
/// `client_addr` also admits anyone who can make the balancer send such a header; at best that is a
/// health check. If that matters, check [`is_proxied`](Self::is_proxied) first.
///
/// The size of a pointer, and cloned without an allocation.
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
/// let info = ConnectionInfo::new(balancer, local, Some(OwnedHeader::from(header)));
/// assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
/// assert_eq!(info.server_addr().to_string(), "198.51.100.7:143");
/// assert_eq!(info.client_ip(), Some("192.0.2.1".parse().unwrap()));
/// assert_eq!(info.peer_addr(), balancer);
/// assert_eq!(info.local_addr(), local);
/// assert!(info.is_proxied());
///
/// let direct = ConnectionInfo::direct(balancer, local);
/// assert_eq!(direct.client_addr(), balancer);
/// assert!(!direct.is_proxied());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionInfo {
    known: Arc<Known>,
}

#[derive(PartialEq, Eq)]
struct Known {
    peer: OwnedEndpoint,
    local: OwnedEndpoint,
    header: Option<OwnedHeader>,
}

impl ConnectionInfo {
    /// The connection between the socket's own `peer` and `local` addresses, with the header at its
    /// start, if there was one.
    #[must_use]
    pub fn new(
        peer: impl Into<OwnedEndpoint>,
        local: impl Into<OwnedEndpoint>,
        header: Option<OwnedHeader>,
    ) -> Self {
        let known = Known {
            peer: peer.into(),
            local: local.into(),
            header,
        };
        Self {
            known: Arc::new(known),
        }
    }

    /// The connection of a direct client, which sent no header.
    #[must_use]
    pub fn direct(peer: impl Into<OwnedEndpoint>, local: impl Into<OwnedEndpoint>) -> Self {
        Self::new(peer, local, None)
    }

    /// The client that a service should log and base decisions on: the header's source, or the
    /// peer. Canonical: a v4-mapped address is returned as the IPv4 address; otherwise a deny list
    /// would miss it.
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

    /// The socket's own peer, as accept(2) returned it: the balancer, if there is one.
    #[must_use]
    pub fn peer_addr(&self) -> Endpoint<'_> {
        self.known.peer.endpoint()
    }

    /// The socket's own local address.
    #[must_use]
    pub fn local_addr(&self) -> Endpoint<'_> {
        self.known.local.endpoint()
    }

    /// Whether a header states the client's address. False for a direct client, and for a LOCAL,
    /// `UNKNOWN` or UNSPEC header, which carries no usable endpoints.
    #[must_use]
    pub fn is_proxied(&self) -> bool {
        self.header()
            .is_some_and(|header| header.source().is_some())
    }

    /// Whether the header's command is LOCAL: the balancer opened the connection itself, for
    /// example for a health check. Not worth a line in a log. Spec: §2.2.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.header()
            .is_some_and(|header| header.command() == Command::Local)
    }

    /// The header at the start of the connection, if there was one.
    #[must_use]
    pub fn header(&self) -> Option<Header<'_>> {
        self.known.header.as_ref().map(OwnedHeader::header)
    }

    /// The same header as an owned value, shared rather than copied.
    #[must_use]
    pub fn owned_header(&self) -> Option<OwnedHeader> {
        self.known.header.clone()
    }
}

impl fmt::Debug for ConnectionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionInfo")
            .field("peer_addr", &self.peer_addr())
            .field("local_addr", &self.local_addr())
            .field("header", &self.header())
            .finish()
    }
}
