//! Type-length-value vectors. Spec: §2.2.
//!
//! ```text
//! 0  type
//! 1  length of the value, big endian
//! 3  value
//! ```

mod alpn;
mod cloud;
mod kinds;
mod ssl;
mod typed;

use core::{fmt, iter::FusedIterator};

pub use alpn::{Alpn, AlpnProtocols};
pub use cloud::{AwsVpcEndpointId, AzurePrivateEndpointLinkId, GcpPscConnectionId};
pub use kinds::{SslSubTlvType, TextEncoding, TlvRange, TlvType};
pub(crate) use ssl::SSL_FIXED_LEN;
pub use ssl::{Ssl, SslClientFlags, SslSubTlv, SslSubTlvs};
pub use typed::{TypedTlv, UNIQUE_ID_MAX_LEN};

use crate::error::{DecodeError, DecodeErrorKind};

/// Type and length: what precedes every value.
pub(crate) const PREFIX_LEN: usize = 1 + 2;

/// The TLVs of a header, in the order sent.
///
/// Iteration cannot fail: each TLV is known to end where the next one starts, and the last one
/// where the header ends.
///
/// # Examples
///
/// The block of a LOCAL header is not parsed, but this tries to:
///
/// ```
/// use proxy_proto::{TlvType, Tlvs};
///
/// let mut tlvs = Tlvs::new(b"\x04\x00\x02\x00\x00\x05\x00\x01x")?;
/// assert_eq!(tlvs.next().unwrap().tlv_type(), TlvType::NOOP);
/// assert_eq!(tlvs.next().unwrap().value(), b"x");
/// assert_eq!(tlvs.next(), None);
///
/// let error = Tlvs::new(b"\x04\x00\x09").unwrap_err();
/// assert_eq!(error.to_string(), "TLV of 12 or more bytes, only 3 left at byte 0");
/// # Ok::<(), proxy_proto::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Tlvs<'a> {
    rest: &'a [u8],
    /// Where `rest` starts in the header.
    offset: usize,
}

/// One type-length-value vector, its value borrowed from the header.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Tlv, TlvType, Tlvs};
///
/// let tlvs: Vec<Tlv<'_>> = Tlvs::new(b"\x01\x00\x02h2\x30\x00\x04blue")?.collect();
/// assert_eq!(tlvs[0].tlv_type(), TlvType::ALPN);
/// assert_eq!(tlvs[1].tlv_type(), TlvType::NETNS);
/// assert_eq!((tlvs[1].offset(), tlvs[1].value_offset()), (5, 8));
/// # Ok::<(), proxy_proto::DecodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tlv<'a> {
    tlv_type: TlvType,
    value: &'a [u8],
    offset: usize,
}

impl<'a> Tlvs<'a> {
    /// The TLVs in `bytes`, which must be TLVs from the first byte to the last.
    ///
    /// For bytes that a decoder does not parse as TLVs, such as the [block] of a LOCAL header.
    /// Offsets count from the start of `bytes`.
    ///
    /// # Errors
    ///
    /// [`TlvOverrun`](DecodeErrorKind::TlvOverrun) with the offset of the first TLV that runs past
    /// the end, or of a remnant of 1 or 2 bytes.
    ///
    /// [block]: crate::Header::block
    pub fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Self::new_at(bytes, 0)
    }

    /// Like [`Self::new`], for bytes that start at `offset` in the header.
    pub(crate) fn new_at(bytes: &'a [u8], offset: usize) -> Result<Self, DecodeError> {
        let tlvs = Self::of_framed(bytes, offset);
        let mut unchecked = tlvs.clone();
        unchecked.by_ref().for_each(drop);
        unchecked.end()?;
        Ok(tlvs)
    }

    /// Bytes that are known to be TLVs, or about to be walked with [`Self::next_checked`].
    pub(crate) const fn of_framed(bytes: &'a [u8], offset: usize) -> Self {
        Self {
            rest: bytes,
            offset,
        }
    }

    /// Whether all bytes were TLVs, once the iteration has ended.
    #[inline]
    pub(crate) fn end(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.overrun())
        }
    }

    /// The bytes of the TLVs not yet iterated over.
    #[must_use]
    pub const fn remaining(&self) -> &'a [u8] {
        self.rest
    }

    /// Why the next TLV does not fit.
    #[cold]
    fn overrun(&self) -> DecodeError {
        let len = match self.rest {
            &[_, high, low, ..] => u16::from_be_bytes([high, low]),
            _ => 0,
        };
        let kind = DecodeErrorKind::TlvOverrun {
            required: PREFIX_LEN.saturating_add(len.into()),
            found: self.rest.len(),
        };
        DecodeError::new(self.offset, kind)
    }
}

impl<'a> Iterator for Tlvs<'a> {
    type Item = Tlv<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (&[tlv_type, high, low], after_prefix) = self.rest.split_first_chunk()?;
        let len = usize::from(u16::from_be_bytes([high, low]));
        let (value, rest) = after_prefix.split_at_checked(len)?;
        let tlv = Tlv {
            tlv_type: TlvType(tlv_type),
            value,
            offset: self.offset,
        };
        self.rest = rest;
        // Stays within the header, whose length is a `usize`.
        self.offset = self.offset.wrapping_add(PREFIX_LEN).wrapping_add(len);
        Some(tlv)
    }
}

impl FusedIterator for Tlvs<'_> {}

impl fmt::Debug for Tlvs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a> Tlv<'a> {
    /// The type.
    #[must_use]
    pub const fn tlv_type(&self) -> TlvType {
        self.tlv_type
    }

    /// The value, 0 to 65,535 bytes, exactly as sent.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Where the type byte is, in bytes from the start of the header.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Where the value starts, in bytes from the start of the header.
    #[must_use]
    pub const fn value_offset(&self) -> usize {
        self.offset.saturating_add(PREFIX_LEN)
    }
}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} \"{}\"", self.tlv_type, self.value.escape_ascii())
    }
}
