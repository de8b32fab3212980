//! Why bytes are not a header.

use core::{error::Error, fmt};

use crate::header::Version;

/// Why some bytes can never become a header, and at which byte that was decided.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Decoded, decode};
///
/// let Decoded::Invalid(error) = decode(b"PROXX") else { panic!() };
/// assert_eq!(error.offset, 4);
/// assert_eq!(error.to_string(), "no PROXY header: 0x58 at byte 4");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DecodeError {
    /// Bytes from the start of the header to the first byte that made it invalid.
    ///
    /// For a TLV that cannot be framed, the first byte of that TLV or of the bytes left over; for a
    /// datagram that ends too early, the length of the datagram.
    pub offset: usize,
    /// Why it is invalid there.
    pub kind: DecodeErrorKind,
}

/// Why a header is invalid.
///
/// Carries what was found and, for lengths and limits, what was required.
///
/// # Examples
///
/// ```
/// use proxy_proto::{DecodeErrorKind, Decoded, V1Field, decode};
///
/// let Decoded::Invalid(error) = decode(b"PROXY TCP4 192.0.2.1 198.51.100.7 080") else { panic!() };
/// match error.kind {
///     DecodeErrorKind::LeadingZero { field, .. } => assert_eq!(field, V1Field::SourcePort),
///     other => panic!("{other}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The first byte starts a version that the receiver does not accept. Spec: §2.2, end.
    #[non_exhaustive]
    VersionNotAllowed {
        /// The version that the byte starts.
        found: Version,
    },
    /// The bytes differ from both signatures, so this is not a PROXY header at all: most likely a
    /// client that connects directly, or a balancer that is not set up to send one. Spec: §2.
    #[non_exhaustive]
    NoProxyHeader {
        /// The first byte that fits neither signature.
        found: u8,
        /// The protocol that the bytes up to that one suggest.
        looks_like: Option<OtherProtocol>,
    },
    /// A byte that is not allowed in its place in a line of version 1. Spec: §2.1.
    #[non_exhaustive]
    UnexpectedByte {
        /// The part of the line it is in.
        field: V1Field,
        /// The byte.
        found: u8,
    },
    /// A digit after a leading zero, in a port or an IPv4 address. Spec: §2.1.
    #[non_exhaustive]
    LeadingZero {
        /// The part of the line it is in.
        field: V1Field,
    },
    /// The digit that makes a port greater than 65535 or an octet greater than 255. Spec: §2.1.
    #[non_exhaustive]
    NumberTooLarge {
        /// The part of the line it is in.
        field: V1Field,
        /// The greatest number allowed there.
        limit: u16,
    },
    /// The line can no longer end within its 107 bytes. Spec: §2.1.
    LineTooLong,
    /// The high nibble of byte 12 is not 2. Spec: §2.2.
    #[non_exhaustive]
    Version {
        /// The nibble, 0 to 15.
        found: u8,
    },
    /// The low nibble of byte 12 is neither LOCAL (0) nor PROXY (1). Spec: §2.2.
    #[non_exhaustive]
    Command {
        /// The nibble, 2 to 15.
        found: u8,
    },
    /// The high nibble of byte 13 is not an address family. Spec: §2.2.
    #[non_exhaustive]
    AddressFamily {
        /// The nibble, 4 to 15.
        found: u8,
    },
    /// The low nibble of byte 13 is not a transport protocol. Spec: §2.2.
    #[non_exhaustive]
    TransportProtocol {
        /// The nibble, 3 to 15.
        found: u8,
    },
    /// The length field leaves no room for the addresses of the family. Spec: §2.2.
    #[non_exhaustive]
    AddressLength {
        /// Length of the address block of the family, in bytes.
        required: u16,
        /// Length in the length field, in bytes.
        found: u16,
    },
    /// The header is longer than the receiver accepts. Spec: §2.2.
    #[non_exhaustive]
    HeaderTooLong {
        /// The maximum header length, in bytes.
        limit: usize,
    },
    /// A TLV runs past the end of the header, or 1 or 2 bytes are left over. Spec: §2.2.
    #[non_exhaustive]
    TlvOverrun {
        /// Bytes the TLV claims to occupy; 3 if even its type and length are incomplete.
        required: usize,
        /// Bytes left for it.
        found: usize,
    },
    /// A CRC32C whose value is not 4 bytes long. Spec: §2.2.3.
    #[non_exhaustive]
    ChecksumLength {
        /// The length of the value, in bytes.
        found: usize,
    },
    /// A second CRC32C. Spec: §2.2.3.
    ChecksumRepeated,
    /// The CRC32C does not match the header. Spec: §2.2.3.
    #[non_exhaustive]
    ChecksumMismatch {
        /// The checksum of the bytes received.
        required: u32,
        /// The checksum received with them.
        found: u32,
    },
    /// What should be a whole header, such as a datagram, ends before the header does. Spec: §2.
    #[non_exhaustive]
    Truncated {
        /// The minimum number of bytes missing.
        at_least: usize,
    },
}

/// A protocol that is often found where a PROXY header was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OtherProtocol {
    /// HTTP/1: `GET`, `POST`, `PUT` or `PATCH`.
    Http,
    /// HTTP/2 without TLS, such as gRPC: `PRI`.
    Http2,
    /// SSH: `S`.
    Ssh,
    /// TLS: a handshake record, 0x16.
    Tls,
}

