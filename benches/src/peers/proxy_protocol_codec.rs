//! proxy-protocol-codec.

use core::net::SocketAddr;

use proxy_protocol_codec::{v1, v2};

use crate::{
    answer::Answer,
    peers::Contestant,
    rows::{Sample, Tlv, Version},
};

/// proxy-protocol-codec: it accepts the header alone, so its caller must find the end, as here. It
/// reports TLVs as bytes, and compares no CRC32C.
pub(crate) struct ProxyProtocolCodec;

impl Contestant for ProxyProtocolCodec {
    const NAME: &'static str = "proxy-protocol-codec";

    #[inline(always)]
    fn decode(input: &[u8]) -> Answer {
        if input.first() == Some(&b'P') {
            decode_v1(input)
        } else {
            decode_v2(input)
        }
    }

    #[inline(always)]
    fn encode<'o>(sample: &Sample, _: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let (src_port, dst_port) = (sample.source.port(), sample.destination.port());
        let pair = match (sample.source, sample.destination) {
            (SocketAddr::V4(source), SocketAddr::V4(destination)) => v1::AddressPair::Inet {
                src_ip: *source.ip(),
                dst_ip: *destination.ip(),
                src_port,
                dst_port,
            },
            (SocketAddr::V6(source), SocketAddr::V6(destination)) => v1::AddressPair::Inet6 {
                src_ip: *source.ip(),
                dst_ip: *destination.ip(),
                src_port,
                dst_port,
            },
            _ => return None,
        };
        if sample.version == Version::V1 {
            return Some(v1::Header::new(pair).encode().into_bytes());
        }
        let mut encoded = v2::Header::new_proxy(v2::Protocol::Stream, pair.into()).encode();
        for tlv in &sample.tlvs {
            encoded = match tlv {
                Tlv::Alpn(value) => encoded.write_ext_alpn(value).ok()?,
                Tlv::Authority(name) => encoded.write_ext_authority(name.as_bytes()).ok()?,
                Tlv::UniqueId(value) => encoded.write_ext_unique_id(value).ok()?,
                Tlv::Ssl(ssl) => {
                    encoded.write_ext_custom(v2::ExtensionRef::new_custom(0x20, &ssl.value)?)
                }
                Tlv::Crc32c => return encoded.finish_with_crc32c().ok(),
            };
        }
        encoded.finish().ok()
    }
}

#[inline(always)]
fn decode_v1(input: &[u8]) -> Answer {
    let line = match input.iter().position(|&byte| byte == b'\n') {
        Some(line_feed) => &input[..=line_feed],
        // "SHOULD read until the first `\n`": before it comes, only the length can be wrong.
        None if input.len() <= v1::MAXIMUM_LENGTH => return Answer::NeedMore,
        None => input,
    };
    match v1::Header::decode(line) {
        Ok(v1::Decoded::Some(header)) => match header.address_pair() {
            v1::AddressPair::Unspecified => Answer::no_endpoints(line.len()),
            v1::AddressPair::Inet {
                src_ip,
                dst_ip,
                src_port,
                dst_port,
            } => Answer::ip(line.len(), (src_ip, src_port), (dst_ip, dst_port)),
            v1::AddressPair::Inet6 {
                src_ip,
                dst_ip,
                src_port,
                dst_port,
            } => Answer::ip(line.len(), (src_ip, src_port), (dst_ip, dst_port)),
        },
        Ok(v1::Decoded::Partial) => Answer::NeedMore,
        Ok(v1::Decoded::None) | Err(_) => Answer::Invalid,
    }
}

#[inline(always)]
fn decode_v2(input: &[u8]) -> Answer {
    let mut header = input;
    if let Some(&[high, low]) = input.get(14..16) {
        let len = v2::HEADER_SIZE + usize::from(u16::from_be_bytes([high, low]));
        header = input.get(..len).unwrap_or(input);
    }
    let len = header.len();
    match v2::Header::decode(header) {
        Ok(v2::Decoded::Some(decoded)) => match *decoded.header.address_pair() {
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
            v2::AddressPair::Unix { src_addr, dst_addr } => Answer::unix(len, &src_addr, &dst_addr),
        },
        Ok(v2::Decoded::Partial(_)) => Answer::NeedMore,
        Ok(v2::Decoded::None) | Err(_) => Answer::Invalid,
    }
}
