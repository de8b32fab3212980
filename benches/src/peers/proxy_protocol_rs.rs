//! proxy-protocol-rs.

use proxy_protocol_rs::{
    HeaderBuilder, ParseError, ProxyAddress, ProxyInfo, SslClientFlags, SslInfo, Tlvs,
    TransportProtocol, parse,
};

use crate::{
    answer::{Answer, Endpoint},
    peers::{Contestant, SSL_FIXED_LEN, Walk},
    sample::{Given, GivenSsl, Sample, Says},
};

/// proxy-protocol-rs: it decodes every TLV at once, and compares the CRC32C.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProxyProtocolRs;

impl Contestant for ProxyProtocolRs {
    const NAME: &'static str = "proxy-protocol-rs";

    type Decoded<'a> = Result<(ProxyInfo, usize), ParseError>;

    fn decode(input: &[u8]) -> Result<(ProxyInfo, usize), ParseError> {
        parse(input)
    }

    fn answer(input: &[u8]) -> Answer {
        match parse(input) {
            Ok((info, len)) => {
                Answer::complete(len, endpoint(info.source), endpoint(info.destination))
            }
            Err(ParseError::Incomplete) => Answer::NeedMore,
            Err(_) => Answer::Invalid,
        }
    }

    fn walk(input: &[u8]) -> Option<Walk> {
        let (info, _) = parse(input).ok()?;
        let mut walk = Walk::default();
        see(&info.tlvs, &mut walk);
        Some(walk)
    }

    fn verify(input: &[u8]) -> Option<bool> {
        match parse(input) {
            Ok((info, _)) => Some(info.tlvs.crc32c.is_some()),
            Err(ParseError::CrcMismatch { .. }) => Some(false),
            Err(_) => None,
        }
    }

    fn encode<'o>(sample: &Sample, _: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let mut builder = match sample.says {
            Says::V1Unknown => HeaderBuilder::v1_unknown(),
            Says::V1(source, destination) => HeaderBuilder::v1_proxy(source, destination),
            Says::V2Local => HeaderBuilder::v2_local(),
            Says::V2(source, destination) => HeaderBuilder::v2_proxy(source, destination),
            Says::V2Unix(source, destination) => {
                HeaderBuilder::v2_unix(source, destination, TransportProtocol::Stream)
            }
        };
        for given in &sample.tlvs {
            builder = match given {
                Given::Alpn(value) => builder.with_alpn(*value),
                Given::Authority(name) => builder.with_authority(*name),
                Given::UniqueId(value) => builder.with_unique_id(*value),
                Given::Ssl(ssl) => builder.with_ssl(info(ssl)),
            };
        }
        if sample.checksum {
            builder = builder.with_crc32c();
        }
        Some(builder.build())
    }
}

fn endpoint(address: Option<ProxyAddress>) -> Endpoint {
    match address {
        Some(ProxyAddress::Inet(address)) => Endpoint::Ip(address),
        Some(ProxyAddress::Unix(name)) => Endpoint::unix(&name),
        _ => Endpoint::None,
    }
}

fn see(tlvs: &Tlvs, walk: &mut Walk) {
    let binary = [&tlvs.alpn, &tlvs.unique_id];
    binary.into_iter().flatten().for_each(|v| walk.see(v.len()));
    let text = [&tlvs.authority, &tlvs.netns];
    text.into_iter().flatten().for_each(|v| walk.see(v.len()));
    if tlvs.crc32c.is_some() {
        walk.see(4);
    }
    if let Some(ssl) = &tlvs.ssl {
        walk.see(SSL_FIXED_LEN);
        let text = [
            &ssl.version,
            &ssl.cn,
            &ssl.cipher,
            &ssl.sig_alg,
            &ssl.key_alg,
            &ssl.group,
            &ssl.sig_scheme,
        ];
        text.into_iter().flatten().for_each(|v| walk.see(v.len()));
        if let Some(certificate) = &ssl.client_cert {
            walk.see(certificate.len());
        }
    }
}

fn info(given: &GivenSsl) -> SslInfo {
    let certificate = (!given.certificate.is_empty()).then(|| given.certificate.clone());
    SslInfo {
        client_flags: SslClientFlags::SSL | SslClientFlags::CERT_CONN,
        verified: true,
        version: Some(given.version.into()),
        cn: Some(given.cn.into()),
        cipher: Some(given.cipher.into()),
        client_cert: certificate,
        ..SslInfo::default()
    }
}
