//! proxyproto.

use core::hint::black_box;

use proxyproto::{
    AddressFamily, Command, Header, ParseError, TransportProtocol,
    tlv::{Alpn, Authority, Noop, Ssl, SslClientFlags, SslSubTlv, Tlv, UniqueId},
    v1, v2,
};

use crate::{
    answer::Answer,
    peers::{Contestant, SSL_FIXED_LEN, Walk},
    sample::{Given, GivenSsl, Sample, Says},
};

/// proxyproto: the caller tells it the version; the CRC32C is compared when asked.
#[derive(Debug)]
#[non_exhaustive]
pub struct Proxyproto;

/// Why there is no header, as the peer says it.
#[derive(Debug)]
#[non_exhaustive]
pub enum ProxyprotoError {
    /// Of version 1: whether more bytes may make one.
    V1 {
        /// They may.
        incomplete: bool,
    },
    /// Of version 2.
    V2(ParseError),
}

impl Contestant for Proxyproto {
    const NAME: &'static str = "proxyproto";

    type Decoded<'a> = Result<(usize, Header), ProxyprotoError>;

    fn decode(input: &[u8]) -> Result<(usize, Header), ProxyprotoError> {
        let len = |rest: &[u8]| input.len().wrapping_sub(rest.len());
        if input.first() == Some(&b'\r') {
            match v2::Header::try_from_bytes(input) {
                Ok((rest, header)) => Ok((len(rest), Header::V2(header))),
                Err(error) => Err(ProxyprotoError::V2(error)),
            }
        } else {
            match v1::Header::try_from_bytes(input) {
                Ok((rest, header)) => Ok((len(rest), Header::V1(header))),
                Err(error) => Err(ProxyprotoError::V1 {
                    incomplete: error.is_incomplete(),
                }),
            }
        }
    }

    fn answer(input: &[u8]) -> Answer {
        match Self::decode(input) {
            Ok((len, header)) => {
                if let (Some(source), Some(destination)) =
                    (header.source_addr(), header.destination_addr())
                {
                    return Answer::ip(len, source, destination);
                }
                if let Header::V2(header) = &header
                    && let v2::Addresses::Unix {
                        source,
                        destination,
                    } = header.addresses()
                {
                    return Answer::unix(len, &source[..], &destination[..]);
                }
                Answer::no_endpoints(len)
            }
            Err(ProxyprotoError::V1 { incomplete: true }) => Answer::NeedMore,
            // Only its text tells this error from the others.
            Err(ProxyprotoError::V2(error)) if error.to_string().starts_with(INCOMPLETE) => {
                Answer::NeedMore
            }
            Err(_) => Answer::Invalid,
        }
    }

    fn walk(input: &[u8]) -> Option<Walk> {
        let Ok((_, Header::V2(header))) = Self::decode(input) else {
            return None;
        };
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

    fn verify(input: &[u8]) -> Option<bool> {
        let Ok((_, Header::V2(header))) = Self::decode(input) else {
            return None;
        };
        black_box(&header).validate_crc32c_tlv()
    }

    fn encode<'o>(sample: &Sample, out: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let room = out.len();
        let mut writer = &mut *out;
        match sample.says {
            Says::V1Unknown => v1::Header::unknown().write_to(&mut writer),
            Says::V1(source, destination) => {
                v1::Header::new(family(source.is_ipv4()), source, destination).write_to(&mut writer)
            }
            _ => v2_header(sample)?.write_to(&mut writer),
        }
        .ok()?;
        let len = room.wrapping_sub(writer.len());
        out.get(..len)
    }
}

fn v2_header(sample: &Sample) -> Option<v2::Header> {
    let (proxy, stream) = (Command::Proxy, TransportProtocol::Stream);
    let mut header = match sample.says {
        Says::V2Local => v2::Header::new_unspecified(Command::Local),
        Says::V2(source, destination) => {
            let family = family(source.is_ipv4());
            v2::Header::new(proxy, stream, family, source, destination)
        }
        Says::V2Unix(source, destination) => {
            v2::Header::new_unix(proxy, stream, source, destination)
        }
        Says::V1Unknown | Says::V1(..) => return None,
    };
    for given in &sample.tlvs {
        match given {
            Given::Alpn(value) => header.add_typed_tlv(Alpn::new(*value)),
            Given::Authority(name) => header.add_typed_tlv(Authority::new(*name)),
            Given::UniqueId(value) => header.add_typed_tlv(UniqueId::new(*value)),
            Given::Ssl(ssl) => header.add_typed_tlv(typed(ssl)),
        }
    }
    if sample.checksum {
        header.add_crc32c_checksum();
    }
    Some(header)
}

fn typed(given: &GivenSsl) -> Ssl {
    let mut ssl = Ssl::new(SslClientFlags::SSL | SslClientFlags::CERT_CONN, 0);
    ssl.add_tlv(SslSubTlv::version(given.version));
    ssl.add_tlv(SslSubTlv::common_name(given.cn));
    ssl.add_tlv(SslSubTlv::cipher(given.cipher));
    if !given.certificate.is_empty() {
        ssl.add_tlv(SslSubTlv::Other(0x28, given.certificate.clone()));
    }
    ssl
}

const fn family(is_ipv4: bool) -> AddressFamily {
    if is_ipv4 {
        AddressFamily::Inet
    } else {
        AddressFamily::Inet6
    }
}

/// How the peer's errors start that more bytes may cure.
const INCOMPLETE: &str = "incomplete PROXY v2 ";
