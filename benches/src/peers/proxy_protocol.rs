//! proxy-protocol.

use core::net::SocketAddr;

use proxy_protocol::{
    ParseError, ProxyHeader, encode, parse,
    version1::{self, ProxyAddresses as V1Addresses},
    version2::{self, ProxyAddresses as V2Addresses, ProxyCommand, ProxyTransportProtocol},
};

use crate::{
    answer::Answer,
    peers::Contestant,
    sample::{Sample, Says},
};

/// proxy-protocol: it skips TLVs, and cannot write them.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProxyProtocol;

impl Contestant for ProxyProtocol {
    const NAME: &'static str = "proxy-protocol";

    type Decoded<'a> = Result<ProxyHeader, ParseError>;

    fn decode(mut input: &[u8]) -> Result<ProxyHeader, ParseError> {
        parse(&mut input)
    }

    fn answer(input: &[u8]) -> Answer {
        let mut rest = input;
        let result = parse(&mut rest);
        let len = input.len().wrapping_sub(rest.len());
        match result {
            Ok(ProxyHeader::Version1 { addresses, .. }) => match addresses {
                V1Addresses::Unknown => Answer::no_endpoints(len),
                V1Addresses::Ipv4 {
                    source,
                    destination,
                } => Answer::ip(len, source, destination),
                V1Addresses::Ipv6 {
                    source,
                    destination,
                } => Answer::ip(len, source, destination),
            },
            Ok(ProxyHeader::Version2 { addresses, .. }) => match addresses {
                V2Addresses::Unspec => Answer::no_endpoints(len),
                V2Addresses::Ipv4 {
                    source,
                    destination,
                } => Answer::ip(len, source, destination),
                V2Addresses::Ipv6 {
                    source,
                    destination,
                } => Answer::ip(len, source, destination),
                V2Addresses::Unix {
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

    fn encode<'o>(sample: &Sample, _: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        if sample.checksum || !sample.tlvs.is_empty() {
            return None;
        }
        encode(header(sample)?).ok()
    }
}

fn header(sample: &Sample) -> Option<ProxyHeader> {
    let addresses = match sample.says {
        Says::V1Unknown => return Some(v1(V1Addresses::Unknown)),
        Says::V1(SocketAddr::V4(source), SocketAddr::V4(destination)) => {
            return Some(v1(V1Addresses::Ipv4 {
                source,
                destination,
            }));
        }
        Says::V1(SocketAddr::V6(source), SocketAddr::V6(destination)) => {
            return Some(v1(V1Addresses::Ipv6 {
                source,
                destination,
            }));
        }
        Says::V2Local => {
            return Some(ProxyHeader::Version2 {
                command: ProxyCommand::Local,
                transport_protocol: ProxyTransportProtocol::Unspec,
                addresses: V2Addresses::Unspec,
            });
        }
        Says::V2(SocketAddr::V4(source), SocketAddr::V4(destination)) => V2Addresses::Ipv4 {
            source,
            destination,
        },
        Says::V2(SocketAddr::V6(source), SocketAddr::V6(destination)) => V2Addresses::Ipv6 {
            source,
            destination,
        },
        Says::V2Unix(source, destination) => V2Addresses::Unix {
            source,
            destination,
        },
        Says::V1(..) | Says::V2(..) => return None,
    };
    Some(ProxyHeader::Version2 {
        command: ProxyCommand::Proxy,
        transport_protocol: ProxyTransportProtocol::Stream,
        addresses,
    })
}

const fn v1(addresses: V1Addresses) -> ProxyHeader {
    ProxyHeader::Version1 { addresses }
}
