//! What the sender knows about the client's TLS; the accessors of sub-TLVs are in `kinds.rs`. Spec:
//! §2.2.6.
//!
//! ```text
//! 0  client   bit field: SSL 0x01, CERT_CONN 0x02, CERT_SESS 0x04
//! 1  verify   big endian
//! 5  sub-TLVs, framed like TLVs
//! ```
//!
//! An SSL TLV inside an SSL TLV is an unknown sub-TLV like any other: nothing here recurses.

use core::{fmt, iter::FusedIterator};

use crate::{
    error::{TlvError, TlvErrorKind},
    tlv::{SslSubTlvType, Tlv, TlvType, Tlvs},
};

/// `client` and `verify`.
pub(crate) const SSL_FIXED_LEN: usize = 1 + 4;

/// The value of an SSL TLV, whose sub-TLVs are well framed.
///
/// # Examples
///
/// ```
/// use proxy_proto::{TlvType, Tlvs, TypedTlv};
///
/// // A client that spoke TLS and showed a certificate (0x03), which was verified (0).
/// let bytes = b"\x20\x00\x15\x03\x00\x00\x00\x00\x21\x00\x07TLSv1.3\x22\x00\x03bob";
/// let TypedTlv::Ssl(ssl) = Tlvs::new(bytes)?.next().unwrap().typed()? else { panic!() };
/// assert_eq!(ssl.version()?, Some("TLSv1.3"));
/// assert!(ssl.client_has_certificate() && ssl.client_is_verified());
/// assert_eq!(ssl.cn()?, Some("bob"));
/// // A missing sub-TLV is not an error.
/// assert_eq!((ssl.cipher()?, ssl.group()?), (None, None));
/// assert_eq!((ssl.sig_alg()?, ssl.key_alg()?, ssl.sig_scheme()?), (None, None, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ssl<'a> {
    client: SslClientFlags,
    verify: u32,
    /// Well framed.
    sub_tlvs: &'a [u8],
    /// Where `sub_tlvs` starts in the header.
    sub_tlvs_offset: usize,
}

/// The `client` bit field of an SSL TLV; bits without a name are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "the byte, all of it")]
pub struct SslClientFlags(pub u8);

/// The sub-TLVs of an SSL TLV in the order sent.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Ssl, SslSubTlv, SslSubTlvType, SslSubTlvs, Tlvs, TypedTlv};
///
/// let bytes = b"\x20\x00\x0d\x01\0\0\0\0\x28\x00\x01\x30\x99\x00\x01?";
/// let TypedTlv::Ssl(ssl) = Tlvs::new(bytes)?.next().unwrap().typed()? else { panic!() };
/// let sub_tlvs: SslSubTlvs<'_> = ssl.sub_tlvs();
/// let types: Vec<_> = sub_tlvs.map(|tlv: SslSubTlv<'_>| tlv.sub_type()).collect();
/// assert_eq!(types, [SslSubTlvType::CLIENT_CERT, SslSubTlvType(0x99)]);
///
/// assert_eq!(ssl.client_cert(), Some(&b"\x30"[..]));
/// assert_eq!(ssl.sub_tlv(SslSubTlvType(0x99)).unwrap().text()?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SslSubTlvs<'a> {
    tlvs: Tlvs<'a>,
}

/// One sub-TLV of an SSL TLV.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SslSubTlv<'a> {
    tlv: Tlv<'a>,
}

impl<'a> Ssl<'a> {
    pub(crate) fn new(tlv: &Tlv<'a>) -> Result<Self, TlvError> {
        let Some((&[client, verify @ ..], sub_tlvs)) =
            tlv.value().split_first_chunk::<SSL_FIXED_LEN>()
        else {
            let kind = TlvErrorKind::Length {
                required: SSL_FIXED_LEN,
                found: tlv.value().len(),
            };
            return Err(tlv.error(kind));
        };
        let offset = tlv.value_offset().saturating_add(SSL_FIXED_LEN);
        Tlvs::new_at(sub_tlvs, offset).map_err(|error| {
            tlv.error(TlvErrorKind::SubTlvOverrun {
                offset: error.offset,
            })
        })?;
        Ok(Self {
            client: SslClientFlags(client),
            verify: u32::from_be_bytes(verify),
            sub_tlvs,
            sub_tlvs_offset: offset,
        })
    }

