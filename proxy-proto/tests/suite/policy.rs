//! What a policy decides.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::{net::SocketAddr, time::Duration};

use proxy_proto::{
    Admission, DecodeOptions, Endpoint, HeaderMode, Policy, Progress, Refusal, UnixAddress,
    V1_MAX_LEN, Version, Versions, decode_datagram,
};

use crate::{
    common::{INET_BLOCK, V2_PROXY, v2},
    networks::{ip, networks},
};

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
