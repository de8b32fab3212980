//! The choices of a receiver: each changes what it should, and nothing else.

#![expect(
    clippy::panic,
    reason = "a helper that fails fails the test that called it"
)]

use proxy_proto::{DecodeErrorKind, DecodeOptions, Decoded, Header, V1_MAX_LEN, Version, Versions};

use crate::common::{INET_BLOCK, Verdict, v2, vectors};

const TCP4: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";

fn header<'a>(options: DecodeOptions, input: &'a [u8]) -> Header<'a> {
    match options.decode(input) {
        Decoded::Complete(header) => header,
        other => panic!("{}: {other:?}", input.escape_ascii()),
    }
}

#[test]
fn default_is_strict_and_without_a_limit() {
    let options = DecodeOptions::default();
    assert_eq!(options, DecodeOptions::new());
    assert_eq!(options.versions(), Versions::Both);
    assert_eq!(options.max_header_len(), usize::MAX);
}

#[test]
fn g7_forbidden_version_is_invalid_at_its_first_byte() {
    let v1 = Versions::Only(Version::V1);
    let v2 = Versions::Only(Version::V2);
    let rows: [(Versions, &[u8], Verdict); 10] = [
        (Versions::Both, b"", Verdict::NeedMore { at_least: 15 }),
        (v1, b"", Verdict::NeedMore { at_least: 15 }),
        (v2, b"", Verdict::NeedMore { at_least: 16 }),
        (v1, b"P", Verdict::NeedMore { at_least: 14 }),
        (v2, b"\r", Verdict::NeedMore { at_least: 15 }),
        (v1, b"\r", Verdict::Invalid { offset: 0 }),
        (v2, b"P", Verdict::Invalid { offset: 0 }),
        (v2, TCP4, Verdict::Invalid { offset: 0 }),
        (v1, b"G", Verdict::Invalid { offset: 0 }),
        (v2, b"G", Verdict::Invalid { offset: 0 }),
    ];
    for (versions, input, want) in rows {
        let options = DecodeOptions::new().with_versions(versions);
        let verdict = Verdict::from(options.decode(input));
        assert_eq!(verdict, want, "{versions:?}: {}", input.escape_ascii());
    }
}

#[test]
fn g7_allowed_version_is_decoded_as_by_default() {
    for row in vectors().iter().filter(|row| !row.bytes.is_empty()) {
        for (version, first) in [(Version::V1, b'P'), (Version::V2, b'\r')] {
            let options = DecodeOptions::new().with_versions(Versions::Only(version));
            let verdict = Verdict::from(options.decode(&row.bytes));
            if row.bytes[0] == first {
                assert_eq!(verdict, row.want, "{}", row.id);
            } else {
                assert_eq!(verdict, Verdict::Invalid { offset: 0 }, "{}", row.id);
            }
        }
    }
}

#[test]
fn b10_with_checksum_off_only_the_comparison_is_off() {
    let lenient = DecodeOptions::new().with_checksum(false);
    let wrong = v2(0x11, &[INET_BLOCK, b"\x03\x00\x04abcd"]);
    assert_eq!(
        Verdict::from(DecodeOptions::new().decode(&wrong)),
        Verdict::Invalid { offset: 31 }
    );
    assert_eq!(header(lenient, &wrong).as_bytes(), wrong);

    let rows: [(&[u8], usize); 3] = [
        (b"\x03\x00\x03abc", 28),
        (b"\x03\x00\x04abcd\x03\x00\x04abcd", 35),
        (b"\x03\x00\x04abcd\x04", 35),
    ];
    for (after, offset) in rows {
        let verdict = Verdict::from(lenient.decode(&v2(0x11, &[INET_BLOCK, after])));
        assert_eq!(
            verdict,
            Verdict::Invalid { offset },
            "{}",
            after.escape_ascii()
        );
    }
    let unspec = v2(0x00, &[b"\x03\x00\x04abcd"]);
    assert_eq!(header(lenient, &unspec).tlvs().count(), 1);
}

#[test]
fn a5_v4_in_tcp6_accepts_what_nginx_sends() {
    let row = vectors()
        .into_iter()
        .find(|row| row.id == "nginx-v1-chained-realip-from-tcp6")
        .unwrap();
    assert_eq!(row.want, Verdict::Invalid { offset: 26 });

    let header = header(DecodeOptions::new().with_v4_in_tcp6(true), &row.bytes);
    assert_eq!(header.len() + "hello\r\n".len(), row.bytes.len());
    assert_eq!(header.source().unwrap().to_string(), "[2001:db8::1]:56324");
    let destination = header.destination().unwrap().to_string();
    assert!(
        destination.starts_with("[::ffff:127.0.0.44]:"),
        "{destination}"
    );
}