/// A part of a version 1 header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum V1Field {
    /// `TCP4`, `TCP6` or `UNKNOWN`, and what must follow it.
    Protocol,
    /// The source address of version 1, up to its space.
    SourceAddress,
    /// The destination address of version 1, up to its space.
    DestinationAddress,
    /// The source port of version 1, up to its space.
    SourcePort,
    /// The destination port of version 1, up to the carriage return.
    DestinationPort,
    /// What may follow `UNKNOWN`, and is ignored.
    Ignored,
    /// The carriage return and line feed that end version 1.
    LineEnd,
}

impl DecodeErrorKind {
    /// A label for metrics: the variant's name in `snake_case`, such as `no_proxy_header`.
    ///
    /// Stable: the label of an existing variant changes only in a release that breaks compatibility.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::VersionNotAllowed { .. } => "version_not_allowed",
            Self::NoProxyHeader { .. } => "no_proxy_header",
            Self::UnexpectedByte { .. } => "unexpected_byte",
            Self::LeadingZero { .. } => "leading_zero",
            Self::NumberTooLarge { .. } => "number_too_large",
            Self::LineTooLong => "line_too_long",
            Self::Version { .. } => "version",
            Self::Command { .. } => "command",
            Self::AddressFamily { .. } => "address_family",
            Self::TransportProtocol { .. } => "transport_protocol",
            Self::AddressLength { .. } => "address_length",
            Self::HeaderTooLong { .. } => "header_too_long",
            Self::TlvOverrun { .. } => "tlv_overrun",
            Self::ChecksumLength { .. } => "checksum_length",
            Self::ChecksumRepeated => "checksum_repeated",
            Self::ChecksumMismatch { .. } => "checksum_mismatch",
            Self::Truncated { .. } => "truncated",
        }
    }

    /// `start` differs from both signatures at its last byte, `found`, and not before.
    pub(crate) fn no_proxy_header(start: &[u8], found: u8) -> Self {
        let looks_like = match start {
            [0x16] => Some(OtherProtocol::Tls),
            b"S" => Some(OtherProtocol::Ssh),
            b"G" | b"PO" | b"PU" | b"PA" => Some(OtherProtocol::Http),
            b"PRI" => Some(OtherProtocol::Http2),
            _ => None,
        };
        Self::NoProxyHeader { found, looks_like }
    }
}

impl DecodeError {
    pub(crate) const fn new(offset: usize, kind: DecodeErrorKind) -> Self {
        Self { offset, kind }
    }
}

impl Error for DecodeError {}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DecodeErrorKind::NoProxyHeader { found, .. } => {
                write!(f, "{}: {found:#04x} at byte {}", self.kind, self.offset)
            }
            kind => write!(f, "{kind} at byte {}", self.offset),
        }
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::VersionNotAllowed { found } => write!(f, "{found} is not allowed here"),
            Self::NoProxyHeader {
                looks_like: None, ..
            } => f.write_str("no PROXY header"),
            Self::NoProxyHeader {
                looks_like: Some(protocol),
                ..
            } => write!(f, "no PROXY header: the first bytes look like {protocol}"),
            Self::UnexpectedByte { field, found } => {
                write!(f, "unexpected byte {found:#04x} in the {field}")
            }
            Self::LeadingZero { field } => write!(f, "leading zero in the {field}"),
            Self::NumberTooLarge { field, limit } => {
                write!(f, "number greater than {limit} in the {field}")
            }
            Self::LineTooLong => {
                write!(f, "line longer than {} bytes", crate::V1_MAX_LEN)
            }
            Self::Version { found } => write!(f, "unassigned version {found:#x}"),
            Self::Command { found } => write!(f, "unassigned command {found:#x}"),
            Self::AddressFamily { found } => write!(f, "unassigned address family {found:#x}"),
            Self::TransportProtocol { found } => {
                write!(f, "unassigned transport protocol {found:#x}")
            }
            Self::AddressLength { required, found } => {
                write!(
                    f,
                    "length {found} is less than the {required} bytes of the addresses"
                )
            }
            Self::HeaderTooLong { limit } => write!(f, "header longer than {limit} bytes"),
            Self::TlvOverrun { required, found } => {
                write!(f, "TLV of {required} or more bytes, only {found} left")
            }
            Self::ChecksumLength { found } => write!(f, "CRC32C of {found} bytes instead of 4"),
            Self::ChecksumRepeated => write!(f, "second CRC32C"),
            Self::ChecksumMismatch { required, found } => {
                write!(f, "CRC32C is {found:#010x}, expected {required:#010x}")
            }
            Self::Truncated { at_least } => {
                write!(f, "truncated header, at least {at_least} more bytes needed")
            }
        }
    }
}

impl fmt::Display for OtherProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::Http2 => "HTTP/2",
            Self::Ssh => "SSH",
            Self::Tls => "TLS",
        })
    }
}

impl fmt::Display for V1Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Protocol => "protocol name",
            Self::SourceAddress => "source address",
            Self::DestinationAddress => "destination address",
            Self::SourcePort => "source port",
            Self::DestinationPort => "destination port",
            Self::Ignored => "ignored part of the line",
            Self::LineEnd => "line end",
        })
    }
}
