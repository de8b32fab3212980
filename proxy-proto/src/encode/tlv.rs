//! TLVs to send.

use core::num::{NonZeroU16, NonZeroUsize};

use crate::{
    encode::Output,
    error::EncodeError,
    tlv::{
        AwsVpcEndpointId, AzurePrivateEndpointLinkId, GcpPscConnectionId, SslClientFlags,
        SslSubTlvType, Tlv, TlvType, UNIQUE_ID_MAX_LEN,
    },
};

/// A TLV to send.
///
/// # Examples
///
/// ```
/// use core::num::NonZeroU16;
///
/// use proxy_proto::{Encoder, Decoded, OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, SslClientFlags, TlvType, decode};
/// use proxy_proto::{Addresses, TransportProtocol, Version};
///
/// let addresses = Addresses::ip("192.0.2.1:56324".parse()?, "198.51.100.7:143".parse()?)?;
/// let sub_tlvs = [OutgoingSslSubTlv::Version("TLSv1.3"), OutgoingSslSubTlv::Cn("bob")];
/// let client = SslClientFlags::SSL.with(SslClientFlags::CERT_CONN);
/// let tlvs = [
///     OutgoingTlv::Alpn(b"imap"),
///     OutgoingTlv::Ssl(OutgoingSsl { client, verify: 0, sub_tlvs: &sub_tlvs }),
///     OutgoingTlv::Raw(TlvType(0xE1), b"ours"),
///     OutgoingTlv::Crc32c,
///     OutgoingTlv::PadToMultipleOf(NonZeroU16::new(8).unwrap()),
/// ];
/// let header = Encoder::proxy(Version::V2, TransportProtocol::Stream, addresses)?.with_tlvs(&tlvs);
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
    /// The host name that the client asked for. Spec: §2.2.2.
    Authority(&'a str),
    /// The checksum, computed when all else is written. Spec: §2.2.3.
    Crc32c,
    /// Padding of so many bytes of 0, besides the 3 of the TLV itself. Spec: §2.2.4.
    Noop(u16),
    /// A NOOP that makes the header up to its end a multiple of this many bytes; nothing if it is one
    /// already. Spec: §2.2.4.
    PadToMultipleOf(NonZeroU16),
    /// A NOOP that makes the header up to its end at least this many bytes; nothing if it is already.
    /// Up to 2 more where not even an empty NOOP would fit. Spec: §2.2.4.
    PadToLen(u16),
    /// An identifier of the connection, up to 128 bytes. Spec: §2.2.5.
    UniqueId(&'a [u8]),
    /// The client's TLS. Spec: §2.2.6.
    Ssl(OutgoingSsl<'a>),
    /// The name of the network namespace, US-ASCII. Spec: §2.2.7.
    Netns(&'a str),
    /// The VPC endpoint of an Amazon balancer.
    AwsVpcEndpointId(&'a str),
    /// The private endpoint of an Azure balancer.
    AzurePrivateEndpointLinkId(u32),
    /// The Private Service Connect connection of a Google balancer.
    GcpPscConnectionId(u64),
    /// Any type and value. Only what cannot be framed is refused; the value of a CRC32C, which must
    /// be 4 bytes, is computed all the same.
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
    /// 0 if it showed a certificate and that was verified.
    pub verify: u32,
    /// The sub-TLVs, in this order.
    pub sub_tlvs: &'a [OutgoingSslSubTlv<'a>],
}

/// A sub-TLV of the SSL TLV to send. Spec: §2.2.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutgoingSslSubTlv<'a> {
    /// The TLS version, US-ASCII.
    Version(&'a str),
    /// The Common Name of the client's certificate.
    Cn(&'a str),
    /// The cipher, US-ASCII.
    Cipher(&'a str),
    /// The signature algorithm of the sender's certificate, US-ASCII.
    SigAlg(&'a str),
    /// The key algorithm of the sender's certificate, US-ASCII.
    KeyAlg(&'a str),
    /// The key exchange, US-ASCII.
    Group(&'a str),
    /// The signature scheme of the handshake, US-ASCII.
    SigScheme(&'a str),
    /// The client's certificate, X.509 in DER.
    ClientCert(&'a [u8]),
    /// Any type and value.
    Raw(SslSubTlvType, &'a [u8]),
}

impl<'a> From<Tlv<'a>> for OutgoingTlv<'a> {
    fn from(tlv: Tlv<'a>) -> Self {
        Self::Raw(tlv.tlv_type(), tlv.value())
    }
}

impl OutgoingTlv<'_> {
    pub(super) fn write(&self, output: &mut impl Output) -> Result<(), EncodeError> {
        match *self {
            Self::Alpn(value) => write_raw(TlvType::ALPN, value, output),
            Self::Authority(name) => write_raw(TlvType::AUTHORITY, name.as_bytes(), output),
            Self::Crc32c => write_checksum(output),
            Self::Noop(len) => write_noop(len.into(), output),
            Self::PadToMultipleOf(multiple) => {
                let unit = NonZeroUsize::from(multiple);
                if output.len() % unit == 0 {
                    return Ok(());
                }
                let beyond = output.len().saturating_add(PREFIX_LEN) % unit;
                let len = if beyond == 0 {
                    0
                } else {
                    unit.get().saturating_sub(beyond)
                };
                write_noop(len, output)
            }
            Self::PadToLen(len) => {
                let missing = usize::from(len).saturating_sub(output.len());
                if missing == 0 {
                    return Ok(());
                }
                write_noop(missing.saturating_sub(PREFIX_LEN), output)
            }
            Self::UniqueId(value) if value.len() > UNIQUE_ID_MAX_LEN => {
                Err(EncodeError::UniqueIdTooLong { found: value.len() })
            }
            Self::UniqueId(value) => write_raw(TlvType::UNIQUE_ID, value, output),
            Self::Ssl(ssl) => ssl.write(output),
            Self::Netns(name) => write_ascii(TlvType::NETNS, &[], name, output),
            Self::AwsVpcEndpointId(id) => write_ascii(
                AwsVpcEndpointId::TYPE,
                &[AwsVpcEndpointId::SUBTYPE],
                id,
                output,
            ),
            Self::AzurePrivateEndpointLinkId(id) => {
                let [a, b, c, d] = id.to_le_bytes();
                let value = [AzurePrivateEndpointLinkId::SUBTYPE, a, b, c, d];
                write_raw(AzurePrivateEndpointLinkId::TYPE, &value, output)
            }
            Self::GcpPscConnectionId(id) => {
                write_raw(GcpPscConnectionId::TYPE, &id.to_be_bytes(), output)
            }
            Self::Raw(TlvType::CRC32C, value) if value.len() != CHECKSUM_LEN => {
                Err(EncodeError::ChecksumLength { found: value.len() })
            }
            Self::Raw(TlvType::CRC32C, _) => write_checksum(output),
            Self::Raw(tlv_type, value) => write_raw(tlv_type, value, output),
        }
    }
}

impl OutgoingSsl<'_> {
    fn write(&self, output: &mut impl Output) -> Result<(), EncodeError> {
        write_framed(TlvType::SSL.0, output, |output| {
            output.put(&[self.client.0]);
            output.put(&self.verify.to_be_bytes());
            self.sub_tlvs.iter().try_for_each(|tlv| tlv.write(output))
        })
    }
}

impl OutgoingSslSubTlv<'_> {
    fn write(&self, output: &mut impl Output) -> Result<(), EncodeError> {
        let (sub_type, ascii) = match *self {
            Self::Version(text) => (SslSubTlvType::VERSION, text),
            Self::Cipher(text) => (SslSubTlvType::CIPHER, text),
            Self::SigAlg(text) => (SslSubTlvType::SIG_ALG, text),
            Self::KeyAlg(text) => (SslSubTlvType::KEY_ALG, text),
            Self::Group(text) => (SslSubTlvType::GROUP, text),
            Self::SigScheme(text) => (SslSubTlvType::SIG_SCHEME, text),
            Self::Cn(name) => return write_sub(SslSubTlvType::CN, name.as_bytes(), output),
            Self::ClientCert(der) => return write_sub(SslSubTlvType::CLIENT_CERT, der, output),
            Self::Raw(sub_type, value) => return write_sub(sub_type, value, output),
        };
        check_ascii(TlvType::SSL, Some(sub_type), ascii, output)?;
        write_sub(sub_type, ascii.as_bytes(), output)
    }
}

pub(super) fn write_raw(
    tlv_type: TlvType,
    value: &[u8],
    output: &mut impl Output,
) -> Result<(), EncodeError> {
    let len = len_field(value.len())?.to_be_bytes();
    output.put(&[tlv_type.0, len[0], len[1]]);
    output.put(value);
    Ok(())
}

fn write_sub(
    sub_type: SslSubTlvType,
    value: &[u8],
    output: &mut impl Output,
) -> Result<(), EncodeError> {
    write_raw(TlvType(sub_type.0), value, output)
}

fn write_ascii(
    tlv_type: TlvType,
    subtype: &[u8],
    text: &str,
    output: &mut impl Output,
) -> Result<(), EncodeError> {
    check_ascii(tlv_type, None, text, output)?;
    write_framed(tlv_type.0, output, |output| {
        output.put(subtype);
        output.put(text.as_bytes());
        Ok(())
    })
}

/// The checksum itself is written when the header is finished.
fn write_checksum(output: &mut impl Output) -> Result<(), EncodeError> {
    write_framed(TlvType::CRC32C.0, output, |output| {
        output.note_checksum()?;
        output.put_zeroes(CHECKSUM_LEN);
        Ok(())
    })
}

fn write_noop(len: usize, output: &mut impl Output) -> Result<(), EncodeError> {
    write_framed(TlvType::NOOP.0, output, |output| {
        output.put_zeroes(len);
        Ok(())
    })
}

/// Type, length and the value that `write_value` puts.
fn write_framed<O: Output>(
    tlv_type: u8,
    output: &mut O,
    write_value: impl FnOnce(&mut O) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let offset = output.len();
    output.put(&[tlv_type, 0, 0]);
    let value_offset = output.len();
    write_value(output)?;
    let len = len_field(output.len().saturating_sub(value_offset))?;
    output.patch(offset.saturating_add(1), len.to_be_bytes());
    Ok(())
}

fn len_field(found: usize) -> Result<u16, EncodeError> {
    u16::try_from(found).map_err(|_| EncodeError::ValueTooLong { found })
}

fn check_ascii<O: Output>(
    tlv_type: TlvType,
    sub_type: Option<SslSubTlvType>,
    text: &str,
    _: &O,
) -> Result<(), EncodeError> {
    if O::CHECKED || text.is_ascii() {
        return Ok(());
    }
    Err(EncodeError::NotAscii { tlv_type, sub_type })
}

/// Type and length.
const PREFIX_LEN: usize = 1 + 2;

const CHECKSUM_LEN: usize = 4;
