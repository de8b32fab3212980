//! The TLVs and sub-TLVs that the spec assigns: one table for each number space.
//!
//! A row is name, byte, encoding of the value, clause, description, and for a sub-TLV the name of
//! its accessor. Constants, names, lists, accessors and the checks of text, when decoding and when
//! encoding, all come from these rows. Istio's 0xD0 and 0xD1 and the types of cloud providers are
//! not here: the spec does not assign them.

use core::fmt::{self, Write};

use arrayvec::ArrayString;

use crate::{
    error::{EncodeError, TlvError, TlvErrorKind},
    tlv::Ssl,
};

/// Generates everything that comes from the rows of a table.
macro_rules! kinds {
    ($kind:ident: $($name:ident $byte:literal $encoding:ident $clause:literal $doc:literal $($accessor:ident)?;)+) => {
        impl $kind {
            $(
                #[doc = concat!($doc, kinds!(@described $encoding), " Spec: ", $clause, ".")]
                pub const $name: Self = Self($byte);
            )+

            /// All types that the spec assigns, in the order of their numbers.
            pub const ASSIGNED: &'static [Self] = &[$(Self::$name),+];

            const fn row(self) -> Option<Row> {
                match self.0 {
                    $($byte => Some((stringify!($name), kinds!(@encoding $encoding))),)+
                    _ => None,
                }
            }
        }

        $($(kinds! { @accessor $encoding $kind::$name $clause $doc $accessor })?)+
    };
    (@described Bytes) => { "" };
    (@described Ascii) => { " US-ASCII." };
    (@described Utf8) => { " UTF-8." };
    (@encoding Bytes) => { None };
    (@encoding $encoding:ident) => { Some(TextEncoding::$encoding) };
    (@accessor Bytes $kind:ident::$name:ident $clause:literal $doc:literal $accessor:ident) => {
        impl<'a> Ssl<'a> {
            #[doc = concat!($doc, " `None` if it was not sent. Spec: ", $clause, ".")]
            #[must_use]
            pub fn $accessor(&self) -> Option<&'a [u8]> {
                self.sub_tlv($kind::$name).map(|tlv| tlv.value())
            }
        }
    };
    (@accessor $encoding:ident $kind:ident::$name:ident $clause:literal $doc:literal $accessor:ident) => {
        impl<'a> Ssl<'a> {
            #[doc = concat!($doc, " `None` if it was not sent. Spec: ", $clause, ".")]
            ///
            /// # Errors
            ///
            #[doc = concat!("[`TlvError`] if it is not", kinds!(@described $encoding))]
            pub fn $accessor(&self) -> Result<Option<&'a str>, TlvError> {
                match self.sub_tlv($kind::$name) {
                    Some(tlv) => tlv.text(),
                    None => Ok(None),
                }
            }
        }
    };
}

kinds! { TlvType:
    ALPN      0x01 Bytes "§2.2.1" "The upper-layer protocol, usually of TLS.";
    AUTHORITY 0x02 Utf8  "§2.2.2" "The host name that the client requested, in TLS the SNI.";
    CRC32C    0x03 Bytes "§2.2.3" "The checksum of the header.";
    NOOP      0x04 Bytes "§2.2.4" "Padding.";
    UNIQUE_ID 0x05 Bytes "§2.2.5" "An identifier of the connection.";
    SSL       0x20 Bytes "§2.2.6" "What the sender knows about the client's TLS.";
    NETNS     0x30 Ascii "§2.2.7" "The name of the network namespace.";
}

kinds! { SslSubTlvType:
    VERSION     0x21 Ascii "§2.2.6" "The TLS version, such as `TLSv1.3`." version;
    CN          0x22 Utf8  "§2.2.6" "The Common Name of the client's certificate." cn;
    CIPHER      0x23 Ascii "§2.2.6" "The cipher, such as `ECDHE-RSA-AES128-GCM-SHA256`." cipher;
    SIG_ALG     0x24 Ascii "§2.2.6" "The algorithm that signed the sender's certificate, such as `RSA-SHA256`." sig_alg;
    KEY_ALG     0x25 Ascii "§2.2.6" "The algorithm of the key of the sender's certificate, such as `RSA2048`." key_alg;
    GROUP       0x26 Ascii "§2.2.6" "The key exchange, such as `secp256r1`." group;
    SIG_SCHEME  0x27 Ascii "§2.2.6" "The algorithm that signed the handshake, such as `rsa_pss_rsae_sha256`." sig_scheme;
    CLIENT_CERT 0x28 Bytes "§2.2.6" "The client's certificate, X.509 in DER according to the spec; not parsed here." client_cert;
}

