//! Which peers a list of trusted networks trusts, and which entries it refuses.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use proxy_proto::{Endpoint, NetworkErrorKind, TrustedNetworks, UnixAddress};
use serde_json::json;

use crate::common::Xorshift;

pub(crate) fn networks(list: &str) -> TrustedNetworks {
    list.parse()
        .unwrap_or_else(|error| panic!("{list:?}: {error}"))
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn lists_are_reduced_to_the_fewest_equivalent_ranges() {
    let rows = [
        ("", ""),
        (" ,\t\n, ", ""),
        ("192.0.2.1", "192.0.2.1/32"),
        ("::1", "::1/128"),
        ("unix", "unix"),
        ("10.0.0.0/8 192.168.0.0/16", "10.0.0.0/8 192.168.0.0/16"),
        ("10.0.0.0/8,192.168.0.0/16", "10.0.0.0/8 192.168.0.0/16"),
        (
            " 10.0.0.0/8 ,\t192.168.0.0/16,\n",
            "10.0.0.0/8 192.168.0.0/16",
        ),
        (
            "192.168.0.0/16 unix 10.0.0.0/8",
            "10.0.0.0/8 192.168.0.0/16 unix",
        ),
        ("::1 127.0.0.1", "127.0.0.1/32 ::1/128"),
        ("10.0.0.0/8 10.1.0.0/16 10.1.2.3 10.0.0.0/8", "10.0.0.0/8"),
        ("192.0.2.0/25 192.0.2.128/25", "192.0.2.0/24"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"),
        ("0.0.0.0/1 128.0.0.0/1 ::/1 8000::/1", "0.0.0.0/0 ::/0"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("::ffff:192.0.2.1", "192.0.2.1/32"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("::ffff:c000:200/120", "192.0.2.0/24"),
        ("::ffff:0.0.0.0/96", "0.0.0.0/0"),
        ("::ffff:10.0.0.0/104 10.0.0.0/9", "10.0.0.0/8"),
        ("::fffe:0:0/95", "::fffe:0:0/95"),
        ("unix unix", "unix"),
    ];
    for (list, want) in rows {
        let networks = networks(list);
        assert_eq!(networks.to_string(), want, "{list:?}");
        assert_eq!(networks.is_empty(), want.is_empty(), "{list:?}");
        let again: TrustedNetworks = networks.to_string().parse().unwrap();
        assert_eq!(again, networks, "{list:?}");
    }
    assert_eq!(networks(""), TrustedNetworks::new());
    assert_eq!(TrustedNetworks::new(), TrustedNetworks::default());
}

#[test]
fn lists_are_built_from_iterators_and_iterated_over() {
    let trusted = networks("::1 192.0.2.0/25 192.0.2.128/25 unix");
    let ranges: Vec<_> = trusted.iter().collect();
    assert_eq!(ranges, [(ip("192.0.2.0"), 24), (ip("::1"), 128)]);
    assert_eq!(trusted.iter().len(), 2);
    assert!(trusted.trusts_unix());

    let entries = ranges.iter().map(|(ip, len)| format!("{ip}/{len}"));
    let again = TrustedNetworks::from_entries(entries.chain(["unix".to_owned()]));
    assert_eq!(again, Ok(trusted));
    let empty: [&str; 0] = [];
    assert_eq!(TrustedNetworks::from_entries(empty), Ok(networks("")));
    for entry in ["", " ", "10.0.0.1 10.0.0.2", "10.0.0.1,", " unix"] {
        let error = TrustedNetworks::from_entries(["::1", entry]).unwrap_err();
        assert_eq!(error.entry, entry);
        assert_eq!(error.kind, NetworkErrorKind::NotANetwork);
    }

    let hosts = ["10.0.0.3", "::ffff:10.0.0.2", "::1"].map(ip);
    let trusted: TrustedNetworks = hosts.into_iter().collect();
    assert_eq!(trusted, networks("10.0.0.2/31 ::1"));
    assert!(!trusted.trusts_unix());
}

#[test]
fn invalid_entries_are_quoted_wherever_they_occur() {
    let not_a_network = [
        "localhost",
        "example.com",
        "UNIX",
        "unix:/run/sock",
        "fe80::1%eth0",
        "fe80::%eth0/64",
        "[::1]",
        "127.0.0.1:80",
        "[::1]:80",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "010.0.0.0/8",
        "::ffff:010.0.0.0/104",
        "10.0.0.0/08",
        "10.0.0.0/00",
        "::/064",
        "10.0.0.0/8/8",
        "10.0.0.0/",
        "/8",
        "/",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/256",
        "10.0.0.0/4294967304",
        "10.0.0.0/0x8",
        "10.0.0.0/a",
        "::/129",
        "::/-0",
        "10.0.0",
        "10.0.0/24",
        "10",
        "010.0.0.1",
        "10.0.0.256",
        "10.0.0.1.",
        "1.2.3.4-1.2.3.9",
        "*",
        "10.*",
        "10.0.0.0/8;",
        "\u{ff11}0.0.0.1",
    ];
    let host_bits = [
        ("10.0.0.1/8", "10.0.0.0/8"),
        ("192.0.2.1/31", "192.0.2.0/31"),
        ("0.0.0.1/0", "0.0.0.0/0"),
        ("2001:db8::1/64", "2001:db8::/64"),
        ("::1/127", "::/127"),
        ("::ffff:192.0.2.1/120", "::ffff:192.0.2.0/120"),
        ("::ffff:0:0/95", "::fffe:0:0/95"),
        ("::ffff:0:0/0", "::/0"),
    ];
    let not_a_network = not_a_network.map(|entry| (entry, None));
    let host_bits = host_bits.map(|(entry, meant)| (entry, Some(meant)));
    for (entry, meant) in not_a_network.into_iter().chain(host_bits) {
        for list in [
            entry.to_owned(),
            format!("127.0.0.1 {entry}"),
            format!("{entry},unix"),
            format!("10.0.0.0/8, {entry} ::1"),
        ] {
            let error = list.parse::<TrustedNetworks>().expect_err(&list);
            assert_eq!(error.entry, entry, "{list:?}");
            let found = match error.kind {
                NetworkErrorKind::HostBits {
                    network,
                    prefix_len,
                    ..
                } => Some(format!("{network}/{prefix_len}")),
                _ => None,
            };
            assert_eq!(found.as_deref(), meant, "{list:?}");
        }
    }
}

#[test]
fn peers_are_canonical_and_families_are_kept_apart() {
    let rows = [
        ("192.0.2.0/24", "192.0.2.0", true),
        ("192.0.2.0/24", "192.0.2.255", true),
        ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.0/24", "192.0.1.255", false),
        ("192.0.2.0/24", "::ffff:192.0.2.7", true),
        ("::ffff:192.0.2.0/120", "192.0.2.7", true),
        ("::ffff:192.0.2.0/120", "::ffff:192.0.2.7", true),
        ("::ffff:192.0.2.0/120", "::ffff:192.0.3.7", false),
        ("0.0.0.0/0", "::ffff:192.0.2.7", true),
        ("0.0.0.0/0", "::192.0.2.7", false),
        ("0.0.0.0/0", "::", false),
        ("0.0.0.0/0", "255.255.255.255", true),
        ("::/0", "192.0.2.7", false),
        ("::/0", "::ffff:192.0.2.7", false),
        ("::/0", "::", true),
        ("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true),
        ("::fffe:0:0/95", "192.0.2.7", false),
        ("::fffe:0:0/95", "::fffe:192.0.2.7", true),
        ("::ffff:0.0.0.0/96", "192.0.2.7", true),
        ("::1", "::1", true),
        ("::1", "127.0.0.1", false),
        ("127.0.0.1", "::1", false),
        ("", "127.0.0.1", false),
        ("unix", "127.0.0.1", false),
        ("10.0.0.0/8 192.0.2.1 2001:db8::/32", "192.0.2.1", true),
        ("10.0.0.0/8 192.0.2.1 2001:db8::/32", "192.0.2.2", false),
        (
            "10.0.0.0/8 192.0.2.1 2001:db8::/32",
            "2001:db8:ffff::",
            true,
        ),
        ("10.0.0.0/8 192.0.2.1 2001:db8::/32", "2001:db9::", false),
    ];
    for (list, peer, want) in rows {
        let networks = networks(list);
        assert_eq!(networks.contains(ip(peer)), want, "{list:?}: {peer}");
        let endpoint = Endpoint::Ip(SocketAddr::new(ip(peer), 40528));
        assert_eq!(networks.trusts(endpoint), want, "{list:?}: {peer}");
    }
}

#[test]
fn unix_peers_are_trusted_by_name_only() {
    let peer = Endpoint::Unix(UnixAddress::UNNAMED);
    assert!(networks("unix").trusts(peer));
    assert!(networks("127.0.0.1,unix").trusts(peer));
    for list in ["", "127.0.0.1", "0.0.0.0/0 ::/0"] {
        assert!(!networks(list).trusts(peer), "{list:?}");
    }
}

/// A range as bits: whether it is IPv4, the address in the lowest bits, and the bits that vary.
type Range = (bool, u128, u32);

fn bits(address: IpAddr) -> (bool, u128) {
    match address.to_canonical() {
        IpAddr::V4(address) => (true, address.to_bits().into()),
        IpAddr::V6(address) => (false, address.to_bits()),
    }
}

/// Membership by looking at every range.
fn scan(ranges: &[Range], address: IpAddr) -> bool {
    let (is_v4, address) = bits(address);
    ranges.iter().any(|&(range_is_v4, start, varying)| {
        let differing = (address ^ start).checked_shr(varying).unwrap_or(0);
        range_is_v4 == is_v4 && differing == 0
    })
}

/// An address among few enough that ranges overlap, nest and touch.
fn random_address(random: &mut Xorshift) -> IpAddr {
    let low = u32::try_from(random.next() & 0xFF).unwrap();
    let high = *random.pick(&[0_u32, 0x0A00_0000, 0x0A00_0100, 0xC000_0200, 0xFFFF_FF00]);
    let v4 = Ipv4Addr::from_bits(high | low);
    match random.below(4) {
        0 | 1 => v4.into(),
        2 => v4.to_ipv6_mapped().into(),
        _ => {
            let top = *random.pick(&[0_u128, 0x2001_0db8 << 96, u128::MAX << 32]);
            Ipv6Addr::from_bits(top | u128::from(v4.to_bits())).into()
        }
    }
}

#[test]
fn membership_agrees_with_a_scan_over_all_ranges() {
    let mut random = Xorshift(0x853C_49E6_748F_EA9B);
    let mut answers = [0; 2];
    for _ in 0..400 {
        let mut ranges: Vec<Range> = Vec::new();
        let mut entries = Vec::new();
        for _ in 0..random.below(30) {
            let (is_v4, address) = bits(random_address(&mut random));
            let width = if is_v4 { 32 } else { 128 };
            let varying = match random.below(8) {
                0 => u32::try_from(random.below(width + 1)).unwrap(),
                _ => u32::try_from(random.below(9)).unwrap(),
            };
            let start = address.checked_shr(varying).unwrap_or(0);
            let start = start.checked_shl(varying).unwrap_or(0);
            let len = u32::try_from(width).unwrap() - varying;
            let v4_bits = u32::try_from(start).unwrap_or_default();
            let v6 = Ipv6Addr::from_bits(start);
            if !is_v4 && v6.to_ipv4_mapped().is_some() && len < 96 {
                continue;
            }
            entries.push(match (is_v4, random.below(2)) {
                (true, 0) => format!("{}/{len}", Ipv4Addr::from_bits(v4_bits)),
                (true, _) => {
                    let mapped = Ipv4Addr::from_bits(v4_bits).to_ipv6_mapped();
                    format!("{mapped}/{}", len + 96)
                }
                (false, _) => format!("{v6}/{len}"),
            });
            ranges.push((is_v4, start, varying));
        }
        let list = entries.join(" ");
        let networks = networks(&list);
        let again: TrustedNetworks = networks.to_string().parse().unwrap();
        assert_eq!(again, networks, "{list}");
        for _ in 0..200 {
            let address = random_address(&mut random);
            let want = scan(&ranges, address);
            assert_eq!(networks.contains(address), want, "{address} in {list}");
            answers[usize::from(want)] += 1;
        }
    }
    assert!(answers.iter().all(|&count| count > 5_000), "{answers:?}");
}

#[test]
fn a_list_deserializes_from_what_operators_write() {
    let networks: TrustedNetworks = serde_json::from_str("\"10.0.0.0/8, ::1 unix\"").unwrap();
    assert_eq!(networks.to_string(), "10.0.0.0/8 ::1/128 unix");
    // Escaped, so that it cannot be borrowed from the input.
    let networks: TrustedNetworks = serde_json::from_str("\"10.0.0.0\\/8\"").unwrap();
    assert_eq!(networks.to_string(), "10.0.0.0/8");

    let error = serde_json::from_str::<TrustedNetworks>("\"10.0.0.1/8\"").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("\"10.0.0.1/8\" has host bits set: did you mean 10.0.0.0/8?"),
        "{error}"
    );
}

#[test]
fn networks_agree_with_their_text() {
    for list in [
        "",
        "unix",
        "192.0.2.0/25,192.0.2.128/25 ::1",
        "::ffff:10.0.0.0/104",
    ] {
        let networks: TrustedNetworks = serde_json::from_value(json!(list)).unwrap();
        assert_eq!(Ok(networks), list.parse(), "{list}");
    }
    for list in ["192.0.2.1/24", "example.com", "10.0.0.0/33"] {
        let error = serde_json::from_value::<TrustedNetworks>(json!(list)).unwrap_err();
        let want = list.parse::<TrustedNetworks>().unwrap_err();
        assert_eq!(error.to_string(), want.to_string());
    }
    let entries = json!(["192.0.2.0/25", "192.0.2.128/25", "unix"]);
    let networks: TrustedNetworks = serde_json::from_value(entries).unwrap();
    assert_eq!(
        serde_json::to_value(&networks).unwrap(),
        "192.0.2.0/24 unix"
    );
    for not_networks in [json!(null), json!(10), json!([null]), json!({})] {
        let found = serde_json::from_value::<TrustedNetworks>(not_networks.clone());
        assert!(found.is_err(), "{not_networks}");
    }
}
