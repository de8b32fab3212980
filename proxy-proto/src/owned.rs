//! A header that outlives its buffer.

use alloc::{sync::Arc, vec::Vec};
use core::{fmt, net::SocketAddr};

use crate::{
    address::{Endpoint, UnixAddress},
    header::{Fields, Header},
};

/// A header kept beyond the buffer it was read into.
///
/// Made with one allocation up to 4096 bytes and with two beyond, and cloned without any: clones
/// share the bytes.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Decoded, OwnedHeader, decode};
///
/// let kept = {
///     let buffer = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n".to_vec();
///     let Decoded::Complete(header) = decode(&buffer) else { panic!() };
///     OwnedHeader::from(header)
/// };
/// assert_eq!(kept.header().source().unwrap().to_string(), "192.0.2.1:56324");
/// assert_eq!(kept.as_bytes().len(), 45);
/// ```
#[derive(Clone)]
pub struct OwnedHeader {
    pub(crate) kept: Arc<Kept>,
}

/// A header with the endpoints of the socket it came from, in one allocation.
///
/// Without unsafe code an unsized tail can only be made from an array, so `short` has the next of a
/// few lengths, and a header too long for the last of them is in `long`.
pub(crate) struct Kept<B: ?Sized = [u8]> {
    pub(crate) sockets: SocketEndpoints,
    fields: Fields,
    len: usize,
    /// The header if `short` cannot hold it, else empty.
    long: Vec<u8>,
    /// The first `len` bytes are the header.
    short: B,
}

/// The socket's own endpoints; both unnamed where a header is kept without them.
#[derive(Clone, Copy)]
pub(crate) struct SocketEndpoints {
    pub(crate) peer: SocketEndpoint,
    pub(crate) local: SocketEndpoint,
}

#[derive(Clone, Copy)]
pub(crate) enum SocketEndpoint {
    Ip(SocketAddr),
    Unix([u8; UnixAddress::LEN]),
}

impl OwnedHeader {
    /// The header as a view, without decoding it again.
    #[must_use]
    pub fn header(&self) -> Header<'_> {
        self.kept.header()
    }

    /// The exact bytes of the header, from the first to the last.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.kept.as_bytes()
    }

    /// The exact bytes, shared rather than copied.
    #[cfg(feature = "bytes")]
    #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
    #[must_use]
    pub fn to_bytes(&self) -> bytes::Bytes {
        bytes::Bytes::from_owner(Shared(Arc::clone(&self.kept)))
    }
}

#[cfg(feature = "bytes")]
struct Shared(Arc<Kept>);

#[cfg(feature = "bytes")]
impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl From<Header<'_>> for OwnedHeader {
    fn from(header: Header<'_>) -> Self {
        Self::with_sockets(header, SocketEndpoints::UNNAMED)
    }
}

impl PartialEq for OwnedHeader {
    fn eq(&self, other: &Self) -> bool {
        self.header() == other.header()
    }
}

impl Eq for OwnedHeader {}

impl fmt::Debug for OwnedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.header().fmt(f)
    }
}

impl OwnedHeader {
    pub(crate) fn with_sockets(header: Header<'_>, sockets: SocketEndpoints) -> Self {
        let kept: Arc<Kept> = match header.len() {
            0..=64 => Kept::<[u8; 64]>::new(header, sockets),
            65..=128 => Kept::<[u8; 128]>::new(header, sockets),
            129..=512 => Kept::<[u8; 512]>::new(header, sockets),
            513..=4096 => Kept::<[u8; 4096]>::new(header, sockets),
            _ => Kept::<[u8; 0]>::new(header, sockets),
        };
        Self { kept }
    }
}

impl<const N: usize> Kept<[u8; N]> {
    // A call of its own for each length, so that a short header does not clear the stack for a long
    // one.
    #[inline(never)]
    fn new(header: Header<'_>, sockets: SocketEndpoints) -> Arc<Self> {
        let mut short = [0; N];
        let mut long = Vec::new();
        match short.get_mut(..header.len()) {
            Some(place) => place.copy_from_slice(header.raw),
            None => long = header.raw.to_vec(),
        }
        Arc::new(Self {
            sockets,
            fields: header.fields,
            len: header.len(),
            long,
            short,
        })
    }
}

impl Kept {
    pub(crate) fn header(&self) -> Header<'_> {
        Header {
            raw: self.as_bytes(),
            fields: self.fields,
        }
    }

    fn as_bytes(&self) -> &[u8] {
        self.short.get(..self.len).unwrap_or(&self.long)
    }
}

impl SocketEndpoints {
    const UNNAMED: Self = Self {
        peer: SocketEndpoint::Unix(*UnixAddress::UNNAMED.as_bytes()),
        local: SocketEndpoint::Unix(*UnixAddress::UNNAMED.as_bytes()),
    };

    pub(crate) fn new(peer: Endpoint<'_>, local: Endpoint<'_>) -> Self {
        Self {
            peer: peer.into(),
            local: local.into(),
        }
    }
}

impl From<Endpoint<'_>> for SocketEndpoint {
    fn from(endpoint: Endpoint<'_>) -> Self {
        match endpoint {
            Endpoint::Ip(address) => Self::Ip(address),
            Endpoint::Unix(address) => Self::Unix(*address.as_bytes()),
        }
    }
}

impl SocketEndpoint {
    pub(crate) const fn endpoint(&self) -> Endpoint<'_> {
        match self {
            Self::Ip(address) => Endpoint::Ip(*address),
            Self::Unix(field) => Endpoint::Unix(UnixAddress::new(field)),
        }
    }
}
