//! haproxy-protocol.

use haproxy_protocol::{Error, ProxyHdrV1, ProxyHdrV2, RemoteAddress};

use crate::{answer::Answer, peers::Contestant};

/// haproxy-protocol: its caller chooses the version. It reports neither UNIX addresses nor TLVs, and
/// does not encode.
pub(crate) struct HaproxyProtocol;

impl Contestant for HaproxyProtocol {
    const NAME: &'static str = "haproxy-protocol";

    #[inline(always)]
    fn decode(input: &[u8]) -> Answer {
        let result = if input.first() == Some(&b'P') {
            ProxyHdrV1::parse(input).map(|(len, header)| (len, header.to_remote_addr()))
        } else {
            ProxyHdrV2::parse(input).map(|(len, header)| (len, header.to_remote_addr()))
        };
        match result {
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