    /// What the client did: speak TLS, show a certificate.
    #[must_use]
    pub const fn client(&self) -> SslClientFlags {
        self.client
    }

    /// The result of verifying the client's certificate, 0 if it was verified **or if there was
    /// none**: HAProxy sends 0 without any certificate. See [`client_is_verified`].
    ///
    /// [`client_is_verified`]: Self::client_is_verified
    #[must_use]
    pub const fn verify(&self) -> u32 {
        self.verify
    }

    /// Whether the client showed a certificate, on this connection or earlier in its TLS session.
    #[must_use]
    pub const fn client_has_certificate(&self) -> bool {
        self.client.has(SslClientFlags::CERT_CONN) || self.client.has(SslClientFlags::CERT_SESS)
    }

    /// Whether the client showed a certificate and the sender verified it.
    #[must_use]
    pub const fn client_is_verified(&self) -> bool {
        self.client_has_certificate() && self.verify == 0
    }

    /// The sub-TLVs, in the order sent.
    #[must_use]
    pub const fn sub_tlvs(&self) -> SslSubTlvs<'a> {
        SslSubTlvs {
            tlvs: Tlvs::of_framed(self.sub_tlvs, self.sub_tlvs_offset),
        }
    }

    /// The first sub-TLV of this type.
    #[must_use]
    pub fn sub_tlv(&self, sub_type: SslSubTlvType) -> Option<SslSubTlv<'a>> {
        self.sub_tlvs().find(|tlv| tlv.sub_type() == sub_type)
    }
}

impl fmt::Debug for Ssl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ssl")
            .field("client", &self.client)
            .field("verify", &self.verify)
            .field("sub_tlvs", &self.sub_tlvs())
            .finish()
    }
}

impl SslClientFlags {
    /// The client connected over TLS.
    pub const SSL: Self = Self(0x01);
    /// It showed a certificate on this connection.
    pub const CERT_CONN: Self = Self(0x02);
    /// It showed a certificate at least once in the TLS session that the connection belongs to.
    pub const CERT_SESS: Self = Self(0x04);

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl<'a> Iterator for SslSubTlvs<'a> {
    type Item = SslSubTlv<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.tlvs.next().map(|tlv| SslSubTlv { tlv })
    }
}

impl FusedIterator for SslSubTlvs<'_> {}

impl fmt::Debug for SslSubTlvs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a> SslSubTlv<'a> {
    /// The type.
    #[must_use]
    pub const fn sub_type(&self) -> SslSubTlvType {
        SslSubTlvType(self.tlv.tlv_type().0)
    }

    /// The value exactly as sent.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.tlv.value()
    }

    /// Where the type byte is, in bytes from the start of the header.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.tlv.offset()
    }

    /// The value as text; `None` unless the spec says that the type is [text](SslSubTlvType::text_encoding).
    ///
    /// # Errors
    ///
    /// [`TlvErrorKind::NotUtf8`] and [`TlvErrorKind::NotAscii`], by the encoding.
    pub fn text(&self) -> Result<Option<&'a str>, TlvError> {
        let Some(encoding) = self.sub_type().text_encoding() else {
            return Ok(None);
        };
        encoding
            .decode(self.value())
            .map(Some)
            .map_err(|kind| TlvError {
                tlv_type: TlvType::SSL,
                sub_type: Some(self.sub_type()),
                offset: self.offset(),
                kind,
            })
    }
}

impl fmt::Debug for SslSubTlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} \"{}\"",
            self.sub_type(),
            self.value().escape_ascii()
        )
    }
}
