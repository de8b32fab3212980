//! proxy-header.

use proxy_header::{Error, ParseConfig, ProxiedAddress, ProxyHeader as Header, SslInfo};

use crate::{
    answer::Answer,
    peers::{Contestant, SSL_FIXED_LEN},
    rows::{Sample, SampleSsl, Tlv, Version, Walk},
};

/// proxy-header: it reports no UNIX addresses, and compares no CRC32C.
pub(crate) struct ProxyHeader;

impl Contestant for ProxyHeader {
    const NAME: &'static str = "proxy-header";

    #[inline(always)]
    fn decode(input: &[u8]) -> Answer {
        match Header::parse(input, ParseConfig::default()) {
            Ok((header, len)) => match header.proxied_address() {
                Some(proxied) => Answer::ip(len, proxied.source, proxied.destination),
                None => Answer::no_endpoints(len),
            },
            Err(Error::BufferTooShort) => Answer::NeedMore,
            Err(_) => Answer::Invalid,
        }
    }

    #[inline(always)]
    fn walk(input: &[u8]) -> Option<Walk> {
        let (header, _) = Header::parse(input, ParseConfig::default()).ok()?;
        let mut walk = Walk::default();
        for tlv in header.tlvs() {
            match tlv.ok()? {
                proxy_header::Tlv::Ssl(ssl) => {
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

    #[inline(always)]
    fn encode<'o>(sample: &Sample, out: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let addresses = ProxiedAddress::stream(sample.source, sample.destination);
        let mut header = Header::with_address(addresses);
        for tlv in &sample.tlvs {
            header.append_tlv(match tlv {
                Tlv::Alpn(value) => proxy_header::Tlv::Alpn((*value).into()),
                Tlv::Authority(name) => proxy_header::Tlv::Authority((*name).into()),
                Tlv::UniqueId(value) => proxy_header::Tlv::UniqueId((*value).into()),
                Tlv::Ssl(ssl) => proxy_header::Tlv::Ssl(info(ssl)),
                Tlv::Crc32c => return None,
            });
        }
        let len = match sample.version {
            Version::V1 => header.encode_to_slice_v1(out),
            Version::V2 => header.encode_to_slice_v2(out),
        };
        out.get(..len.ok()?)
    }
}

fn len(tlv: &proxy_header::Tlv<'_>) -> Option<usize> {
    use proxy_header::Tlv;

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

fn info(ssl: &SampleSsl) -> SslInfo<'_> {
    let mut info = SslInfo::new(true, true, false, 0);
    info.append_tlv(proxy_header::Tlv::SslVersion(ssl.version.into()));
    info.append_tlv(proxy_header::Tlv::SslCn(ssl.cn.into()));
    info.append_tlv(proxy_header::Tlv::SslCipher(ssl.cipher.into()));
    info
}
