//! Lines of version 1, against what `core::net` displays.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use proxy_proto::{
    Addresses, EncodeError, Encoder, Endpoint, OutgoingTlv, TransportProtocol, UnixAddress, Version,
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

/// The last 32 bits of anything, behind what makes a dotted tail and what nearly does.
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

#[test]
fn scope_and_flow_label_are_not_on_the_line() {
    let scoped = SocketAddr::V6(std::net::SocketAddrV6::new(
        "fe80::1".parse().unwrap(),
        25,
        7,
        3,
    ));
    let line = line(scoped, scoped);
    assert_eq!(line, "PROXY TCP6 fe80::1 fe80::1 25 25\r\n");
}

#[test]
fn unknown_is_the_shortest_line() {
    let unknown = Encoder::proxy(Version::V1, TransportProtocol::Unspec, Addresses::Unspec);
    assert_eq!(unknown.unwrap().to_vec().unwrap(), b"PROXY UNKNOWN\r\n");
}

#[test]
fn what_version_1_cannot_say_is_refused() {
    use TransportProtocol::{Dgram, Stream, Unspec};
    let [v4, v6]: [SocketAddr; 2] =
        ["192.0.2.1:1", "[2001:db8::1]:1"].map(|text| text.parse().unwrap());
    let [inet, inet6] = [v4, v6].map(|address| Addresses::ip(address, address).unwrap());
    let unix = Addresses::unix(UnixAddress::UNNAMED, UnixAddress::UNNAMED);
    let allowed = [(Unspec, Addresses::Unspec), (Stream, inet), (Stream, inet6)];
    for transport in [Unspec, Stream, Dgram] {
        for addresses in [Addresses::Unspec, inet, inet6, unix] {
            let result = Encoder::proxy(Version::V1, transport, addresses);
            if allowed.contains(&(transport, addresses)) {
                let tlvs = [OutgoingTlv::Noop(0)];
                let with_tlvs = result.unwrap().with_tlvs(&tlvs).encoded_len();
                assert_eq!(with_tlvs, Err(EncodeError::TlvsInV1));
            } else {
                let error = result.unwrap_err();
                assert_eq!(error, EncodeError::NotInV1, "{transport:?} {addresses:?}");
            }
        }
    }
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
    let encoder = Encoder::proxy(Version::V1, TransportProtocol::Stream, addresses).unwrap();
    let mut out = [0; 107];
    let len = encoder.encode(&mut out).unwrap();
    String::from_utf8(out[..len].to_vec()).unwrap()
}
