//! TLVs to send.

use core::num::{NonZeroU16, NonZeroUsize};

use crate::{
    encode::Output,
    error::EncodeError,
    tlv::{
        AwsVpcEndpointId, AzurePrivateEndpointLinkId, GcpPscConnectionId, PREFIX_LEN,
        SSL_FIXED_LEN, SslClientFlags, SslSubTlvType, TextEncoding, Tlv, TlvType,
        UNIQUE_ID_MAX_LEN,
    },
    v2,
};

/// A TLV to send.
///
/// # Examples
///
/// ```
/// use core::num::{NonZeroU16, NonZeroUsize};
///
/// use proxy_proto::{Encoder, Decoded, OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, SslClientFlags, decode};
/// use proxy_proto::{Addresses, SslSubTlvType, TlvType, TransportProtocol};
///
/// let addresses = Addresses::ip("192.0.2.1:56324".parse()?, "198.51.100.7:143".parse()?)?;
/// let sub_tlvs = [
///     OutgoingSslSubTlv::Text(SslSubTlvType::VERSION, "TLSv1.3"),
///     OutgoingSslSubTlv::Text(SslSubTlvType::CN, "bob"),
/// ];
/// let client = SslClientFlags::SSL.with(SslClientFlags::CERT_CONN);
/// let tlvs = [
///     OutgoingTlv::Alpn(b"imap"),
///     OutgoingTlv::Ssl(OutgoingSsl { client, verify: 0, sub_tlvs: &sub_tlvs }),
///     OutgoingTlv::Raw(TlvType(0xE1), b"ours"),
///     OutgoingTlv::Crc32c,
///     OutgoingTlv::PadToMultipleOf(NonZeroU16::new(8).unwrap()),
/// ];
/// let header = Encoder::v2(TransportProtocol::Stream, addresses)?.with_tlvs(&tlvs);
///
/// let mut out = [0; 232];
/// let len = header.encode(&mut out)?;
/// assert_eq!(len % 8, 0);
/// let Decoded::Complete(header) = decode(&out[..len]) else { panic!() };
/// assert_eq!(header.ssl()?.unwrap().cn()?, Some("bob"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutgoingTlv<'a> {
    /// The upper-layer protocol. Spec: §2.2.1.
    Alpn(&'a [u8]),
    /// The host name that the client requested. Spec: §2.2.2.
    Authority(&'a str),
    /// The checksum, computed after everything else is written. Spec: §2.2.3.
    Crc32c,
    /// Padding of that many bytes of 0, besides the 3 of the TLV itself. Spec: §2.2.4.
    Noop(u16),
    /// A NOOP that makes the header, up to the end of the NOOP, a multiple of this many bytes long;
    /// nothing if it already is. Spec: §2.2.4.
    PadToMultipleOf(NonZeroU16),
    /// A NOOP that makes the header, up to the end of the NOOP, at least this many bytes long;
    /// nothing if it already is. Up to 2 bytes longer if not even an empty NOOP fits. Spec: §2.2.4.
    PadToLen(u16),
    /// An identifier of the connection, up to 128 bytes. Spec: §2.2.5.
    UniqueId(&'a [u8]),
    /// The client's TLS. Spec: §2.2.6.
    Ssl(OutgoingSsl<'a>),
    /// The name of the network namespace, US-ASCII. Spec: §2.2.7.
    Netns(&'a str),
    /// The VPC endpoint of an Amazon balancer: US-ASCII, not empty.
    AwsVpcEndpointId(&'a str),
    /// The private endpoint of an Azure balancer.
    AzurePrivateEndpointLinkId(u32),
    /// The Private Service Connect connection of a Google balancer.
    GcpPscConnectionId(u64),
    /// Any type and value. Only what cannot be framed is refused; the value of a CRC32C, which must
    /// be 4 bytes, is computed anyway.
    Raw(TlvType, &'a [u8]),
}

/// The SSL TLV to send. Spec: §2.2.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the fields of struct pp2_tlv_ssl"
)]
pub struct OutgoingSsl<'a> {
    /// What the client did: speak TLS, show a certificate.
    pub client: SslClientFlags,
    /// 0 if the client showed a certificate and it was verified.
    pub verify: u32,
    /// The sub-TLVs, in this order.
    pub sub_tlvs: &'a [OutgoingSslSubTlv<'a>],
}

/// A sub-TLV of the SSL TLV to send. Spec: §2.2.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutgoingSslSubTlv<'a> {
    /// Text, which must be US-ASCII for types with that [encoding](SslSubTlvType::text_encoding).
    Text(SslSubTlvType, &'a str),
    /// Any type and value, such as a CLIENT_CERT. Only what cannot be framed is refused.
    Raw(SslSubTlvType, &'a [u8]),
}

impl<'a> From<Tlv<'a>> for OutgoingTlv<'a> {
    fn from(tlv: Tlv<'a>) -> Self {
        Self::Raw(tlv.tlv_type(), tlv.value())
    }
}

impl OutgoingTlv<'_> {
    pub(super) fn put(&self, out: &mut Output<impl AsMut<[u8]>>) -> Result<(), EncodeError> {
        match *self {
            Self::Alpn(value) => out.put_tlv(TlvType::ALPN.0, &[], value),
            Self::Authority(name) => out.put_text(TlvType::AUTHORITY, name),
            Self::Crc32c => out.put_crc32c(),
            Self::Noop(len) => out.put_noop(len.into()),
            Self::PadToMultipleOf(unit) => {
                let unit = NonZeroUsize::from(unit);
                let end = out.len().saturating_add(PREFIX_LEN);
                let end = end.checked_next_multiple_of(unit.get());
                out.pad(out.len() % unit == 0, end.unwrap_or(usize::MAX))
            }
            Self::PadToLen(len) => out.pad(out.len() >= len.into(), len.into()),
            Self::UniqueId(value) if value.len() > UNIQUE_ID_MAX_LEN => {
                Err(EncodeError::UniqueIdTooLong { found: value.len() })
            }
            Self::UniqueId(value) => out.put_tlv(TlvType::UNIQUE_ID.0, &[], value),
            Self::Ssl(ssl) => ssl.put(out),
            Self::Netns(name) => out.put_text(TlvType::NETNS, name),
            Self::AwsVpcEndpointId(id) => {
                let tlv_type = AwsVpcEndpointId::TYPE;
                if id.is_empty() {
                    return Err(EncodeError::EmptyValue { tlv_type });
                }
                TextEncoding::Ascii.check(id, tlv_type, None)?;
                out.put_tlv(tlv_type.0, &[AwsVpcEndpointId::SUBTYPE], id.as_bytes())
            }
            Self::AzurePrivateEndpointLinkId(id) => {
                let subtype = [AzurePrivateEndpointLinkId::SUBTYPE];
                let tlv_type = AzurePrivateEndpointLinkId::TYPE.0;
                out.put_tlv(tlv_type, &subtype, &id.to_le_bytes())
            }
            Self::GcpPscConnectionId(id) => {
                out.put_tlv(GcpPscConnectionId::TYPE.0, &[], &id.to_be_bytes())
            }
            Self::Raw(TlvType::CRC32C, value) if value.len() != v2::CHECKSUM_LEN => {
                Err(EncodeError::ChecksumLength { found: value.len() })
            }
            Self::Raw(TlvType::CRC32C, _) => out.put_crc32c(),
            Self::Raw(tlv_type, value) => out.put_tlv(tlv_type.0, &[], value),
        }
    }
}

impl OutgoingSsl<'_> {
    fn put(&self, out: &mut Output<impl AsMut<[u8]>>) -> Result<(), EncodeError> {
        let len = self.sub_tlvs.iter().fold(SSL_FIXED_LEN, |len, sub_tlv| {
            let (_, value) = sub_tlv.parts();
            len.saturating_add(PREFIX_LEN).saturating_add(value.len())
        });
        out.put_prefix(TlvType::SSL.0, len)?;
        out.put(&[self.client.0]);
        out.put(&self.verify.to_be_bytes());
        for sub_tlv in self.sub_tlvs {
            let (sub_type, value) = sub_tlv.parts();
            if let (OutgoingSslSubTlv::Text(_, text), Some(encoding)) =
                (sub_tlv, sub_type.text_encoding())
            {
                encoding.check(text, TlvType::SSL, Some(sub_type))?;
            }
            out.put_tlv(sub_type.0, &[], value)?;
        }
        Ok(())
    }
}