/// The type of a TLV.
///
/// A byte with names rather than an enum: unknown types must survive, and an enum of the known ones
/// with an `Unknown(u8)` could express the same type in two ways. Displayed as its name, with its
/// number if that is the name of a range.
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
/// assert_eq!(TlvType(0xEA).to_string(), "APPLICATION(0xea)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the type byte, all of it")]
pub struct TlvType(pub u8);

/// What the spec reserves a range of types for. Spec: §2.2.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "§2.2.8 splits the byte into these")]
pub enum TlvRange {
    /// 0x00 to 0xDF: the protocol's own, assigned or not.
    Protocol,
    /// 0xE0 to 0xEF: application-specific data, such as that of cloud providers.
    Application,
    /// 0xF0 to 0xF7: temporary experiments.
    Experimental,
    /// 0xF8 to 0xFF: future use.
    Reserved,
}

/// The type of a sub-TLV of an SSL TLV, in a number space of its own. Displayed as its name, with its
/// number if it has none. Spec: §2.2.6.
///
/// # Examples
///
/// ```
/// use proxy_proto::{SslSubTlvType, TextEncoding};
///
/// assert_eq!(SslSubTlvType(0x22), SslSubTlvType::CN);
/// assert_eq!(SslSubTlvType::CN.text_encoding(), Some(TextEncoding::Utf8));
/// assert_eq!(SslSubTlvType(0x26).to_string(), "GROUP");
/// assert_eq!(SslSubTlvType(0x99).to_string(), "UNASSIGNED(0x99)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the type byte, all of it")]
pub struct SslSubTlvType(pub u8);

/// The encoding of a value that is text according to the spec. Spec: §2.2.2, §2.2.6, §2.2.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextEncoding {
    /// US-ASCII.
    Ascii,
    /// UTF-8.
    Utf8,
}

impl TlvType {
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

    /// The spec's name of the type without `PP2_TYPE_`, or else the name of its range.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.row(), self.range()) {
            (Some((name, _)), _) => name,
            (None, TlvRange::Protocol) => UNASSIGNED,
            (None, TlvRange::Application) => "APPLICATION",
            (None, TlvRange::Experimental) => "EXPERIMENTAL",
            (None, TlvRange::Reserved) => "RESERVED",
        }
    }

    /// The encoding of the value, if the spec says that it is text.
    #[must_use]
    pub const fn text_encoding(self) -> Option<TextEncoding> {
        match self.row() {
            Some((_, encoding)) => encoding,
            None => None,
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
        display(self.row(), self.name(), self.0, f)
    }
}

impl SslSubTlvType {
    /// The spec's name of the type without `PP2_SUBTYPE_SSL_`, or `UNASSIGNED`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.row() {
            Some((name, _)) => name,
            None => UNASSIGNED,
        }
    }

    /// The encoding of the value, if the spec says that it is text.
    #[must_use]
    pub const fn text_encoding(self) -> Option<TextEncoding> {
        match self.row() {
            Some((_, encoding)) => encoding,
            None => None,
        }
    }
}

impl fmt::Debug for SslSubTlvType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:#04x})", self.name(), self.0)
    }
}

impl fmt::Display for SslSubTlvType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(self.row(), self.name(), self.0, f)
    }
}

impl TextEncoding {
    /// These bytes as text.
    pub(super) fn decode(self, bytes: &[u8]) -> Result<&str, TlvErrorKind> {
        match (self, core::str::from_utf8(bytes)) {
            (Self::Utf8, Ok(text)) => Ok(text),
            (Self::Ascii, Ok(text)) if text.is_ascii() => Ok(text),
            (Self::Ascii, _) => Err(TlvErrorKind::NotAscii),
            (Self::Utf8, _) => Err(TlvErrorKind::NotUtf8),
        }
    }

    /// Refuses text that cannot be sent in this encoding: any `&str` is UTF-8.
    pub(crate) const fn check(
        self,
        text: &str,
        tlv_type: TlvType,
        sub_type: Option<SslSubTlvType>,
    ) -> Result<(), EncodeError> {
        match self {
            Self::Ascii if !text.is_ascii() => Err(EncodeError::NotAscii { tlv_type, sub_type }),
            Self::Ascii | Self::Utf8 => Ok(()),
        }
    }
}

/// What the tables have about a type that is in them.
type Row = (&'static str, Option<TextEncoding>);

const UNASSIGNED: &str = "UNASSIGNED";

/// The name of one type is enough; that of a range needs the number too. Padding applies to the
/// whole.
fn display(row: Option<Row>, name: &str, byte: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if row.is_some() {
        return f.pad(name);
    }
    let mut numbered = ArrayString::<{ "EXPERIMENTAL(0xf0)".len() }>::new();
    write!(numbered, "{name}({byte:#04x})")?;
    f.pad(&numbered)
}
