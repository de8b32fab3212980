//! A header that outlives its buffer.

use alloc::sync::Arc;
use core::fmt;

use crate::header::{Fields, Header};

/// A header kept beyond the buffer it was read into.
///
/// Made with one allocation and cloned without any: clones share the bytes.
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
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedHeader {
    raw: Arc<[u8]>,
    fields: Fields,
}

impl OwnedHeader {
    /// The header as a view, without decoding it again.
    #[must_use]
    pub fn header(&self) -> Header<'_> {
        Header {
            raw: &self.raw,
            fields: self.fields,
        }
    }

    /// The exact bytes of the header, from the first to the last.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// The exact bytes, shared rather than copied.
    #[cfg(feature = "bytes")]
    #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
    #[must_use]
    pub fn to_bytes(&self) -> bytes::Bytes {
        bytes::Bytes::from_owner(Arc::clone(&self.raw))
    }
}

impl From<Header<'_>> for OwnedHeader {
    fn from(header: Header<'_>) -> Self {
        Self {
            raw: Arc::from(header.raw),
            fields: header.fields,
        }
    }
}

impl fmt::Debug for OwnedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.header().fmt(f)
    }
}
