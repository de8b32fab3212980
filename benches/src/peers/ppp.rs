//! ppp.

use ppp::{HeaderResult, PartialResult, v1, v2};

use crate::{
    answer::Answer,
    peers::Contestant,
    rows::{Sample, Tlv, Version},
};

/// ppp: it reports TLVs as bytes, and compares no CRC32C.
pub(crate) struct Ppp;

impl Contestant for Ppp {
    const NAME: &'static str = "ppp";

    #[inline(always)]
    fn decode(input: &[u8]) -> Answer {
        let result = HeaderResult::parse(input);
        match &result {
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
            _ if result.is_incomplete() => Answer::NeedMore,
            _ => Answer::Invalid,
        }
    }

    #[inline(always)]
    fn encode<'o>(sample: &Sample, _: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let addresses = (sample.source, sample.destination);
        if sample.version == Version::V1 {
            return Some(v1::Addresses::from(addresses).to_string().into_bytes());
        }
        let version_command = v2::Version::Two | v2::Command::Proxy;
        let mut builder =
            v2::Builder::with_addresses(version_command, v2::Protocol::Stream, addresses);
        for tlv in &sample.tlvs {
            builder = match tlv {
                Tlv::Alpn(value) => builder.write_tlv(v2::Type::ALPN, value),
                Tlv::Authority(name) => builder.write_tlv(v2::Type::Authority, name.as_bytes()),
                Tlv::UniqueId(value) => builder.write_tlv(v2::Type::UniqueId, value),
                Tlv::Ssl(ssl) => builder.write_tlv(v2::Type::SSL, &ssl.value),
                Tlv::Crc32c => return None,
            }
            .ok()?;
        }
        builder.build().ok()
    }
}
