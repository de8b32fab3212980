//! proxy-header.

use proxy_header::{Error, ParseConfig, ProxiedAddress, ProxyHeader as Header, SslInfo, Tlv};

use crate::{
    answer::Answer,
    peers::{Contestant, SSL_FIXED_LEN, Walk},
    sample::{Given, GivenSsl, Sample, Says},
};

/// proxy-header: it gives no UNIX addresses, and checks no CRC32C.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProxyHeader;

impl Contestant for ProxyHeader {
    const NAME: &'static str = "proxy-header";

    type Decoded<'a> = Result<(Header<'a>, usize), Error>;

    fn decode(input: &[u8]) -> Result<(Header<'_>, usize), Error> {
        Header::parse(input, ParseConfig::default())
    }

    fn answer(input: &[u8]) -> Answer {
        match Self::decode(input) {
            Ok((header, len)) => match header.proxied_address() {
                Some(proxied) => Answer::ip(len, proxied.source, proxied.destination),
                None => Answer::no_endpoints(len),
            },
            Err(Error::BufferTooShort) => Answer::NeedMore,
            Err(_) => Answer::Invalid,
        }
    }

    fn walk(input: &[u8]) -> Option<Walk> {
        let (header, _) = Self::decode(input).ok()?;
        let mut walk = Walk::default();
        for tlv in header.tlvs() {
            match tlv.ok()? {
                Tlv::Ssl(ssl) => {
                    walk.see(SSL_FIXED_LEN);
                    for sub_tlv in ssl.tlvs() {
                        walk.see(len(&sub_tlv.ok()?)?);
                    }
                }
                tlv => walk.see(len(&tlv)?),
            }
        }
        Some(walk)
    }

    fn encode<'o>(sample: &Sample, out: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        if sample.checksum {
            return None;
        }
        let len = match sample.says {
            Says::V1Unknown => Header::with_local().encode_to_slice_v1(out),
            Says::V1(source, destination) => {
                Header::with_address(ProxiedAddress::stream(source, destination))
                    .encode_to_slice_v1(out)
            }
            Says::V2Local => Header::with_local().encode_to_slice_v2(out),
            Says::V2(source, destination) => {
                let mut header = Header::with_address(ProxiedAddress::stream(source, destination));
                for given in &sample.tlvs {
                    header.append_tlv(match given {
                        Given::Alpn(value) => Tlv::Alpn((*value).into()),
                        Given::Authority(name) => Tlv::Authority((*name).into()),
                        Given::UniqueId(value) => Tlv::UniqueId((*value).into()),
                        Given::Ssl(ssl) => Tlv::Ssl(info(ssl)),
                    });
                }
                header.encode_to_slice_v2(out)
            }
            Says::V2Unix(..) => return None,
        };
        out.get(..len.ok()?)
    }
}

fn len(tlv: &Tlv<'_>) -> Option<usize> {
    Some(match tlv {
        Tlv::Alpn(value) | Tlv::UniqueId(value) | Tlv::Custom(_, value) => value.len(),
        Tlv::Authority(text)
        | Tlv::Netns(text)
        | Tlv::SslVersion(text)
        | Tlv::SslCn(text)
        | Tlv::SslCipher(text)
        | Tlv::SslSigAlg(text)
        | Tlv::SslKeyAlg(text) => text.len(),
        Tlv::Crc32c(_) => 4,
        Tlv::Noop(len) => *len,
        _ => return None,
    })
}

fn info(ssl: &GivenSsl) -> SslInfo<'_> {
    let mut info = SslInfo::new(true, true, false, 0);
    info.append_tlv(Tlv::SslVersion(ssl.version.into()));
    info.append_tlv(Tlv::SslCn(ssl.cn.into()));
    info.append_tlv(Tlv::SslCipher(ssl.cipher.into()));
    if !ssl.certificate.is_empty() {
        info.append_tlv(Tlv::Custom(0x28, (&ssl.certificate).into()));
    }
    info
}
