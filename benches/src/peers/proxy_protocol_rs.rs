//! proxy-protocol-rs.

use proxy_proto_fuzz::Place;
use proxy_protocol_rs::{HeaderBuilder, ParseError, ProxyAddress, SslClientFlags, SslInfo, parse};

use crate::{
    answer::Answer,
    peers::{Contestant, SSL_FIXED_LEN},
    rows::{Sample, SampleSsl, Tlv, Version, Walk},
};

/// proxy-protocol-rs: it decodes every TLV at once, and compares the CRC32C.
pub(crate) struct ProxyProtocolRs;

impl Contestant for ProxyProtocolRs {
    const NAME: &'static str = "proxy-protocol-rs";

    #[inline(always)]
    fn decode(input: &[u8]) -> Answer {
        match parse(input) {
            Ok((info, len)) => Answer::Complete(len, place(info.source), place(info.destination)),
            Err(ParseError::Incomplete) => Answer::NeedMore,
            Err(_) => Answer::Invalid,
        }
    }

    #[inline(always)]
    fn walk(input: &[u8]) -> Option<Walk> {
        let (info, _) = parse(input).ok()?;
        let (tlvs, mut walk) = (&info.tlvs, Walk::default());
        let binary = [&tlvs.alpn, &tlvs.unique_id];
        binary.into_iter().flatten().for_each(|v| walk.see(v.len()));
        let text = [&tlvs.authority, &tlvs.netns];
        text.into_iter().flatten().for_each(|v| walk.see(v.len()));
        if tlvs.crc32c.is_some() {
            walk.see(4);
        }
        if let Some(ssl) = &tlvs.ssl {
            walk.see(SSL_FIXED_LEN);
            let text = [&ssl.version, &ssl.cn, &ssl.cipher];
            text.into_iter().flatten().for_each(|v| walk.see(v.len()));
            let text = [&ssl.sig_alg, &ssl.key_alg, &ssl.group, &ssl.sig_scheme];
            text.into_iter().flatten().for_each(|v| walk.see(v.len()));
        }
        Some(walk)
    }

    #[inline(always)]
    fn verify(input: &[u8]) -> Option<bool> {
        match parse(input) {
            Ok((info, _)) => Some(info.tlvs.crc32c.is_some()),
            Err(ParseError::CrcMismatch { .. }) => Some(false),
            Err(_) => None,
        }
    }

    #[inline(always)]
    fn encode<'o>(sample: &Sample, _: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let mut builder = match sample.version {
            Version::V1 => HeaderBuilder::v1_proxy(sample.source, sample.destination),
            Version::V2 => HeaderBuilder::v2_proxy(sample.source, sample.destination),
        };
        for tlv in &sample.tlvs {
            builder = match tlv {
                Tlv::Alpn(value) => builder.with_alpn(*value),
                Tlv::Authority(name) => builder.with_authority(*name),
                Tlv::UniqueId(value) => builder.with_unique_id(*value),
                Tlv::Ssl(ssl) => builder.with_ssl(info(ssl)),
                Tlv::Crc32c => builder.with_crc32c(),
            };
        }
        Some(builder.build())
    }
}

/// Of a UNIX address it reports the name alone: here it is filled up again.
#[inline(always)]
fn place(address: Option<ProxyAddress>) -> Option<Place> {
    match address? {
        ProxyAddress::Inet(address) => Some(Place::Ip(address)),
        ProxyAddress::Unix(mut name) => {
            name.resize(108, 0);
            Some(Place::Unix(name))
        }
        _ => None,
    }
}

fn info(ssl: &SampleSsl) -> SslInfo {
    SslInfo {
        client_flags: SslClientFlags::SSL | SslClientFlags::CERT_CONN,
        verified: true,
        version: Some(ssl.version.into()),
        cn: Some(ssl.cn.into()),
        cipher: Some(ssl.cipher.into()),
        ..SslInfo::default()
    }
}
