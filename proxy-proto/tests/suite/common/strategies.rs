//! Everything that a header can carry, for proptest.
//!
//! What headers borrow is leaked: a test process is short, and the strategies stay plain.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::num::NonZeroU16;
use std::net::{SocketAddrV4, SocketAddrV6};

use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::{Index, select},
    test_runner::{Config, RngSeed},
};
use proxy_proto::{
    Addresses, OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, SslClientFlags, SslSubTlvType,
    TextEncoding, TlvType, TransportProtocol, UnixAddress, UnixName, Version,
};
use proxy_proto_fuzz::{v2, v2_with_command};

/// The same cases in every run.
pub(crate) fn config() -> Config {
    Config {
        cases: 512,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x5052_4F58_5920),
        ..Config::default()
    }
}

/// The connections that can be relayed.
pub(crate) fn starts() -> impl Strategy<Value = (Version, TransportProtocol, Addresses<'static>)> {
    use TransportProtocol::{Dgram, Stream, Unspec};
    let v1 = prop_oneof![
        Just((Version::V1, Unspec, Addresses::Unspec)),
        ip_addresses().prop_map(|addresses| (Version::V1, Stream, addresses)),
    ];
    let any_addresses = prop_oneof![Just(Addresses::Unspec), ip_addresses(), unix_addresses(),];
    let v2 = prop_oneof![
        1 => Just((Version::V2, Unspec, Addresses::Unspec)),
        4 => (any::<bool>(), any_addresses).prop_map(|(dgram, addresses)| {
            (Version::V2, if dgram { Dgram } else { Stream }, addresses)
        }),
    ];
    prop_oneof![1 => v1, 3 => v2]
}

fn ip_addresses() -> BoxedStrategy<Addresses<'static>> {
    let inet = any::<(u32, u16, u32, u16)>().prop_map(|(source, source_port, to, to_port)| {
        Addresses::inet(
            SocketAddrV4::new(source.into(), source_port),
            SocketAddrV4::new(to.into(), to_port),
        )
    });
    let inet6 = (ipv6_socket(), ipv6_socket())
        .prop_map(|(source, destination)| Addresses::inet6(source, destination));
    prop_oneof![inet, inet6].boxed()
}

/// With runs of zero groups, and v4-mapped, more often than by chance.
fn ipv6_socket() -> BoxedStrategy<SocketAddrV6> {
    let group = prop_oneof![Just(0), 0..16_u16, any::<u16>()];
    let groups = proptest::array::uniform8(group);
    let address = prop_oneof![
        3 => groups.prop_map(std::net::Ipv6Addr::from),
        1 => any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from(bits).to_ipv6_mapped()),
    ];
    (address, any::<u16>())
        .prop_map(|(address, port)| SocketAddrV6::new(address, port, 0, 0))
        .boxed()
}

fn unix_addresses() -> BoxedStrategy<Addresses<'static>> {
    (unix_address(), unix_address())
        .prop_map(|(source, destination)| Addresses::unix(source, destination))
        .boxed()
}

fn unix_address() -> BoxedStrategy<UnixAddress<'static>> {
    let path = vec(1..=u8::MAX, 1..=108)
        .prop_map(|path| UnixAddress::field(UnixName::Path(&path)).unwrap());
    let abstract_name = (vec(any::<u8>(), 0..=106), 1..=u8::MAX).prop_map(|(mut name, last)| {
        name.push(last);
        UnixAddress::field(UnixName::Abstract(&name)).unwrap()
    });
    let raw = vec(any::<u8>(), 108).prop_map(|field| field.try_into().unwrap());
    let field = prop_oneof![path, abstract_name, raw];
    prop_oneof![
        1 => Just(UnixAddress::UNNAMED),
        6 => field.prop_map(|field| UnixAddress::new(Box::leak(Box::new(field)))),
    ]
    .boxed()
}

/// Any TLVs, with at most one CRC32C, at any place.
pub(crate) fn tlv_lists() -> impl Strategy<Value = Vec<OutgoingTlv<'static>>> {
    let checksum = prop_oneof![
        Just(OutgoingTlv::Crc32c),
        vec(any::<u8>(), 4).prop_map(|value| OutgoingTlv::Raw(TlvType::CRC32C, leak(value))),
    ];
    let checksum = proptest::option::of((checksum, any::<Index>()));
    (vec(tlv(), 0..8), checksum).prop_map(|(mut tlvs, checksum)| {
        if let Some((checksum, place)) = checksum {
            tlvs.insert(place.index(tlvs.len() + 1), checksum);
        }
        tlvs
    })
}

