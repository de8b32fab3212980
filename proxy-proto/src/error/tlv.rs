//! Why the value of a TLV is not what its type requires.

use core::{error::Error, fmt};

use crate::tlv::{SslSubTlvType, TlvType};

/// A TLV whose value is not what its type requires. The header around it is still valid, and the
/// bytes of the value remain accessible. Spec: §2.2.1 to §2.2.8.
///
/// # Examples
///
/// ```
/// use proxy_proto::{TlvErrorKind, Tlvs};
///
/// let tlv = Tlvs::new(b"\x02\x00\x02\xff\xfe")?.next().unwrap();
/// let error = tlv.typed().unwrap_err();
/// assert_eq!(error.to_string(), "AUTHORITY at byte 0: not UTF-8");
/// assert_eq!(error.kind, TlvErrorKind::NotUtf8);
/// assert_eq!(tlv.value(), b"\xff\xfe");
/// # Ok::<(), proxy_proto::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TlvError {
    /// The type of the TLV.
    pub tlv_type: TlvType,
    /// The type of the sub-TLV, if it is one of an SSL TLV.
    pub sub_type: Option<SslSubTlvType>,
    /// Where the TLV or sub-TLV starts, in bytes from the start of the header.
    pub offset: usize,
    /// Why it is invalid.
    pub kind: TlvErrorKind,
}

/// Why the value of a TLV is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlvErrorKind {
    /// It must be UTF-8.
    NotUtf8,
    /// It must be US-ASCII.
    NotAscii,
    /// It is longer than the spec allows.
    #[non_exhaustive]
    TooLong {
        /// The maximum length, in bytes.
        limit: usize,
        /// The length, in bytes.
        found: usize,
    },
    /// Its length is not what its type requires, or is below the minimum.
    #[non_exhaustive]
    Length {
        /// The length that is required, or the minimum, in bytes.
        required: usize,
        /// The length, in bytes.
        found: usize,
    },
    /// A sub-TLV runs past the end of its SSL TLV, or 1 or 2 bytes remain.
    #[non_exhaustive]
    SubTlvOverrun {
        /// Where the sub-TLV or the remnant starts, in bytes from the start of the header.
        offset: usize,
    },
}

impl Error for TlvError {}

impl fmt::Display for TlvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tlv_type)?;
        if let Some(sub_type) = self.sub_type {
            write!(f, " {sub_type}")?;
        }
        write!(f, " at byte {}: {}", self.offset, self.kind)
    }
}

impl fmt::Display for TlvErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("not UTF-8"),
            Self::NotAscii => f.write_str("not US-ASCII"),
            Self::TooLong { limit, found } => write!(f, "{found} bytes, at most {limit} allowed"),
            Self::Length { required, found } => {
                write!(f, "{found} bytes, {required} needed")
            }
            Self::SubTlvOverrun { offset } => write!(f, "sub-TLV overruns at byte {offset}"),
        }
    }
}
