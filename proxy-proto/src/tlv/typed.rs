//! What the value of a TLV means, validated on access.

use crate::{
    error::{TlvError, TlvErrorKind},
    header::Header,
    tlv::{
        Alpn, AwsVpcEndpointId, AzurePrivateEndpointLinkId, GcpPscConnectionId, Ssl, TextEncoding,
        Tlv, TlvType,
    },
};

/// Maximum length of a UNIQUE_ID, in bytes. Spec: §2.2.5.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Encoder, EncodeError, OutgoingTlv, UNIQUE_ID_MAX_LEN};
///
/// let id = [b'x'; UNIQUE_ID_MAX_LEN + 1];
/// let too_long = [OutgoingTlv::UniqueId(&id)];
/// let refused = Encoder::local().with_tlvs(&too_long).encoded_len();
/// assert!(matches!(refused, Err(EncodeError::UniqueIdTooLong { found: 129, .. })));
/// ```
pub const UNIQUE_ID_MAX_LEN: usize = 128;

/// What a TLV means.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Tlvs, TypedTlv};
///
/// let mut tlvs = Tlvs::new(b"\x02\x00\x0bexample.com\xf0\x00\x01x")?;
/// assert_eq!(tlvs.next().unwrap().typed()?, TypedTlv::Authority("example.com"));
/// let TypedTlv::Other(tlv) = tlvs.next().unwrap().typed()? else { panic!() };
/// assert_eq!(tlv.value(), b"x");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypedTlv<'a> {
    /// The upper-layer protocol. Spec: §2.2.1.
    Alpn(Alpn<'a>),
    /// The host name that the client requested, in TLS the SNI. Spec: §2.2.2.
    Authority(&'a str),
    /// The checksum of the header. Spec: §2.2.3.
    Crc32c(u32),
    /// Padding of any content. Spec: §2.2.4.
    Noop(&'a [u8]),
    /// An opaque identifier of the connection, up to 128 bytes. Spec: §2.2.5.
    UniqueId(&'a [u8]),
    /// The client's TLS. Spec: §2.2.6.
    Ssl(Ssl<'a>),
    /// The name of the network namespace. Spec: §2.2.7.
    Netns(&'a str),
    /// The VPC endpoint of an Amazon balancer.
    AwsVpcEndpointId(AwsVpcEndpointId<'a>),
    /// The private endpoint of an Azure balancer.
    AzurePrivateEndpointLinkId(AzurePrivateEndpointLinkId),
    /// The Private Service Connect connection of a Google balancer.
    GcpPscConnectionId(GcpPscConnectionId),
    /// Any other TLV.
    Other(Tlv<'a>),
}

impl<'a> Tlv<'a> {
    /// What the TLV means.
    ///
    /// # Errors
    ///
    /// [`TlvErrorKind::NotUtf8`] for an AUTHORITY, [`NotAscii`](TlvErrorKind::NotAscii) for a
    /// NETNS, [`TooLong`](TlvErrorKind::TooLong) for a UNIQUE_ID over 128 bytes,
    /// [`Length`](TlvErrorKind::Length) for an SSL TLV under 5 bytes or a CRC32C that does not have
    /// 4, and [`SubTlvOverrun`](TlvErrorKind::SubTlvOverrun) for an SSL TLV.
    pub fn typed(&self) -> Result<TypedTlv<'a>, TlvError> {
        Ok(match self.tlv_type() {
            TlvType::ALPN => TypedTlv::Alpn(Alpn::new(self.value())),
            TlvType::AUTHORITY => TypedTlv::Authority(self.text()?),
            TlvType::CRC32C => TypedTlv::Crc32c(self.crc32c()?),
            TlvType::NOOP => TypedTlv::Noop(self.value()),
            TlvType::UNIQUE_ID => TypedTlv::UniqueId(self.unique_id()?),
            TlvType::SSL => TypedTlv::Ssl(Ssl::new(self)?),
            TlvType::NETNS => TypedTlv::Netns(self.text()?),
            _ => self.cloud().unwrap_or(TypedTlv::Other(*self)),
        })
    }

    /// The value of a TLV that is text.
    fn text(&self) -> Result<&'a str, TlvError> {
        let encoding = self.tlv_type().text_encoding();
        encoding
            .unwrap_or(TextEncoding::Utf8)
            .decode(self.value())
            .map_err(|kind| self.error(kind))
    }

    pub(super) const fn error(&self, kind: TlvErrorKind) -> TlvError {
        TlvError {
            tlv_type: self.tlv_type(),
            sub_type: None,
            offset: self.offset(),
            kind,
        }
    }

    fn crc32c(&self) -> Result<u32, TlvError> {
        let value = self.value().try_into().map_err(|_| {
            self.error(TlvErrorKind::Length {
                required: 4,
                found: self.value().len(),
            })
        })?;
        Ok(u32::from_be_bytes(value))
    }

    fn unique_id(&self) -> Result<&'a [u8], TlvError> {
        let found = self.value().len();
        if found > UNIQUE_ID_MAX_LEN {
            return Err(self.error(TlvErrorKind::TooLong {
                limit: UNIQUE_ID_MAX_LEN,
                found,
            }));
        }
        Ok(self.value())
    }

    fn cloud(&self) -> Option<TypedTlv<'a>> {
        let aws = || AwsVpcEndpointId::from_tlv(self).map(TypedTlv::AwsVpcEndpointId);
        let azure =
            || AzurePrivateEndpointLinkId::from_tlv(self).map(TypedTlv::AzurePrivateEndpointLinkId);
        let gcp = || GcpPscConnectionId::from_tlv(self).map(TypedTlv::GcpPscConnectionId);
        aws().or_else(azure).or_else(gcp)
    }
}

/// The typed TLVs that services need most, each the first of its type.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Decoded, decode};
///
/// let sent = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x1a\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f\x02\x00\x0bexample.com";
/// let Decoded::Complete(header) = decode(sent) else { panic!() };
/// assert_eq!(header.authority()?, Some("example.com"));
/// assert_eq!((header.alpn(), header.unique_id()?), (None, None));
/// assert_eq!((header.ssl()?, header.netns()?), (None, None));
/// # Ok::<(), proxy_proto::TlvError>(())
/// ```
impl<'a> Header<'a> {
    /// The upper-layer protocol. Spec: §2.2.1.
    #[must_use]
    pub fn alpn(&self) -> Option<Alpn<'a>> {
        self.tlv(TlvType::ALPN).map(|tlv| Alpn::new(tlv.value()))
    }

    /// The host name that the client requested. Spec: §2.2.2.
    ///
    /// # Errors
    ///
    /// [`TlvErrorKind::NotUtf8`].
    pub fn authority(&self) -> Result<Option<&'a str>, TlvError> {
        self.tlv(TlvType::AUTHORITY)
            .map(|tlv| tlv.text())
            .transpose()
    }

    /// The identifier of the connection. Spec: §2.2.5.
    ///
    /// # Errors
    ///
    /// [`TlvErrorKind::TooLong`].
    pub fn unique_id(&self) -> Result<Option<&'a [u8]>, TlvError> {
        self.tlv(TlvType::UNIQUE_ID)
            .map(|tlv| tlv.unique_id())
            .transpose()
    }

    /// The client's TLS. Spec: §2.2.6.
    ///
    /// # Errors
    ///
    /// [`TlvErrorKind::Length`] and [`TlvErrorKind::SubTlvOverrun`].
    pub fn ssl(&self) -> Result<Option<Ssl<'a>>, TlvError> {
        self.tlv(TlvType::SSL).map(|tlv| Ssl::new(&tlv)).transpose()
    }

    /// The name of the network namespace. Spec: §2.2.7.
    ///
    /// # Errors
    ///
    /// [`TlvErrorKind::NotAscii`].
    pub fn netns(&self) -> Result<Option<&'a str>, TlvError> {
        self.tlv(TlvType::NETNS).map(|tlv| tlv.text()).transpose()
    }
}
