//! Every error once, and the text that an operator reads.

use core::hash::Hash;
use std::{collections::HashSet, error::Error};

use proxy_proto::{
    Admission, DecodeError, DecodeErrorKind, DecodeOptions, Decoded, EncodeError, NeedMore,
    NetworkError, NetworkErrorKind, Progress, Refusal, TlvError, TlvErrorKind, Tlvs,
    TrustedNetworks, Version, Versions, decode, decode_datagram,
};

use crate::common::{INET_BLOCK, V2_PROXY, v2};

#[test]
fn decode_errors_report_what_is_wrong_and_where() {
    let strict = DecodeOptions::new();
    let only_v1 = strict.with_versions(Versions::Only(Version::V1));
    let only_v2 = strict.with_versions(Versions::Only(Version::V2));
    let limited = strict.with_max_header_len(300);
    let v2_fixed = |bytes: &[u8]| [&V2_PROXY[..12], bytes].concat();
    let after_inet = |tlvs: &[u8]| v2(0x11, &[INET_BLOCK, tlvs]);

    let rows: [(DecodeOptions, Vec<u8>, &str); 30] = [
        (
            only_v2,
            b"P".into(),
            "version 1 is not allowed here at byte 0",
        ),
        (
            only_v1,
            b"\r".into(),
            "version 2 is not allowed here at byte 0",
        ),
        (
            strict,
            b"GET".into(),
            "no PROXY header: the first bytes look like HTTP: 0x47 at byte 0",
        ),
        (strict, b"PROXX".into(), "no PROXY header: 0x58 at byte 4"),
        (strict, b"\r\nG".into(), "no PROXY header: 0x47 at byte 2"),
        (
            strict,
            b"PROXY U4".into(),
            "unexpected byte 0x34 in the protocol name at byte 7",
        ),
        (
            strict,
            b"PROXY UNKNOWN!".into(),
            "unexpected byte 0x21 in the protocol name at byte 13",
        ),
        (
            strict,
            b"PROXY TCP4 a".into(),
            "unexpected byte 0x61 in the source address at byte 11",
        ),
        (
            strict,
            b"PROXY TCP6 g".into(),
            "unexpected byte 0x67 in the source address at byte 11",
        ),
        (
            strict,
            b"PROXY TCP6 :: 1\t".into(),
            "unexpected byte 0x09 in the destination address at byte 15",
        ),
        (
            strict,
            b"PROXY TCP6 :: :: +".into(),
            "unexpected byte 0x2b in the source port at byte 17",
        ),
        (
            strict,
            b"PROXY TCP6 :: :: 1 1\n".into(),
            "unexpected byte 0x0a in the destination port at byte 20",
        ),
        (
            strict,
            b"PROXY TCP6 :: :: 1 1\r\0".into(),
            "unexpected byte 0x00 in the line end at byte 21",
        ),
        (
            strict,
            b"PROXY UNKNOWN \n".into(),
            "unexpected byte 0x0a in the ignored part of the line at byte 14",
        ),
        (
            strict,
            b"PROXY TCP4 01".into(),
            "leading zero in the source address at byte 12",
        ),
        (
            strict,
            b"PROXY TCP6 :: :: 1 00".into(),
            "leading zero in the destination port at byte 20",
        ),
        (
            strict,
            b"PROXY TCP4 1.1.1.1 256".into(),
            "number greater than 255 in the destination address at byte 21",
        ),
        (
            strict,
            b"PROXY TCP6 :: :: 65536".into(),
            "number greater than 65535 in the source port at byte 21",
        ),
        (
            strict,
            [b"PROXY UNKNOWN ", &[b'x'; 92][..]].concat(),
            "line longer than 107 bytes at byte 105",
        ),
        (
            strict,
            v2_fixed(b"\x11"),
            "unassigned version 0x1 at byte 12",
        ),
        (
            strict,
            v2_fixed(b"\x2f"),
            "unassigned command 0xf at byte 12",
        ),
        (
            strict,
            v2_fixed(b"\x21\x41"),
            "unassigned address family 0x4 at byte 13",
        ),
        (
            strict,
            v2_fixed(b"\x21\x13"),
            "unassigned transport protocol 0x3 at byte 13",
        ),
        (
            strict,
            v2_fixed(b"\x21\x21\x00\x0c"),
            "length 12 is less than the 36 bytes of the addresses at byte 15",
        ),
        (
            limited,
            v2_fixed(b"\x21\x11\x02"),
            "header longer than 300 bytes at byte 14",
        ),
        (
            strict,
            after_inet(b"\x04\0"),
            "TLV of 3 or more bytes, only 2 left at byte 28",
        ),
        (
            strict,
            after_inet(b"\x04\0\x05abc"),
            "TLV of 8 or more bytes, only 6 left at byte 28",
        ),
        (
            strict,
            after_inet(b"\x03\0\x02ab"),
            "CRC32C of 2 bytes instead of 4 at byte 28",
        ),
        (
            strict,
            after_inet(b"\x03\0\x04abcd\x03\0\0"),
            "second CRC32C at byte 35",
        ),
        (
            strict,
            after_inet(b"\x03\0\x04\0\0\0\x01"),
            "CRC32C is 0x00000001, expected 0x20ec9549 at byte 31",
        ),
    ];
    let mut names = HashSet::new();
    for (options, input, want) in rows {
        let Decoded::Invalid(error) = options.decode(&input) else {
            panic!("{} is not invalid", input.escape_ascii());
        };
        names.insert(error.kind.name());
        let debug = format!("{:?}", error.kind);
        assert_eq!(error.kind.name(), snake_case(&debug));
        assert_eq!(error.to_string(), want);
        assert!(want.starts_with(&error.kind.to_string()), "{}", error.kind);
        assert!(error.source().is_none());
    }
    assert_eq!(names.len(), 16, "every kind but `Truncated`: {names:?}");
}

