//! Lines of version 1, compared with what `core::net` displays.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use proxy_proto::{
    Addresses, EncodeError, Encoder, Endpoint, OutgoingTlv, TransportProtocol, UnixAddress,
};

use crate::common::{Xorshift, header};

#[test]
fn every_port_is_written_as_its_decimal_number() {
    let [v4, v6] = [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ];
    for port in 0..=u16::MAX {
        assert_line(v4, v4, port, !port);
        assert_line(v6, v6, !port, port);
    }
}

#[test]
fn every_octet_is_written_as_its_decimal_number() {
    for octet in 0..=u8::MAX {
        let source = Ipv4Addr::new(octet, 0, 255, !octet);
        let destination = Ipv4Addr::new(1, octet, !octet, 0);
        assert_line(source.into(), destination.into(), 25, 143);
        let mapped = [source, destination].map(|address| address.to_ipv6_mapped().into());
        assert_line(mapped[0], mapped[1], 25, 143);
    }
}

#[test]
fn every_group_is_written_without_leading_zeros() {
    for group in 0..=u16::MAX {
        let source = Ipv6Addr::new(0x2001, group, 0, 0, 0, 0, 0, 1);
        let destination = Ipv6Addr::new(0, 0, 1, group, 0, 0, 0, group);
        assert_line(source.into(), destination.into(), 25, 143);
    }
}

/// Zero runs of every length at every place, in all 256 patterns of zero and other groups.
#[test]
fn every_pattern_of_zero_groups_is_shortened_as_core_net_does() {
    for fill in [0x1, 0x20, 0x300, 0xABCD, 0xFFFF] {
        for pattern in 0..=u8::MAX {
            let groups = |inverted: u8| {
                let pattern = pattern ^ inverted;
                let group = |place: u8| if pattern >> place & 1 == 1 { fill } else { 0 };
                Ipv6Addr::from([0, 1, 2, 3, 4, 5, 6, 7].map(group)).into()
            };
            assert_line(groups(0), groups(0xFF), 25, 143);
        }
    }
}

/// Any last 32 bits, after prefixes that lead to a dotted tail and prefixes that nearly do.
#[test]
fn only_v4_mapped_addresses_have_a_dotted_tail() {
    let prefixes = [
        [0, 0, 0, 0, 0, 0xFFFF],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0xFFFF, 0],
        [0, 0, 0, 0, 0, 0xFFFE],
        [0, 0, 0, 0, 1, 0xFFFF],
        [0x64, 0xFF9B, 0, 0, 0, 0],
    ];
    for [a, b, c, d, e, f] in prefixes {
        for (g, h) in [(0, 0), (0, 1), (1, 0), (0xC000, 0x0201), (0xFFFF, 0xFFFF)] {
            let address = Ipv6Addr::new(a, b, c, d, e, f, g, h).into();
            assert_line(address, Ipv6Addr::UNSPECIFIED.into(), 25, 143);
        }
    }
    let mapped = "[::ffff:192.0.2.1]:25".parse().unwrap();
    let any = "[::]:0".parse().unwrap();
    assert_eq!(line(mapped, any), "PROXY TCP6 ::ffff:192.0.2.1 :: 25 0\r\n");
}

#[test]
fn addresses_of_any_bits_are_written_as_core_net_does() {
    let mut random = Xorshift(0x9E37_79B9_7F4A_7C15);
    for _ in 0..20_000 {
        let mut address = || {
            let bits = u128::from(random.next()) << 64 | u128::from(random.next());
            // Fewer bits, so that there are zero groups.
            let mask = u128::from(random.next()) << 64 | u128::from(random.next());
            Ipv6Addr::from_bits(bits & mask & (mask >> 3)).into()
        };
        assert_line(address(), address(), 56324, 143);
    }
}