impl OutgoingSslSubTlv<'_> {
    const fn parts(&self) -> (SslSubTlvType, &[u8]) {
        match *self {
            Self::Text(sub_type, text) => (sub_type, text.as_bytes()),
            Self::Raw(sub_type, value) => (sub_type, value),
        }
    }
}

impl<B: AsMut<[u8]>> Output<B> {
    fn put_text(&mut self, tlv_type: TlvType, text: &str) -> Result<(), EncodeError> {
        if let Some(encoding) = tlv_type.text_encoding() {
            encoding.check(text, tlv_type, None)?;
        }
        self.put_tlv(tlv_type.0, &[], text.as_bytes())
    }

    fn put_crc32c(&mut self) -> Result<(), EncodeError> {
        self.put_prefix(TlvType::CRC32C.0, v2::CHECKSUM_LEN)?;
        self.put_checksum()
    }

    /// Puts a NOOP that ends at byte `end` of the header, or an empty one if not even that fits.
    fn pad(&mut self, is_padded: bool, end: usize) -> Result<(), EncodeError> {
        if is_padded {
            return Ok(());
        }
        let start = self.len().saturating_add(PREFIX_LEN);
        self.put_noop(end.saturating_sub(start))
    }

    fn put_noop(&mut self, len: usize) -> Result<(), EncodeError> {
        self.put_prefix(TlvType::NOOP.0, len)?;
        self.put_zeros(len);
        Ok(())
    }

    /// Puts a TLV or sub-TLV. Its value starts with the cloud provider's subtype, if there is one.
    fn put_tlv(&mut self, tlv_type: u8, subtype: &[u8], value: &[u8]) -> Result<(), EncodeError> {
        self.put_prefix(tlv_type, subtype.len().saturating_add(value.len()))?;
        self.put(subtype);
        self.put(value);
        Ok(())
    }

    /// Puts type and length.
    fn put_prefix(&mut self, tlv_type: u8, found: usize) -> Result<(), EncodeError> {
        let len = u16::try_from(found).map_err(|_| EncodeError::ValueTooLong { found })?;
        let [high, low] = len.to_be_bytes();
        self.put(&[tlv_type, high, low]);
        Ok(())
    }
}
