//! A header to encode, in parts that a fuzzer can choose.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6},
    num::NonZeroU16,
};

use arbitrary::Arbitrary;
use proxy_proto::{
    Addresses, EncodeError, Encoder, OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, SslClientFlags,
    SslSubTlvType, TlvType, TransportProtocol, UnixAddress,
};

#[derive(Arbitrary, Debug)]
pub(super) struct Plan<'a> {
    pub(super) start: Start<'a>,
    tlvs: Vec<PlannedTlv<'a>>,
}

#[derive(Arbitrary, Debug)]
pub(super) enum Start<'a> {
    Local {
        block: &'a [u8],
    },
    V1 {
        transport: Transport,
        addresses: Planned<'a>,
    },
    V2 {
        transport: Transport,
        addresses: Planned<'a>,
    },
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum Transport {
    Unspec,
    Stream,
    Dgram,
}

#[derive(Arbitrary, Debug)]
pub(super) enum Planned<'a> {
    Unspec,
    Inet([(Ipv4Addr, u16); 2]),
    Inet6([(Ipv6Addr, u16); 2]),
    /// The start of each field; the rest of it is NUL.
    Unix([&'a [u8]; 2]),
}

#[derive(Arbitrary, Debug)]
enum PlannedTlv<'a> {
    Alpn(&'a [u8]),
    Authority(&'a str),
    Crc32c,
    Noop(u16),
    PadToMultipleOf(NonZeroU16),
    PadToLen(u16),
    UniqueId(&'a [u8]),
    Ssl {
        client: u8,
        verify: u32,
        sub_tlvs: Vec<PlannedSub<'a>>,
    },
    Netns(&'a str),
    Aws(&'a str),
    Azure(u32),
    Gcp(u64),
    Raw(u8, &'a [u8]),
    /// A type, and a value of zeros that is about as long as a header can hold.
    Long(u8, u8),
}

#[derive(Arbitrary, Debug)]
enum PlannedSub<'a> {
    Text(u8, &'a str),
    Raw(u8, &'a [u8]),
    Long(u8, u8),
}

impl Plan<'_> {
    /// Calls `check` with the encoder without TLVs, or the error instead of it, and the TLVs.
    pub(super) fn with_encoder(
        &self,
        check: impl FnOnce(Result<Encoder<'_>, EncodeError>, &[OutgoingTlv<'_>]),
    ) {
        let sub_tlvs: Vec<_> = self.tlvs.iter().map(PlannedTlv::sub_tlvs).collect();
        let tlvs = self.tlvs.iter().zip(&sub_tlvs);
        let tlvs: Vec<_> = tlvs.map(|(tlv, sub_tlvs)| tlv.to_new(sub_tlvs)).collect();
        self.with_addresses(|addresses| {
            let encoder = match self.start {
                Start::Local { block } => Ok(Encoder::local_with_block(block)),
                Start::V1 { transport, .. } => match (transport, addresses) {
                    (Transport::Unspec, Addresses::Unspec) => Ok(Encoder::v1_unknown()),
                    (Transport::Stream, _) => Encoder::v1(addresses),
                    _ => Err(EncodeError::NotInV1),
                },
                Start::V2 { transport, .. } => Encoder::v2(transport.into(), addresses),
            };
            check(encoder, &tlvs);
        });
    }

    pub(super) fn with_addresses(&self, check: impl FnOnce(Addresses<'_>)) {
        match &self.start {
            Start::Local { .. } => check(Addresses::Unspec),
            Start::V1 { addresses, .. } | Start::V2 { addresses, .. } => addresses.with(check),
        }
    }
}

impl Planned<'_> {
    fn with(&self, check: impl FnOnce(Addresses<'_>)) {
        match *self {
            Self::Unspec => check(Addresses::Unspec),
            Self::Inet(ends) => {
                let [source, destination] = ends.map(|(ip, port)| SocketAddrV4::new(ip, port));
                check(Addresses::inet(source, destination));
            }
            Self::Inet6(ends) => {
                let ends = ends.map(|(ip, port)| SocketAddrV6::new(ip, port, 0, 0));
                let [source, destination] = ends;
                check(Addresses::inet6(source, destination));
            }
            Self::Unix(names) => {
                let [source, destination] = names.map(unix_field);
                check(Addresses::unix(
                    UnixAddress::new(&source),
                    UnixAddress::new(&destination),
                ));
            }
        }
    }
}

pub(super) fn unix_field(name: &[u8]) -> [u8; UnixAddress::LEN] {
    let mut field = [0; UnixAddress::LEN];
    let len = name.len().min(field.len());
    field[..len].copy_from_slice(&name[..len]);
    field
}

impl<'a> PlannedTlv<'a> {
    fn sub_tlvs(&self) -> Vec<OutgoingSslSubTlv<'a>> {
        match self {
            Self::Ssl { sub_tlvs, .. } => sub_tlvs.iter().map(PlannedSub::to_new).collect(),
            _ => Vec::new(),
        }
    }

    fn to_new<'b>(&'b self, sub_tlvs: &'b [OutgoingSslSubTlv<'b>]) -> OutgoingTlv<'b> {
        match *self {
            Self::Alpn(value) => OutgoingTlv::Alpn(value),
            Self::Authority(name) => OutgoingTlv::Authority(name),
            Self::Crc32c => OutgoingTlv::Crc32c,
            Self::Noop(len) => OutgoingTlv::Noop(len),
            Self::PadToMultipleOf(unit) => OutgoingTlv::PadToMultipleOf(unit),
            Self::PadToLen(len) => OutgoingTlv::PadToLen(len),
            Self::UniqueId(id) => OutgoingTlv::UniqueId(id),
            Self::Ssl { client, verify, .. } => OutgoingTlv::Ssl(OutgoingSsl {
                client: SslClientFlags(client),
                verify,
                sub_tlvs,
            }),
            Self::Netns(name) => OutgoingTlv::Netns(name),
            Self::Aws(id) => OutgoingTlv::AwsVpcEndpointId(id),
            Self::Azure(id) => OutgoingTlv::AzurePrivateEndpointLinkId(id),
            Self::Gcp(id) => OutgoingTlv::GcpPscConnectionId(id),
            Self::Raw(tlv_type, value) => OutgoingTlv::Raw(TlvType(tlv_type), value),
            Self::Long(tlv_type, len) => OutgoingTlv::Raw(TlvType(tlv_type), long(len)),
        }
    }
}

impl<'a> PlannedSub<'a> {
    fn to_new(&self) -> OutgoingSslSubTlv<'a> {
        match *self {
            Self::Text(place, text) => OutgoingSslSubTlv::Text(assigned(place), text),
            Self::Raw(sub_type, value) => OutgoingSslSubTlv::Raw(SslSubTlvType(sub_type), value),
            Self::Long(sub_type, len) => OutgoingSslSubTlv::Raw(SslSubTlvType(sub_type), long(len)),
        }
    }
}

/// The sub-TLV at this place of the list, which wraps around.
fn assigned(place: u8) -> SslSubTlvType {
    let types = SslSubTlvType::ASSIGNED;
    types[usize::from(place) % types.len()]
}

/// About 32 KiB or about 64 KiB, depending on the highest bit.
fn long(len: u8) -> &'static [u8] {
    static ZEROES: [u8; 0x1_0040] = [0; 0x1_0040];
    let near = if len < 0x80 { 0x7FC0 } else { 0xFFC0 };
    &ZEROES[..near + usize::from(len & 0x7F)]
}

impl From<Transport> for TransportProtocol {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Unspec => Self::Unspec,
            Transport::Stream => Self::Stream,
            Transport::Dgram => Self::Dgram,
        }
    }
}