/// The name of a variant from its `Debug` text: `NoProxyHeader { .. }` as `no_proxy_header`.
fn snake_case(debug: &str) -> String {
    let variant = debug.chars().take_while(char::is_ascii_alphabetic);
    let words = variant.flat_map(|letter| {
        let separator = letter.is_ascii_uppercase().then_some('_');
        separator.into_iter().chain([letter.to_ascii_lowercase()])
    });
    words.skip(1).collect()
}

#[test]
fn decode_errors_carry_what_was_found() {
    let error = crate::common::error(&v2(0x11, &[INET_BLOCK, b"\x03\0\x04\0\0\0\x01"]));
    let DecodeErrorKind::ChecksumMismatch {
        required, found, ..
    } = error.kind
    else {
        panic!("{error:?}");
    };
    assert_eq!(found, 1);
    // With the correct one in its place the header is valid.
    let bytes = v2(0x11, &[INET_BLOCK, b"\x03\0\x04", &required.to_be_bytes()]);
    assert_eq!(crate::common::header(&bytes).len(), 35);

    let error = Tlvs::new(b"\x04\0\0\x04\xff\xff").unwrap_err();
    let DecodeErrorKind::TlvOverrun {
        required, found, ..
    } = error.kind
    else {
        panic!("{error:?}");
    };
    assert_eq!((error.offset, required, found), (3, 0xFFFF + 3, 3));
}

#[test]
fn the_result_form_agrees() {
    assert_eq!(decode(b"PROX").into_result(), Ok(None));
    assert_eq!(
        decode(b"PROXX").into_result(),
        Err(crate::common::error(b"PROXX"))
    );
    let header = crate::common::header(b"PROXY UNKNOWN\r\n");
    assert_eq!(decode(b"PROXY UNKNOWN\r\n").into_result(), Ok(Some(header)));
}

#[test]
fn network_errors_quote_the_entry() {
    let rows = [
        ("localhost", NOT_A_NETWORK),
        ("10.0.0.1/8", "has host bits set: did you mean 10.0.0.0/8?"),
        ("evil\u{1b}[2J\"", NOT_A_NETWORK),
    ];
    for (entry, text) in rows {
        let error = entry.parse::<TrustedNetworks>().unwrap_err();
        assert_eq!(error.entry, entry);
        // Quoted and escaped, so that it cannot forge a line of a log.
        assert_eq!(error.to_string(), format!("{entry:?} {text}"));
    }
}

const NOT_A_NETWORK: &str = "is neither an IP address nor a CIDR range nor \"unix\"";

#[test]
fn refusals_report_the_reason() {
    let invalid = crate::common::error(b"PROXX");
    let timeout = core::time::Duration::from_millis(1500);
    let rows = [
        (Refusal::NotTrusted, "not_trusted", "not trusted"),
        (
            Refusal::timed_out(timeout, 7),
            "timed_out",
            "no complete header within 1.5 s: 7 bytes received",
        ),
        (
            Refusal::closed(0),
            "closed_before_header",
            "closed before any byte of a header",
        ),
        (
            Refusal::closed(7),
            "closed_in_header",
            "closed after 7 bytes of the header",
        ),
        (
            Refusal::InvalidHeader(invalid),
            "invalid_header",
            "invalid header: no PROXY header: 0x58 at byte 4",
        ),
    ];
    for (refusal, name, text) in rows {
        assert_eq!(refusal.to_string(), text);
        assert_eq!(refusal.name(), name);
        assert_eq!(refusal.is_probe(), refusal == Refusal::ClosedBeforeHeader);
        // The text is complete: printing the chain must not repeat it.
        assert!(refusal.source().is_none());
    }
}

/// Counters are kept by value or by name.
#[test]
fn errors_and_outcomes_are_keys_of_a_map() {
    fn is_key<T: Hash + Eq>() {}

    is_key::<Refusal>();
    is_key::<DecodeError>();
    is_key::<DecodeErrorKind>();
    is_key::<EncodeError>();
    is_key::<TlvError>();
    is_key::<TlvErrorKind>();
    is_key::<NetworkError>();
    is_key::<NetworkErrorKind>();
    is_key::<Admission>();
    is_key::<Decoded<'_>>();
    is_key::<NeedMore>();
    is_key::<Progress>();
}

#[test]
fn truncated_datagrams_report_how_much_is_missing() {
    let error = decode_datagram(b"PROXY TCP4 ").unwrap_err();
    let text = "truncated header, at least 21 more bytes needed at byte 11";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind.name(), "truncated");
}