/// The constructors of `Addresses` clear what no header carries. It can be set again through a
/// pattern, and is then refused rather than lost.
#[test]
fn scope_and_flow_are_cleared_or_refused_and_never_lost() {
    let scoped = SocketAddrV6::new("fe80::1".parse().unwrap(), 25, 7, 3);
    let plain = SocketAddrV6::new(*scoped.ip(), 25, 0, 0);
    let cleared = [
        Addresses::inet6(scoped, scoped),
        Addresses::ip(scoped.into(), scoped.into()).unwrap(),
        Addresses::ip_mapped(scoped.into(), scoped.into()),
    ];
    for addresses in cleared {
        assert_eq!(addresses, Addresses::inet6(plain, plain));
        let line = Encoder::v1(addresses).unwrap().to_vec().unwrap();
        assert_eq!(line, b"PROXY TCP6 fe80::1 fe80::1 25 25\r\n");
    }

    type Set = fn(&mut SocketAddrV6, &mut SocketAddrV6);
    let sets: [Set; 4] = [
        |source, _| source.set_scope_id(3),
        |source, _| source.set_flowinfo(7),
        |_, destination| destination.set_scope_id(3),
        |_, destination| destination.set_flowinfo(7),
    ];
    for set in sets {
        let mut addresses = Addresses::inet6(plain, plain);
        let Addresses::Inet6 {
            source,
            destination,
            ..
        } = &mut addresses
        else {
            unreachable!("just made of IPv6 addresses")
        };
        set(source, destination);
        let refused = [
            Encoder::v1(addresses),
            Encoder::v2(TransportProtocol::Stream, addresses),
            Encoder::v2(TransportProtocol::Dgram, addresses),
        ];
        for result in refused {
            assert_eq!(result.unwrap_err(), EncodeError::ScopeOrFlow);
        }
    }
}

#[test]
fn unknown_is_the_shortest_line() {
    let unknown = Encoder::v1_unknown();
    assert_eq!(unknown.to_vec().unwrap(), b"PROXY UNKNOWN\r\n");
    assert_refuses_tlvs(unknown);
}

#[test]
fn what_version_1_cannot_express_is_refused() {
    let [inet, inet6] = ["192.0.2.1:1", "[2001:db8::1]:1"].map(|text| {
        let address = text.parse().unwrap();
        Addresses::ip(address, address).unwrap()
    });
    let unix = Addresses::unix(UnixAddress::UNNAMED, UnixAddress::UNNAMED);
    for addresses in [inet, inet6] {
        assert_refuses_tlvs(Encoder::v1(addresses).unwrap());
    }
    for addresses in [Addresses::Unspec, unix] {
        let error = Encoder::v1(addresses).unwrap_err();
        assert_eq!(error, EncodeError::NotInV1, "{addresses:?}");
    }
}

fn assert_refuses_tlvs(line: Encoder<'_>) {
    let with_tlvs = line.with_tlvs(&[OutgoingTlv::Noop(0)]);
    assert_eq!(with_tlvs.encoded_len(), Err(EncodeError::TlvsInV1));
}

fn assert_line(source: IpAddr, destination: IpAddr, source_port: u16, destination_port: u16) {
    let endpoints = [
        SocketAddr::new(source, source_port),
        SocketAddr::new(destination, destination_port),
    ];
    let line = line(endpoints[0], endpoints[1]);
    let family = if source.is_ipv4() { 4 } else { 6 };
    assert_eq!(
        line,
        format!("PROXY TCP{family} {source} {destination} {source_port} {destination_port}\r\n")
    );
    let seen = header(line.as_bytes());
    assert_eq!(
        [seen.source(), seen.destination()],
        endpoints.map(|endpoint| Some(Endpoint::Ip(endpoint))),
        "{line}"
    );
}

fn line(source: SocketAddr, destination: SocketAddr) -> String {
    let addresses = Addresses::ip(source, destination).unwrap();
    let encoder = Encoder::v1(addresses).unwrap();
    let mut out = [0; 107];
    let len = encoder.encode(&mut out).unwrap();
    String::from_utf8(out[..len].to_vec()).unwrap()
}
