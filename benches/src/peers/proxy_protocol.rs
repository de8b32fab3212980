//! proxy-protocol.

use core::net::SocketAddr::{V4, V6};

use proxy_protocol::{
    ParseError, ProxyHeader, parse,
    version1::{self, ProxyAddresses as V1},
    version2::{self, ProxyAddresses as V2, ProxyCommand, ProxyTransportProtocol},
};

use crate::{
    answer::Answer,
    peers::Contestant,
    rows::{Sample, Version},
};

/// proxy-protocol: it skips TLVs, and cannot write them.
pub(crate) struct ProxyProtocol;

impl Contestant for ProxyProtocol {
    const NAME: &'static str = "proxy-protocol";

    #[inline(always)]
    fn decode(input: &[u8]) -> Answer {
        let mut rest = input;
        let result = parse(&mut rest);
        let len = input.len() - rest.len();
        match result {
            Ok(ProxyHeader::Version1 { addresses, .. }) => match addresses {
                V1::Unknown => Answer::no_endpoints(len),
                V1::Ipv4 {
                    source,
                    destination,
                } => Answer::ip(len, source, destination),
                V1::Ipv6 {
                    source,
                    destination,
                } => Answer::ip(len, source, destination),
            },
            Ok(ProxyHeader::Version2 { addresses, .. }) => match addresses {
                V2::Unspec => Answer::no_endpoints(len),
                V2::Ipv4 {
                    source,
                    destination,
                } => Answer::ip(len, source, destination),
                V2::Ipv6 {
                    source,
                    destination,
                } => Answer::ip(len, source, destination),
                V2::Unix {
                    source,
                    destination,
                } => Answer::unix(len, &source, &destination),
            },
            Err(
                ParseError::Version1 {
                    source: version1::ParseError::UnexpectedEof,
                }
                | ParseError::Version2 {
                    source: version2::ParseError::UnexpectedEof,
                },
            ) => Answer::NeedMore,
            _ => Answer::Invalid,
        }
    }

    #[inline(always)]
    fn encode<'o>(sample: &Sample, _: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        if !sample.tlvs.is_empty() {
            return None;
        }
        let header = match sample.version {
            Version::V1 => ProxyHeader::Version1 {
                addresses: match (sample.source, sample.destination) {
                    (V4(source), V4(destination)) => V1::Ipv4 {
                        source,
                        destination,
                    },
                    (V6(source), V6(destination)) => V1::Ipv6 {
                        source,
                        destination,
                    },
                    _ => return None,
                },
            },
            Version::V2 => ProxyHeader::Version2 {
                command: ProxyCommand::Proxy,
                transport_protocol: ProxyTransportProtocol::Stream,
                addresses: match (sample.source, sample.destination) {
                    (V4(source), V4(destination)) => V2::Ipv4 {
                        source,
                        destination,
                    },
                    (V6(source), V6(destination)) => V2::Ipv6 {
                        source,
                        destination,
                    },
                    _ => return None,
                },
            },
        };
        proxy_protocol::encode(header).ok()
    }
}
