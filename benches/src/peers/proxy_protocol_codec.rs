//! proxy-protocol-codec.

use core::net::SocketAddr;

use proxy_protocol_codec::{v1, v2};

use crate::{
    answer::Answer,
    peers::Contestant,
    sample::{Given, Sample, Says},
};

/// proxy-protocol-codec: it takes the header alone, so its caller must find the end, as here; TLVs
/// are bytes, and no CRC32C is checked.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProxyProtocolCodec;

/// What the decoder of each version gives, with the length of the header.
#[derive(Debug)]
#[non_exhaustive]
pub enum CodecDecoded<'a> {
    /// Of version 1.
    V1(usize, Result<v1::Decoded, v1::DecodeError>),
    /// Of version 2.
    V2(usize, Result<v2::Decoded<'a>, v2::DecodeError>),
}

impl Contestant for ProxyProtocolCodec {
    const NAME: &'static str = "proxy-protocol-codec";

    type Decoded<'a> = CodecDecoded<'a>;

    fn decode(input: &[u8]) -> CodecDecoded<'_> {
        if input.first() == Some(&b'P') {
            let line_feed = input.iter().position(|&byte| byte == b'\n');
            let Some(line_feed) = line_feed else {
                // "SHOULD read until the first `\n`": before it comes, only the length can be wrong.
                return if input.len() > v1::MAXIMUM_LENGTH {
                    CodecDecoded::V1(0, v1::Header::decode(input))
                } else {
                    CodecDecoded::V1(0, Ok(v1::Decoded::Partial))
                };
            };
            let line = input.get(..=line_feed).unwrap_or_default();
            CodecDecoded::V1(line.len(), v1::Header::decode(line))
        } else {
            let header = match input.get(14..).and_then(<[u8]>::first_chunk) {
                Some(&length) => {
                    let len = usize::from(u16::from_be_bytes(length)).wrapping_add(v2::HEADER_SIZE);
                    input.get(..len).unwrap_or(input)
                }
                None => input,
            };
            CodecDecoded::V2(header.len(), v2::Header::decode(header))
        }
    }

    fn answer(input: &[u8]) -> Answer {
        match Self::decode(input) {
            CodecDecoded::V1(len, Ok(v1::Decoded::Some(header))) => match header.address_pair() {
                v1::AddressPair::Unspecified => Answer::no_endpoints(len),
                v1::AddressPair::Inet {
                    src_ip,
                    dst_ip,
                    src_port,
                    dst_port,
                } => Answer::ip(len, (src_ip, src_port), (dst_ip, dst_port)),
                v1::AddressPair::Inet6 {
                    src_ip,
                    dst_ip,
                    src_port,
                    dst_port,
                } => Answer::ip(len, (src_ip, src_port), (dst_ip, dst_port)),
            },
            CodecDecoded::V2(len, Ok(v2::Decoded::Some(decoded))) => {
                match *decoded.header.address_pair() {
                    v2::AddressPair::Unspecified => Answer::no_endpoints(len),
                    v2::AddressPair::Inet {
                        src_ip,
                        dst_ip,
                        src_port,
                        dst_port,
                    } => Answer::ip(len, (src_ip, src_port), (dst_ip, dst_port)),
                    v2::AddressPair::Inet6 {
                        src_ip,
                        dst_ip,
                        src_port,
                        dst_port,
                    } => Answer::ip(len, (src_ip, src_port), (dst_ip, dst_port)),
                    v2::AddressPair::Unix { src_addr, dst_addr } => {
                        Answer::unix(len, &src_addr, &dst_addr)
                    }
                }
            }
            CodecDecoded::V1(_, Ok(v1::Decoded::Partial))
            | CodecDecoded::V2(_, Ok(v2::Decoded::Partial(_))) => Answer::NeedMore,
            CodecDecoded::V1(_, Ok(v1::Decoded::None) | Err(_))
            | CodecDecoded::V2(_, Ok(v2::Decoded::None) | Err(_)) => Answer::Invalid,
        }
    }

    fn encode<'o>(sample: &Sample, _: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let header = match sample.says {
            Says::V1Unknown => return Some(line(v1::AddressPair::Unspecified)),
            Says::V1(source, destination) => return Some(line(v1_pair(source, destination)?)),
            Says::V2Local => v2::Header::new_local(),
            Says::V2(source, destination) => {
                let pair = v2::AddressPair::from(v1_pair(source, destination)?);
                v2::Header::new_proxy(v2::Protocol::Stream, pair)
            }
            Says::V2Unix(src_addr, dst_addr) => {
                let pair = v2::AddressPair::Unix { src_addr, dst_addr };
                v2::Header::new_proxy(v2::Protocol::Stream, pair)
            }
        };
        let mut encoded = header.encode();
        for given in &sample.tlvs {
            encoded = match given {
                Given::Alpn(value) => encoded.write_ext_alpn(value).ok()?,
                Given::Authority(name) => encoded.write_ext_authority(name.as_bytes()).ok()?,
                Given::UniqueId(value) => encoded.write_ext_unique_id(value).ok()?,
                Given::Ssl(ssl) => {
                    encoded.write_ext_custom(v2::ExtensionRef::new_custom(0x20, &ssl.value)?)
                }
            };
        }
        if sample.checksum {
            encoded.finish_with_crc32c().ok()
        } else {
            encoded.finish().ok()
        }
    }
}

fn line(pair: v1::AddressPair) -> Vec<u8> {
    v1::Header::new(pair).encode().into_bytes()
}

const fn v1_pair(source: SocketAddr, destination: SocketAddr) -> Option<v1::AddressPair> {
    let (src_port, dst_port) = (source.port(), destination.port());
    match (source, destination) {
        (SocketAddr::V4(source), SocketAddr::V4(destination)) => Some(v1::AddressPair::Inet {
            src_ip: *source.ip(),
            dst_ip: *destination.ip(),
            src_port,
            dst_port,
        }),
        (SocketAddr::V6(source), SocketAddr::V6(destination)) => Some(v1::AddressPair::Inet6 {
            src_ip: *source.ip(),
            dst_ip: *destination.ip(),
            src_port,
            dst_port,
        }),
        _ => None,
    }
}
