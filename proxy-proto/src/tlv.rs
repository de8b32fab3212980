//! Type-length-value vectors. Spec: §2.2.
//!
//! ```text
//! 0  type
//! 1  length of the value, big endian
//! 3  value
//! ```

mod alpn;
mod cloud;
mod ssl;
mod typed;

use core::{fmt, iter::FusedIterator};

pub use alpn::{Alpn, AlpnProtocols};
pub use cloud::{AwsVpcEndpointId, AzurePrivateEndpointLinkId, GcpPscConnectionId};
pub use ssl::{Ssl, SslClientFlags, SslSubTlv, SslSubTlvType, SslSubTlvs};
pub use typed::{TypedTlv, UNIQUE_ID_MAX_LEN};

use crate::error::{DecodeError, DecodeErrorKind};

/// Type and length: what stands in front of every value.
const PREFIX_LEN: usize = 1 + 2;

/// The TLVs of a header, in the order sent.
///
/// An iterator that cannot fail: that each TLV ends where the next one starts, and the last one
/// with the header, was checked before this was made.
///
/// # Examples
///
/// A LOCAL header's block is not parsed, but can be tried:
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
/// assert_eq!(error.to_string(), "TLV of 12 or more bytes where 3 are left at byte 0");
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

/// The type of a TLV.
///
/// A byte with names rather than an enum: unknown types must survive, and an enum of the known ones
/// beside an `Unknown(u8)` could say the same type in two ways.
///
/// # Examples
///
/// ```
/// use proxy_proto::{TlvRange, TlvType};
///
/// assert_eq!(TlvType(0x02), TlvType::AUTHORITY);
/// assert_eq!(TlvType::AUTHORITY.to_string(), "AUTHORITY");
/// assert_eq!([TlvType::CRC32C.0, TlvType::UNIQUE_ID.0, TlvType::SSL.0], [0x03, 0x05, 0x20]);
/// assert_eq!(TlvType(0xEA).range(), TlvRange::Application);
/// assert_eq!(TlvType(0xEA).to_string(), "APPLICATION");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the type byte, all of it")]
pub struct TlvType(pub u8);

/// What the spec keeps a range of types for. Spec: §2.2.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "§2.2.8 splits the byte into these")]
pub enum TlvRange {
    /// 0x00 to 0xDF: the protocol's own, assigned or not.
    Protocol,
    /// 0xE0 to 0xEF: application-specific data, such as the clouds'.
    Application,
    /// 0xF0 to 0xF7: temporary experiments.
    Experimental,
    /// 0xF8 to 0xFF: future use.
    Reserved,
}

impl<'a> Tlvs<'a> {
    /// The TLVs that `bytes` are, if they are TLVs from the first byte to the last.
    ///
    /// For bytes that a decoder does not take for TLVs, such as the [block] of a LOCAL header.
    /// Offsets count from the start of `bytes`.
    ///
    /// # Errors
    ///
    /// [`TlvOverrun`](DecodeErrorKind::TlvOverrun) with the offset of the first TLV that runs past
    /// the end, or of 1 or 2 bytes left over.
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

    /// Says, when no more come, whether all bytes were TLVs.
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

    /// Where the type byte stands, in bytes from the start of the header.
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

impl TlvType {
    /// The upper-layer protocol, usually of TLS. Spec: §2.2.1.
    pub const ALPN: Self = Self(0x01);
    /// The host name that the client asked for. Spec: §2.2.2.
    pub const AUTHORITY: Self = Self(0x02);
    /// The checksum of the header. Spec: §2.2.3.
    pub const CRC32C: Self = Self(0x03);
    /// Padding. Spec: §2.2.4.
    pub const NOOP: Self = Self(0x04);
    /// An identifier of the connection. Spec: §2.2.5.
    pub const UNIQUE_ID: Self = Self(0x05);
    /// What the sender knows of the client's TLS. Spec: §2.2.6.
    pub const SSL: Self = Self(0x20);
    /// The network namespace. Spec: §2.2.7.
    pub const NETNS: Self = Self(0x30);

    /// The range that the type lies in.
    #[must_use]
    pub const fn range(self) -> TlvRange {
        match self.0 {
            0x00..=0xDF => TlvRange::Protocol,
            0xE0..=0xEF => TlvRange::Application,
            0xF0..=0xF7 => TlvRange::Experimental,
            0xF8..=0xFF => TlvRange::Reserved,
        }
    }

    /// The spec's name of the type without `PP2_TYPE_`, or else of its range.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self, self.range()) {
            (Self::ALPN, _) => "ALPN",
            (Self::AUTHORITY, _) => "AUTHORITY",
            (Self::CRC32C, _) => "CRC32C",
            (Self::NOOP, _) => "NOOP",
            (Self::UNIQUE_ID, _) => "UNIQUE_ID",
            (Self::SSL, _) => "SSL",
            (Self::NETNS, _) => "NETNS",
            (_, TlvRange::Protocol) => "UNASSIGNED",
            (_, TlvRange::Application) => "APPLICATION",
            (_, TlvRange::Experimental) => "EXPERIMENTAL",
            (_, TlvRange::Reserved) => "RESERVED",
        }
    }
}

impl fmt::Debug for TlvType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:#04x})", self.name(), self.0)
    }
}

impl fmt::Display for TlvType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
