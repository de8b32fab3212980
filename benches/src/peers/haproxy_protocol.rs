//! haproxy-protocol.

use haproxy_protocol::{Error, ProxyHdrV1, ProxyHdrV2, RemoteAddress};

use crate::{answer::Answer, peers::Contestant};

/// haproxy-protocol: the caller tells it the version; it gives no UNIX addresses and no TLVs, and
/// does not encode.
#[derive(Debug)]
#[non_exhaustive]
pub struct HaproxyProtocol;

impl Contestant for HaproxyProtocol {
    const NAME: &'static str = "haproxy-protocol";

    type Decoded<'a> = Result<(usize, RemoteAddress), Error>;

    fn decode(input: &[u8]) -> Result<(usize, RemoteAddress), Error> {
        if input.first() == Some(&b'P') {
            ProxyHdrV1::parse(input).map(|(len, header)| (len, header.to_remote_addr()))
        } else {
            ProxyHdrV2::parse(input).map(|(len, header)| (len, header.to_remote_addr()))
        }
    }

    fn answer(input: &[u8]) -> Answer {
        match Self::decode(input) {
            Ok((len, RemoteAddress::Local | RemoteAddress::Invalid)) => Answer::no_endpoints(len),
            Ok((len, RemoteAddress::TcpV4 { src, dst } | RemoteAddress::UdpV4 { src, dst })) => {
                Answer::ip(len, src, dst)
            }
            Ok((len, RemoteAddress::TcpV6 { src, dst } | RemoteAddress::UdpV6 { src, dst })) => {
                Answer::ip(len, src, dst)
            }
            Err(Error::Incomplete { .. } | Error::UnableToComplete) => Answer::NeedMore,
            Err(Error::Invalid) => Answer::Invalid,
        }
    }
}
