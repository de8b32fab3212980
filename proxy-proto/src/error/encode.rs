//! Why a header cannot be encoded.

use core::{error::Error, fmt};

use crate::tlv::{SslSubTlvType, TlvType};

/// Why a header cannot be encoded. Nothing has been written in that case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodeError {
    /// The source is of one IP version and the destination of the other. Spec: §2.1, §2.2.
    MixedFamilies,
    /// Version 1 has only TCP over IPv4 and IPv6, and `UNKNOWN` without addresses. Spec: §2.1.
    NotInV1,
    /// Version 1 has no TLVs. Spec: §2.1.
    TlvsInV1,
    /// Addresses with a transport of UNSPEC: receivers should ignore them. Spec: §2.2.
    AddressesUnspec,
    /// A UNIX socket name that its field cannot hold: empty, too long, or a path with a NUL
    /// in it. Spec: §2.2.
    #[non_exhaustive]
    UnixName {
        /// Maximum length of a name of this kind, in bytes.
        limit: usize,
        /// The length of the name, in bytes.
        found: usize,
    },
    /// A value is longer than the length field of a TLV can express: 65,535 bytes. Spec: §2.2.
    #[non_exhaustive]
    ValueTooLong {
        /// The length of the value, in bytes.
        found: usize,
    },
    /// The header is longer than its length field can express: 65,551 bytes. Spec: §2.2.
    #[non_exhaustive]
    HeaderTooLong {
        /// The length of the header, in bytes.
        found: usize,
    },
    /// A second CRC32C. Spec: §2.2.3.
    ChecksumRepeated,
    /// A CRC32C whose value is not 4 bytes long. Spec: §2.2.3.
    #[non_exhaustive]
    ChecksumLength {
        /// The length of the value, in bytes.
        found: usize,
    },
    /// A UNIQUE_ID of more than 128 bytes. Spec: §2.2.5.
    #[non_exhaustive]
    UniqueIdTooLong {
        /// The length of the value, in bytes.
        found: usize,
    },
    /// An IPv6 address with flow information or a scope ID, which no header carries: build the
    /// addresses with [`Addresses::inet6`](crate::Addresses::inet6), which clears them. Spec: §2.2.
    ScopeOrFlow,
    /// An identifier that is empty: a receiver would not recognize the TLV.
    #[non_exhaustive]
    EmptyValue {
        /// The type of the TLV.
        tlv_type: TlvType,
    },
    /// Text that must be US-ASCII. Spec: §2.2.6, §2.2.7.
    #[non_exhaustive]
    NotAscii {
        /// The type of the TLV.
        tlv_type: TlvType,
        /// The type of the sub-TLV, if it is one of an SSL TLV.
        sub_type: Option<SslSubTlvType>,
    },
    /// The block of a received LOCAL or UNSPEC header is not TLVs, so it cannot be edited.
    OpaqueBlock,
    /// The buffer does not hold the header.
    #[non_exhaustive]
    BufferTooSmall {
        /// Bytes that are needed.
        required: usize,
        /// Bytes that the buffer has.
        found: usize,
    },
}

impl Error for EncodeError {}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MixedFamilies => f.write_str("source and destination of different families"),
            Self::NotInV1 => f.write_str("version 1 has only TCP4, TCP6 and UNKNOWN"),
            Self::TlvsInV1 => f.write_str("version 1 has no TLVs"),
            Self::AddressesUnspec => f.write_str("addresses with an unspecified transport"),
            Self::UnixName { limit, found } => {
                write!(
                    f,
                    "UNIX name of {found} bytes, must be 1 to {limit} without NUL"
                )
            }
            Self::ValueTooLong { found } => {
                write!(f, "TLV value of {found} bytes, at most 65535 allowed")
            }
            Self::HeaderTooLong { found } => {
                write!(f, "header of {found} bytes, at most 65551 allowed")
            }
            Self::ChecksumRepeated => f.write_str("second CRC32C"),
            Self::ChecksumLength { found } => write!(f, "CRC32C of {found} bytes instead of 4"),
            Self::UniqueIdTooLong { found } => {
                write!(f, "UNIQUE_ID of {found} bytes, at most 128 allowed")
            }
            Self::ScopeOrFlow => f.write_str("IPv6 address with flow information or a scope ID"),
            Self::EmptyValue { tlv_type } => write!(f, "{tlv_type} is empty"),
            Self::NotAscii {
                tlv_type,
                sub_type: None,
            } => write!(f, "{tlv_type} is not US-ASCII"),
            Self::NotAscii {
                tlv_type,
                sub_type: Some(sub_type),
            } => {
                write!(f, "{tlv_type} {sub_type} is not US-ASCII")
            }
            Self::OpaqueBlock => f.write_str("the received block is not TLVs"),
            Self::BufferTooSmall { required, found } => {
                write!(f, "buffer of {found} bytes, at least {required} needed")
            }
        }
    }
}
