//! Which peers a list of trusted networks trusts, which entries it refuses, and what a policy decides.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use proxy_proto::{
    Admission, DecodeOptions, Endpoint, HeaderMode, NetworkErrorKind, Policy, Progress, Refusal,
    TrustedNetworks, UnixAddress, V1_MAX_LEN, Version, Versions, decode_datagram,
};

use crate::common::{INET_BLOCK, V2_PROXY, Xorshift, v2};

fn networks(list: &str) -> TrustedNetworks {
    list.parse()
        .unwrap_or_else(|error| panic!("{list:?}: {error}"))
}

fn ip(text: &str) -> IpAddr {
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
fn default_policy_is_strict() {
    let policy = Policy::new(networks("10.0.0.0/8"));
    assert_eq!(policy.mode(), HeaderMode::Required);
    assert_eq!(policy.timeout(), Duration::from_secs(3));
    assert_eq!(policy.decode_options().max_header_len(), 4096);
    assert_eq!(policy.decode_options().versions(), Versions::Both);
    let strict = DecodeOptions::new().with_max_header_len(4096);
    assert_eq!(*policy.decode_options(), strict);
    assert_eq!(*policy.trusted_networks(), networks("10.0.0.0/8"));
    assert_eq!(HeaderMode::default(), HeaderMode::Required);
}

#[test]
fn each_setting_changes_nothing_else() {
    let policy = Policy::new(networks("::1"));
    let timeout = Duration::from_millis(50);
    let options = DecodeOptions::new().with_versions(Versions::Only(Version::V2));

    let changed = policy.clone().with_timeout(timeout);
    assert_eq!(changed.timeout(), timeout);
    assert_eq!(changed.with_timeout(Policy::DEFAULT_TIMEOUT), policy);

    let changed = policy.clone().with_mode(HeaderMode::BySource);
    assert_eq!(changed.mode(), HeaderMode::BySource);
    assert_eq!(changed.with_mode(HeaderMode::Required), policy);

    let changed = policy.clone().with_decode_options(options);
    assert_eq!(*changed.decode_options(), options.with_max_header_len(4096));
    assert_eq!(changed.with_decode_options(DecodeOptions::new()), policy);

    let changed = policy.clone().with_max_header_len(10_000);
    assert_eq!(changed.max_header_len(), 10_000);
    assert_eq!(changed.with_max_header_len(4096), policy);
}

#[test]
fn options_never_raise_the_limit_of_a_policy() {
    let policy = Policy::new(networks("::1"));
    let options = |len| DecodeOptions::new().with_max_header_len(len);
    let limit = |policy: &Policy| {
        (
            policy.max_header_len(),
            policy.decode_options().max_header_len(),
        )
    };

    for raised in [DecodeOptions::new(), options(4097), options(65_551)] {
        let policy = policy.clone().with_decode_options(raised);
        assert_eq!(limit(&policy), (4096, 4096));
    }
    let lowered = policy.clone().with_decode_options(options(536));
    assert_eq!(limit(&lowered), (536, 536));

    let raised = policy.with_max_header_len(10_000);
    assert_eq!(limit(&raised), (10_000, 10_000));
    let raised = raised.with_decode_options(options(65_551));
    assert_eq!(limit(&raised), (10_000, 10_000));
    let least = raised.with_max_header_len(0);
    assert_eq!(limit(&least), (V1_MAX_LEN, V1_MAX_LEN));
}

/// The offset at which a decoder of the policy finds a version 2 header of this length too long.
fn too_long_at<const N: usize>(policy: &Policy, len: u16) -> Option<usize> {
    let block_len = len.checked_sub(16).unwrap().to_be_bytes();
    let fixed = [&V2_PROXY[..], b"\x11", &block_len].concat();
    match policy.decoder::<N>().feed(&fixed) {
        Progress::Invalid(error) => Some(error.offset),
        other => {
            assert!(matches!(other, Progress::NeedMore(_)), "{other:?}");
            None
        }
    }
}

#[test]
fn a_decoder_obeys_the_policy_and_its_buffer() {
    let policy = Policy::new(networks("::1")).with_max_header_len(300);
    for (len, large, small) in [
        (107, None, None),
        (108, None, Some(15)),
        (300, None, Some(14)),
        (301, Some(15), Some(14)),
    ] {
        assert_eq!(too_long_at::<4096>(&policy, len), large, "{len}");
        assert_eq!(too_long_at::<107>(&policy, len), small, "{len}");
    }

    let only_v2 = DecodeOptions::new().with_versions(Versions::Only(Version::V2));
    let mut decoder = policy.with_decode_options(only_v2).decoder::<107>();
    let progress = decoder.feed(b"PROXY UNKNOWN\r\n");
    assert!(matches!(progress, Progress::Invalid(_)));
}

#[test]
fn datagrams_are_admitted_by_source_and_mode() {
    let sent = [&v2(0x12, &[INET_BLOCK])[..], b"query"].concat();
    let decoded = decode_datagram(&sent).unwrap();
    let trusted = Endpoint::from(SocketAddr::new(ip("10.0.0.2"), 1));
    let stranger = Endpoint::from(SocketAddr::new(ip("192.0.2.66"), 1));
    let in_mode = |mode| Policy::new(networks("10.0.0.0/8")).with_mode(mode);
    let header = Ok((Some(decoded.0), decoded.1));
    let not_trusted = Err(Refusal::NotTrusted);
    let invalid = |datagram| {
        let error = decode_datagram(datagram).unwrap_err();
        Err(Refusal::InvalidHeader(error))
    };

    for (mode, from_stranger) in [
        (HeaderMode::Required, not_trusted),
        (HeaderMode::BySource, Ok((None, &sent[..]))),
        (HeaderMode::Optional, not_trusted),
    ] {
        let policy = in_mode(mode);
        assert_eq!(policy.decode_datagram(trusted, &sent), header, "{mode}");
        assert_eq!(
            policy.decode_datagram(stranger, &sent),
            from_stranger,
            "{mode}"
        );
    }

    let optional = in_mode(HeaderMode::Optional);
    // What differs from both signatures is a direct client's; a part of one is not.
    for (datagram, is_direct) in [
        (&b"query"[..], true),
        (b"PROXX", true),
        (b"\r\nquery", true),
        (b"PROXY TCP5", false),
        (b"PROXY", false),
        (b"\r\n", false),
        (b"", false),
        (&sent[..20], false),
    ] {
        let required = in_mode(HeaderMode::Required).decode_datagram(trusted, datagram);
        assert_eq!(required, invalid(datagram));
        let want = if is_direct {
            Ok((None, datagram))
        } else {
            required
        };
        let found = optional.decode_datagram(trusted, datagram);
        assert_eq!(found, want, "{}", datagram.escape_ascii());
    }
    let only_v2 = DecodeOptions::new().with_versions(Versions::Only(Version::V2));
    let optional = optional.with_decode_options(only_v2);
    // The signature of a version that is not allowed is not a direct client's either.
    assert!(
        optional
            .decode_datagram(trusted, b"PROXY UNKNOWN\r\n")
            .is_err()
    );
    assert!(optional.decode_datagram(trusted, b"POST /").is_ok());
}

#[test]
fn admission_is_by_source_and_mode() {
    let trusted = SocketAddr::new(ip("::ffff:10.0.0.2"), 1);
    let stranger = SocketAddr::new(ip("192.0.2.66"), 1);
    let unix = Endpoint::Unix(UnixAddress::UNNAMED);
    use Admission::{Direct, ReadHeader, ReadOptionalHeader, Refuse};
    // The answers to a trusted peer, a stranger and a UNIX socket.
    let rows = [
        (
            "10.0.0.0/8",
            HeaderMode::Required,
            [ReadHeader, Refuse, Refuse],
        ),
        (
            "10.0.0.0/8",
            HeaderMode::BySource,
            [ReadHeader, Direct, Direct],
        ),
        (
            "10.0.0.0/8 unix",
            HeaderMode::Required,
            [ReadHeader, Refuse, ReadHeader],
        ),
        (
            "10.0.0.0/8",
            HeaderMode::Optional,
            [ReadOptionalHeader, Refuse, Refuse],
        ),
        ("", HeaderMode::Required, [Refuse, Refuse, Refuse]),
        ("", HeaderMode::Optional, [Refuse, Refuse, Refuse]),
        ("", HeaderMode::BySource, [Direct, Direct, Direct]),
    ];
    for (list, mode, want) in rows {
        let policy = Policy::new(networks(list)).with_mode(mode);
        let answers = [trusted.into(), stranger.into(), unix].map(|peer| policy.admit(peer));
        assert_eq!(answers, want, "{list:?}, {mode:?}");
    }
}

#[test]
fn a_policy_reports_that_it_refuses_everyone() {
    let rows = [
        ("", HeaderMode::Required, true),
        ("", HeaderMode::Optional, true),
        ("", HeaderMode::BySource, false),
        ("unix", HeaderMode::Required, false),
        ("unix", HeaderMode::Optional, false),
        ("::1", HeaderMode::Required, false),
    ];
    for (list, mode, want) in rows {
        let policy = Policy::new(networks(list)).with_mode(mode);
        assert_eq!(policy.refuses_everyone(), want, "{list:?}, {mode:?}");
    }
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
fn only_mapped_endpoints_change_when_made_canonical() {
    for (text, canonical) in [
        ("[::ffff:192.0.2.1]:25", "192.0.2.1:25"),
        ("192.0.2.1:25", "192.0.2.1:25"),
        ("[fe80::1%3]:25", "[fe80::1%3]:25"),
    ] {
        let endpoint = Endpoint::Ip(text.parse().unwrap());
        assert_eq!(
            endpoint.to_canonical(),
            Endpoint::Ip(canonical.parse().unwrap())
        );
    }
}
