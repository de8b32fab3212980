//! proxyproto.

use proxyproto::{
    AddressFamily, Command, Header, TransportProtocol,
    tlv::{Alpn, Authority, Noop, Ssl, SslClientFlags, SslSubTlv, Tlv as _, UniqueId},
    v1, v2,
};

use crate::{
    answer::Answer,
    peers::{Contestant, SSL_FIXED_LEN},
    rows::{Sample, SampleSsl, Tlv, Version, Walk},
};

/// proxyproto: its caller chooses the version. It compares the CRC32C on request.
pub(crate) struct Proxyproto;

impl Contestant for Proxyproto {
    const NAME: &'static str = "proxyproto";

    #[inline(always)]
    fn decode(input: &[u8]) -> Answer {
        if input.first() == Some(&b'\r') {
            match v2::Header::try_from_bytes(input) {
                Ok((rest, header)) => answer(input.len() - rest.len(), &Header::V2(header)),
                // Nothing but its text distinguishes this error from the others.
                Err(error) if error.to_string().starts_with("incomplete PROXY v2 ") => {
                    Answer::NeedMore
                }
                Err(_) => Answer::Invalid,
            }
        } else {
            match v1::Header::try_from_bytes(input) {
                Ok((rest, header)) => answer(input.len() - rest.len(), &Header::V1(header)),
                Err(error) if error.is_incomplete() => Answer::NeedMore,
                Err(_) => Answer::Invalid,
            }
        }
    }

    #[inline(always)]
    fn walk(input: &[u8]) -> Option<Walk> {
        let (_, header) = v2::Header::try_from_bytes(input).ok()?;
        let mut walk = Walk::default();
        for (tlv_type, value) in header.tlvs() {
            match tlv_type {
                Alpn::TYPE => walk.see(Alpn::try_from_value(value)?.as_bytes().len()),
                Authority::TYPE => walk.see(Authority::try_from_value(value)?.as_str().len()),
                UniqueId::TYPE => walk.see(UniqueId::try_from_value(value)?.as_bytes().len()),
                Noop::TYPE => walk.see(Noop::try_from_value(value)?.value_bytes().len()),
                Ssl::TYPE => {
                    walk.see(SSL_FIXED_LEN);
                    for sub_tlv in Ssl::try_from_value(value)?.tlvs() {
                        walk.see(match sub_tlv {
                            SslSubTlv::Version(text)
                            | SslSubTlv::CommonName(text)
                            | SslSubTlv::Cipher(text)
                            | SslSubTlv::SignatureAlgorithm(text)
                            | SslSubTlv::KeyAlgorithm(text) => text.len(),
                            SslSubTlv::Other(_, value) => value.len(),
                        });
                    }
                }
                _ => walk.see(value.len()),
            }
        }
        Some(walk)
    }

    #[inline(always)]
    fn verify(input: &[u8]) -> Option<bool> {
        let (_, header) = v2::Header::try_from_bytes(input).ok()?;
        header.validate_crc32c_tlv()
    }

    #[inline(always)]
    fn encode<'o>(sample: &Sample, out: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let family = if sample.source.is_ipv4() {
            AddressFamily::Inet
        } else {
            AddressFamily::Inet6
        };
        let (source, destination) = (sample.source, sample.destination);
        let room = out.len();
        let mut writer = &mut *out;
        match sample.version {
            Version::V1 => v1::Header::new(family, source, destination).write_to(&mut writer),
            Version::V2 => {
                let (proxy, stream) = (Command::Proxy, TransportProtocol::Stream);
                let mut header = v2::Header::new(proxy, stream, family, source, destination);
                for tlv in &sample.tlvs {
                    match tlv {
                        Tlv::Alpn(value) => header.add_typed_tlv(Alpn::new(*value)),
                        Tlv::Authority(name) => header.add_typed_tlv(Authority::new(*name)),
                        Tlv::UniqueId(value) => header.add_typed_tlv(UniqueId::new(*value)),
                        Tlv::Ssl(ssl) => header.add_typed_tlv(typed(ssl)),
                        Tlv::Crc32c => header.add_crc32c_checksum(),
                    }
                }
                header.write_to(&mut writer)
            }
        }
        .ok()?;
        let len = room - writer.len();
        out.get(..len)
    }
}

#[inline(always)]
fn answer(len: usize, header: &Header) -> Answer {
    if let (Some(source), Some(destination)) = (header.source_addr(), header.destination_addr()) {
        return Answer::ip(len, source, destination);
    }
    match header {
        Header::V2(header) => match header.addresses() {
            v2::Addresses::Unix {
                source,
                destination,
            } => Answer::unix(len, &source[..], &destination[..]),
            _ => Answer::no_endpoints(len),
        },
        _ => Answer::no_endpoints(len),
    }
}

fn typed(given: &SampleSsl) -> Ssl {
    let mut ssl = Ssl::new(SslClientFlags::SSL | SslClientFlags::CERT_CONN, 0);
    ssl.add_tlv(SslSubTlv::version(given.version));
    ssl.add_tlv(SslSubTlv::common_name(given.cn));
    ssl.add_tlv(SslSubTlv::cipher(given.cipher));
    ssl
}