fn tlv() -> BoxedStrategy<OutgoingTlv<'static>> {
    prop_oneof![
        bytes(300).prop_map(OutgoingTlv::Alpn),
        text().prop_map(OutgoingTlv::Authority),
        (0..300_u16).prop_map(OutgoingTlv::Noop),
        (1..300_u16).prop_map(|unit| OutgoingTlv::PadToMultipleOf(NonZeroU16::new(unit).unwrap())),
        (0..1000_u16).prop_map(OutgoingTlv::PadToLen),
        bytes(128).prop_map(OutgoingTlv::UniqueId),
        (any::<u8>(), any::<u32>(), vec(ssl_tlv(), 0..6)).prop_map(|(client, verify, tlvs)| {
            OutgoingTlv::Ssl(OutgoingSsl {
                client: SslClientFlags(client),
                verify,
                sub_tlvs: tlvs.leak(),
            })
        }),
        ascii(0).prop_map(OutgoingTlv::Netns),
        ascii(1).prop_map(OutgoingTlv::AwsVpcEndpointId),
        any::<u32>().prop_map(OutgoingTlv::AzurePrivateEndpointLinkId),
        any::<u64>().prop_map(OutgoingTlv::GcpPscConnectionId),
        (raw_type(), bytes(300)).prop_map(|(tlv_type, value)| OutgoingTlv::Raw(tlv_type, value)),
    ]
    .boxed()
}

fn raw_type() -> impl Strategy<Value = TlvType> {
    let other = |tlv_type: &TlvType| *tlv_type != TlvType::CRC32C;
    any::<u8>()
        .prop_map(TlvType)
        .prop_filter("no CRC32C", other)
}

fn ssl_tlv() -> BoxedStrategy<OutgoingSslSubTlv<'static>> {
    prop_oneof![
        7 => (select(SslSubTlvType::ASSIGNED), text(), ascii(0)).prop_map(
            |(sub_type, text, ascii)| match sub_type.text_encoding() {
                Some(TextEncoding::Ascii) => OutgoingSslSubTlv::Text(sub_type, ascii),
                _ => OutgoingSslSubTlv::Text(sub_type, text),
            }
        ),
        1 => bytes(300).prop_map(|der| OutgoingSslSubTlv::Raw(SslSubTlvType::CLIENT_CERT, der)),
        1 => (any::<u8>(), bytes(60))
            .prop_map(|(byte, value)| OutgoingSslSubTlv::Raw(SslSubTlvType(byte), value)),
    ]
    .boxed()
}

/// What a decoder accepts, canonical or not: any byte 13 and block in LOCAL, any block in UNSPEC,
/// addresses with transport UNSPEC, UNKNOWN followed by anything, IPv6 texts of all forms.
pub(crate) fn headers() -> impl Strategy<Value = Vec<u8>> {
    let local = (any::<u8>(), vec(any::<u8>(), 0..300))
        .prop_map(|(byte_13, block)| v2_with_command(0x20, byte_13, &[&block]));
    let unspec =
        (0..3_u8, vec(any::<u8>(), 0..60)).prop_map(|(byte_13, block)| v2(byte_13, &[&block]));
    let unknown = vec(any::<u8>(), 0..=91).prop_map(|mut ignored| {
        ignored.retain(|byte| !b"\r\n".contains(byte));
        [b"PROXY UNKNOWN ", &ignored[..], b"\r\n"].concat()
    });
    let line = (ipv6_text(), ipv6_text(), any::<(u16, u16)>()).prop_map(|(source, to, ports)| {
        format!("PROXY TCP6 {source} {to} {} {}\r\n", ports.0, ports.1).into_bytes()
    });
    prop_oneof![local, unspec, headers_with_tlvs(0), unknown, line]
}

/// PROXY headers of version 2, with that many TLVs or more, none of them a CRC32C.
pub(crate) fn headers_with_tlvs(fewest: usize) -> impl Strategy<Value = Vec<u8>> {
    let tlvs = vec((raw_type(), bytes(60)), fewest..6);
    let parts = (0..4_u8, 0..3_u8, vec(any::<u8>(), 216), tlvs);
    parts.prop_map(|(family, transport, mut block, tlvs)| {
        block.truncate([0, 12, 36, 216][usize::from(family)]);
        for (tlv_type, value) in tlvs {
            block.extend(proxy_proto_fuzz::tlv(tlv_type.0, value));
        }
        v2(family << 4 | transport, &[&block])
    })
}

/// In one of the forms that an address can be written in.
fn ipv6_text() -> BoxedStrategy<String> {
    (ipv6_socket(), 0..4_u8)
        .prop_map(|(socket, form)| {
            let [a, b, c, d, e, f, g, h] = socket.ip().segments();
            let [.., i, j, k, l] = socket.ip().octets();
            match form {
                0 => socket.ip().to_string(),
                1 => socket.ip().to_string().to_uppercase(),
                2 => format!("{a:04x}:{b:04X}:{c:x}:{d:03x}:{e:x}:{f:X}:{g:x}:{h:02x}"),
                _ => format!("{a:x}:{b:x}:{c:x}:{d:x}:{e:x}:{f:x}:{i}.{j}.{k}.{l}"),
            }
        })
        .boxed()
}

fn bytes(max_len: usize) -> impl Strategy<Value = &'static [u8]> {
    vec(any::<u8>(), 0..=max_len).prop_map(leak)
}

fn text() -> impl Strategy<Value = &'static str> {
    vec(any::<char>(), 0..60).prop_map(|text| &*text.into_iter().collect::<String>().leak())
}

fn ascii(min_len: usize) -> impl Strategy<Value = &'static str> {
    let text = vec(0..0x80_u8, min_len..60);
    text.prop_map(|text| &*String::from_utf8(text).unwrap().leak())
}

fn leak(bytes: Vec<u8>) -> &'static [u8] {
    bytes.leak()
}