#[test]
fn a5_v4_in_tcp6_is_v4_mapped_in_either_place() {
    let options = DecodeOptions::new().with_v4_in_tcp6(true);
    let rows = [
        ("192.0.2.1", "[::ffff:192.0.2.1]:9"),
        ("255.255.255.255", "[::ffff:255.255.255.255]:9"),
        ("0.0.0.0", "[::ffff:0.0.0.0]:9"),
        ("::192.0.2.1", "[::c000:201]:9"),
        ("2001:db8::1", "[2001:db8::1]:9"),
    ];
    for (text, want) in rows {
        let line = format!("PROXY TCP6 {text} {text} 9 9\r\n");
        let header = header(options, line.as_bytes());
        assert_eq!(header.source().unwrap().to_string(), want);
        assert_eq!(header.destination().unwrap().to_string(), want);
    }
    // The other family gets no leniency.
    let v6_in_tcp4 = options.decode(b"PROXY TCP4 ::1 ::1 1 2\r\n");
    assert_eq!(Verdict::from(v6_in_tcp4), Verdict::Invalid { offset: 11 });
}

#[test]
fn a5_v4_in_tcp6_counts_what_is_missing() {
    let options = DecodeOptions::new().with_v4_in_tcp6(true);
    let rows: [(&[u8], usize); 7] = [
        (b"PROXY TCP6 ", 11),
        (b"PROXY TCP6 1", 11),
        (b"PROXY TCP6 1.", 14),
        (b"PROXY TCP6 1.2.3.4", 9),
        (b"PROXY TCP6 1.2.3.4 ", 8),
        (b"PROXY TCP6 1.2.3.4 5.6", 10),
        (b"PROXY TCP6 ::1 5.6.7.8", 6),
    ];
    for (input, at_least) in rows {
        let verdict = Verdict::from(options.decode(input));
        assert_eq!(
            verdict,
            Verdict::NeedMore { at_least },
            "{}",
            input.escape_ascii()
        );
    }
}

#[test]
fn b7_limit_refuses_longer_headers_only() {
    let input = v2(0x11, &[INET_BLOCK, b"\x04\x01\x00", &[0; 256]]);
    assert_eq!(input.len(), 287);
    for limit in 200..400 {
        let options = DecodeOptions::new().with_max_header_len(limit);
        let verdict = Verdict::from(options.decode(&input));
        // 16 fixed bytes and 0x010F: the high byte alone shows that it is at least 272.
        match limit {
            ..=271 => assert_eq!(verdict, Verdict::Invalid { offset: 14 }, "{limit}"),
            272..=286 => assert_eq!(verdict, Verdict::Invalid { offset: 15 }, "{limit}"),
            _ => assert_eq!(header(options, &input).len(), 287),
        }
    }
}

#[test]
fn b7_limit_under_107_counts_as_107() {
    for limit in [0, 1, 15, 106, 107] {
        let options = DecodeOptions::new().with_max_header_len(limit);
        assert_eq!(options.max_header_len(), V1_MAX_LEN);
        let line = [b"PROXY UNKNOWN ", &[b'x'; 91][..], b"\r\n"].concat();
        assert_eq!(header(options, &line).len(), 107);
        let fits = v2(0x11, &[INET_BLOCK, b"\x04\x00\x4c", &[0; 76]]);
        assert_eq!(header(options, &fits).len(), 107);
        let too_long = v2(0x11, &[INET_BLOCK, b"\x04\x00\x4d", &[0; 77]]);
        let Decoded::Invalid(error) = options.decode(&too_long) else {
            panic!("108 bytes were accepted");
        };
        assert_eq!(error.offset, 15);
        assert!(matches!(
            error.kind,
            DecodeErrorKind::HeaderTooLong { limit: 107, .. }
        ));
    }
}

#[test]
fn b7_limit_is_checked_before_the_address_length() {
    // The limit applies to LOCAL as to any other header.
    let mut local = v2(0x00, &[&[0; 300]]);
    local[12] = 0x20;
    let options = DecodeOptions::new().with_max_header_len(300);
    assert_eq!(
        Verdict::from(options.decode(&local)),
        Verdict::Invalid { offset: 15 }
    );
    assert_eq!(
        Verdict::from(options.decode(&local[..15])),
        Verdict::NeedMore { at_least: 1 }
    );
}

/// Found by the fuzz target `prefix`, whose property did not consider such a family.
#[test]
fn b7_family_without_room_under_the_limit_waits_for_the_length() {
    let options = DecodeOptions::new().with_max_header_len(V1_MAX_LEN);
    for family_transport in [0x30, 0x31, 0x32] {
        let sent = v2(family_transport, &[&[0; 216]]);
        for (end, at_least) in [(14, 2), (15, 1)] {
            let verdict = Verdict::from(options.decode(&sent[..end]));
            assert_eq!(verdict, Verdict::NeedMore { at_least }, "{end}");
        }
        let verdict = Verdict::from(options.decode(&sent[..16]));
        assert_eq!(verdict, Verdict::Invalid { offset: 15 });
    }
}
