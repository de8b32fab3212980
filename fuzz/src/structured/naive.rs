//! Headers written byte by byte from the diagrams of the spec.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proxy_proto::{OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv};

use super::plan::{Plan, Planned, Start, Transport, unix_field};
use crate::{header_crc32c, oracle::typed::ssl_meaning, tlv, v2_with_command};

/// The header, or `None` if it must be refused. The addresses suit version and transport.
pub(super) fn header(plan: &Plan<'_>, tlvs: &[OutgoingTlv<'_>]) -> Option<Vec<u8>> {
    let (version_command, family_transport, mut block) = match &plan.start {
        Start::V1 { addresses, .. } => return tlvs.is_empty().then(|| line(addresses)),
        Start::Local { block } => (0x20, 0x00, block.to_vec()),
        Start::V2 {
            transport,
            addresses,
        } => {
            let transport = match transport {
                Transport::Unspec => 0,
                Transport::Stream => 1,
                Transport::Dgram => 2,
            };
            let (family, block) = addresses_block(addresses);
            (0x21, family << 4 | transport, block)
        }
    };
    let mut checksum = None;
    for tlv in tlvs {
        let at = FIXED_LEN + block.len();
        if let Some((tlv_type, value)) = type_and_value(tlv, at)? {
            if tlv_type == 0x03 && checksum.replace(at + 3).is_some() {
                return None;
            }
            block.extend(framed(tlv_type, &value)?);
        }
    }
    if block.len() > MAX_LEN {
        return None;
    }
    let mut header = v2_with_command(version_command, family_transport, &[&block]);
    if let Some(at) = checksum {
        let sum = header_crc32c(&header, at);
        header[at..at + 4].copy_from_slice(&sum.to_be_bytes());
    }
    Some(header)
}

fn line(addresses: &Planned<'_>) -> Vec<u8> {
    let text = match addresses {
        Planned::Inet([(from, port), (to, to_port)]) => {
            format!("PROXY TCP4 {from} {to} {port} {to_port}\r\n")
        }
        Planned::Inet6([(from, port), (to, to_port)]) => {
            format!("PROXY TCP6 {from} {to} {port} {to_port}\r\n")
        }
        Planned::Unspec | Planned::Unix(_) => "PROXY UNKNOWN\r\n".into(),
    };
    text.into_bytes()
}

fn addresses_block(addresses: &Planned<'_>) -> (u8, Vec<u8>) {
    let ip = |ends: [(IpAddr, u16); 2]| {
        let octets = ends.map(|(ip, _)| match ip {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        });
        let ports = ends.map(|(_, port)| port.to_be_bytes());
        [octets.concat(), ports.concat()].concat()
    };
    match *addresses {
        Planned::Unspec => (0, Vec::new()),
        Planned::Inet(ends) => (
            1,
            ip(ends.map(|(ip, port): (Ipv4Addr, u16)| (ip.into(), port))),
        ),
        Planned::Inet6(ends) => (
            2,
            ip(ends.map(|(ip, port): (Ipv6Addr, u16)| (ip.into(), port))),
        ),
        Planned::Unix(names) => (3, names.map(unix_field).concat()),
    }
}

/// `None` if the TLV must be refused; no type and value if padding is not needed.
fn type_and_value(tlv: &OutgoingTlv<'_>, at: usize) -> Option<Option<(u8, Vec<u8>)>> {
    let padding = |missing: usize| Some((0x04, vec![0; missing.saturating_sub(3)]));
    Some(match *tlv {
        OutgoingTlv::Alpn(value) => Some((0x01, value.to_vec())),
        OutgoingTlv::Authority(name) => Some((0x02, name.into())),
        OutgoingTlv::Crc32c => Some((0x03, vec![0; 4])),
        OutgoingTlv::Noop(len) => Some((0x04, vec![0; len.into()])),
        OutgoingTlv::PadToMultipleOf(unit) => {
            let unit = usize::from(unit.get());
            match at.next_multiple_of(unit) - at {
                0 => None,
                missing => padding((missing..).step_by(unit).find(|&missing| missing >= 3)?),
            }
        }
        OutgoingTlv::PadToLen(len) => match usize::from(len).saturating_sub(at) {
            0 => None,
            missing => padding(missing),
        },
        OutgoingTlv::UniqueId(id) if id.len() > 128 => return None,
        OutgoingTlv::UniqueId(id) => Some((0x05, id.to_vec())),
        OutgoingTlv::Ssl(ssl) => Some((0x20, ssl_value(&ssl)?)),
        OutgoingTlv::Netns(name) => Some((0x30, ascii(name)?)),
        OutgoingTlv::AwsVpcEndpointId("") => return None,
        OutgoingTlv::AwsVpcEndpointId(id) => Some((0xEA, [vec![0x01], ascii(id)?].concat())),
        OutgoingTlv::AzurePrivateEndpointLinkId(id) => {
            Some((0xEE, [&[0x01], &id.to_le_bytes()[..]].concat()))
        }
        OutgoingTlv::GcpPscConnectionId(id) => Some((0xE0, id.to_be_bytes().to_vec())),
        OutgoingTlv::Raw(tlv_type, value) if tlv_type.0 == 0x03 => {
            (value.len() == 4).then_some(Some((0x03, vec![0; 4])))?
        }
        OutgoingTlv::Raw(tlv_type, value) => Some((tlv_type.0, value.to_vec())),
        _ => unreachable!("no plan has other TLVs"),
    })
}

fn ssl_value(ssl: &OutgoingSsl<'_>) -> Option<Vec<u8>> {
    let mut value = vec![ssl.client.0];
    value.extend(ssl.verify.to_be_bytes());
    for sub_tlv in ssl.sub_tlvs {
        let (sub_type, sub_value) = match *sub_tlv {
            OutgoingSslSubTlv::Text(sub_type, text) => {
                ssl_meaning(sub_type.0, text.as_bytes())?;
                (sub_type.0, text.into())
            }
            OutgoingSslSubTlv::Raw(sub_type, value) => (sub_type.0, value.to_vec()),
            _ => unreachable!("no plan has other sub-TLVs"),
        };
        value.extend(framed(sub_type, &sub_value)?);
    }
    Some(value)
}

fn framed(tlv_type: u8, value: &[u8]) -> Option<Vec<u8>> {
    (value.len() <= MAX_LEN).then(|| tlv(tlv_type, value))
}

fn ascii(text: &str) -> Option<Vec<u8>> {
    text.is_ascii().then(|| text.into())
}

/// Bytes before the addresses.
const FIXED_LEN: usize = 16;

/// The most that a length field can state.
const MAX_LEN: usize = 0xFFFF;
