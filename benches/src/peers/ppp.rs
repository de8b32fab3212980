//! ppp.

use core::net::SocketAddr;

use ppp::{HeaderResult, PartialResult, v1, v2};

use crate::{
    answer::Answer,
    peers::Contestant,
    sample::{Given, Sample, Says},
};

/// ppp: it gives TLVs as bytes, and checks no CRC32C.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ppp;

impl Contestant for Ppp {
    const NAME: &'static str = "ppp";

    type Decoded<'a> = HeaderResult<'a>;

    fn decode(input: &[u8]) -> HeaderResult<'_> {
        HeaderResult::parse(input)
    }

    fn answer(input: &[u8]) -> Answer {
        let result = HeaderResult::parse(input);
        let incomplete = result.is_incomplete();
        match result {
            HeaderResult::V1(Ok(header)) => {
                let len = header.header.len();
                match header.addresses {
                    v1::Addresses::Unknown => Answer::no_endpoints(len),
                    v1::Addresses::Tcp4(ip) => Answer::ip(
                        len,
                        (ip.source_address, ip.source_port),
                        (ip.destination_address, ip.destination_port),
                    ),
                    v1::Addresses::Tcp6(ip) => Answer::ip(
                        len,
                        (ip.source_address, ip.source_port),
                        (ip.destination_address, ip.destination_port),
                    ),
                }
            }
            HeaderResult::V2(Ok(header)) => {
                let len = header.len();
                match header.addresses {
                    v2::Addresses::Unspecified => Answer::no_endpoints(len),
                    v2::Addresses::IPv4(ip) => Answer::ip(
                        len,
                        (ip.source_address, ip.source_port),
                        (ip.destination_address, ip.destination_port),
                    ),
                    v2::Addresses::IPv6(ip) => Answer::ip(
                        len,
                        (ip.source_address, ip.source_port),
                        (ip.destination_address, ip.destination_port),
                    ),
                    v2::Addresses::Unix(unix) => Answer::unix(len, &unix.source, &unix.destination),
                }
            }
            HeaderResult::V1(Err(_)) | HeaderResult::V2(Err(_)) if incomplete => Answer::NeedMore,
            HeaderResult::V1(Err(_)) | HeaderResult::V2(Err(_)) => Answer::Invalid,
        }
    }

    fn encode<'o>(sample: &Sample, _: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        if sample.checksum {
            return None;
        }
        let mut builder = match sample.says {
            Says::V1Unknown => return Some(v1::Addresses::Unknown.to_string().into_bytes()),
            Says::V1(source, destination) => return Some(line(source, destination)),
            Says::V2Local => v2::Builder::new(v2::Version::Two | v2::Command::Local, 0),
            Says::V2(source, destination) => proxy((source, destination)),
            Says::V2Unix(source, destination) => proxy(v2::Unix::new(source, destination)),
        };
        for given in &sample.tlvs {
            builder = match given {
                Given::Alpn(value) => builder.write_tlv(v2::Type::ALPN, value),
                Given::Authority(name) => builder.write_tlv(v2::Type::Authority, name.as_bytes()),
                Given::UniqueId(value) => builder.write_tlv(v2::Type::UniqueId, value),
                Given::Ssl(ssl) => builder.write_tlv(v2::Type::SSL, &ssl.value),
            }
            .ok()?;
        }
        builder.build().ok()
    }
}

fn line(source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
    v1::Addresses::from((source, destination))
        .to_string()
        .into_bytes()
}

fn proxy(addresses: impl Into<v2::Addresses>) -> v2::Builder {
    let version_command = v2::Version::Two | v2::Command::Proxy;
    v2::Builder::with_addresses(version_command, v2::Protocol::Stream, addresses)
}
