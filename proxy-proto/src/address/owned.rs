//! An endpoint that outlives its buffer.

use alloc::boxed::Box;
use core::{fmt, net::SocketAddr};

#[cfg(all(feature = "std", unix))]
use crate::address::UnixName;
use crate::address::{Endpoint, UnixAddress};

/// An [`Endpoint`] that borrows nothing, such as the address of a peer that accept(2) returned.
///
/// Allocates only for a UNIX socket with a name; few clients have one.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Endpoint, OwnedEndpoint};
///
/// let peer: core::net::SocketAddr = "192.0.2.1:25".parse().unwrap();
/// let owned = OwnedEndpoint::from(peer);
/// assert_eq!(owned.endpoint(), Endpoint::Ip(peer));
/// assert_eq!(owned.to_string(), "192.0.2.1:25");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OwnedEndpoint(Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Ip(SocketAddr),
    UnixUnnamed,
    UnixNamed(Box<[u8; UnixAddress::LEN]>),
}

impl OwnedEndpoint {
    /// A UNIX socket of this name, as the operating system reports it. No socket can have a name
    /// that does not fit in a header; if one did, it would count as unnamed.
    #[cfg(all(feature = "std", unix))]
    pub(crate) fn unix(name: UnixName<'_>) -> Self {
        match UnixAddress::field(name) {
            Ok(field) => Endpoint::Unix(UnixAddress::new(&field)).into(),
            Err(_) => Self(Kind::UnixUnnamed),
        }
    }

    /// The endpoint as a view.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint<'_> {
        match &self.0 {
            Kind::Ip(address) => Endpoint::Ip(*address),
            Kind::UnixUnnamed => Endpoint::Unix(UnixAddress::UNNAMED),
            Kind::UnixNamed(field) => Endpoint::Unix(UnixAddress::new(field)),
        }
    }
}

impl From<Endpoint<'_>> for OwnedEndpoint {
    fn from(endpoint: Endpoint<'_>) -> Self {
        Self(match endpoint {
            Endpoint::Ip(address) => Kind::Ip(address),
            Endpoint::Unix(UnixAddress::UNNAMED) => Kind::UnixUnnamed,
            Endpoint::Unix(address) => Kind::UnixNamed(Box::new(*address.as_bytes())),
        })
    }
}

impl From<SocketAddr> for OwnedEndpoint {
    fn from(address: SocketAddr) -> Self {
        Self(Kind::Ip(address))
    }
}

/// The address of a UNIX socket as the operating system reports it.
#[cfg(all(feature = "std", unix))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "std", unix))))]
impl From<&std::os::unix::net::SocketAddr> for OwnedEndpoint {
    fn from(address: &std::os::unix::net::SocketAddr) -> Self {
        #[cfg(any(target_os = "android", target_os = "linux"))]
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::ffi::OsStrExt;

        let path = address
            .as_pathname()
            .map(|path| path.as_os_str().as_bytes());
        let name = path.map_or(UnixName::Unnamed, UnixName::Path);
        #[cfg(any(target_os = "android", target_os = "linux"))]
        let name = address.as_abstract_name().map_or(name, UnixName::Abstract);
        Self::unix(name)
    }
}

impl fmt::Display for OwnedEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.endpoint().fmt(f)
    }
}
