//! Version 1, rule by rule. `oracle.rs` compares the same decoder with a second one.

use core::net::{Ipv6Addr, SocketAddr};

use proxy_proto::{
    Addresses, Command, DecodeErrorKind, Decoded, TransportProtocol, V1_MAX_LEN, V1Field, Version,
    decode,
};

use crate::common::{Verdict, assert_invalid_at, error, header};

#[test]
fn g1_first_byte_determines_the_version() {
    for byte in 0..=u8::MAX {
        let verdict = Verdict::from(decode(&[byte]));
        let want = match byte {
            b'P' => Verdict::NeedMore { at_least: 14 },
            0x0D => Verdict::NeedMore { at_least: 15 },
            _ => Verdict::Invalid { offset: 0 },
        };
        assert_eq!(verdict, want, "{byte:#04x}");
    }
    assert_eq!(
        Verdict::from(decode(b"")),
        Verdict::NeedMore { at_least: 15 }
    );
}

#[test]
fn g2_garbage_is_refused_at_the_first_byte_that_cannot_match() {
    assert_invalid_at(&[
        (b"PROXX", 4),
        (b"POST / HTTP/1.1\r\n", 1),
        (b"PROXYX", 5),
        (b"PROXY\tTCP4", 5),
        (b"PROXY HTTP", 6),
        (b"PROXY TXX4", 7),
        (b"PROXY TCP5", 9),
        (b"PROXY TCP44", 10),
        (b"PROXY UDP4", 7),
        (b"PROXY UNKNOWM", 12),
    ]);
}

#[test]
fn g5_at_least_is_exact_in_the_examples_of_the_rules() {
    let rows: [(&[u8], usize); 14] = [
        (b"PROXY ", 9),
        (b"PROXY T", 15),
        (b"PROXY TCP4 ", 21),
        (b"PROXY TCP4 1", 20),
        (b"PROXY TCP4 1.", 19),
        (b"PROXY TCP4 1.1.1.1", 14),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r", 1),
        (b"PROXY TCP6 ", 11),
        (b"PROXY TCP6 :", 10),
        (b"PROXY TCP6 ::", 9),
        (b"PROXY TCP6 1:2:3:4:5:6:7", 11),
        (b"PROXY TCP6 1:2:3:4:5:6:7:8", 9),
        (b"PROXY TCP6 ::1.2", 13),
        (b"PROXY UNKNOWN ", 2),
    ];
    for (input, at_least) in rows {
        let verdict = Verdict::from(decode(input));
        assert_eq!(
            verdict,
            Verdict::NeedMore { at_least },
            "{}",
            input.escape_ascii()
        );
    }
}

#[test]
fn a1_fields_are_separated_by_one_space_and_nothing_else() {
    assert_invalid_at(&[
        (b" PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n", 0),
        (b"PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n", 6),
        (b"PROXY TCP4  1.1.1.1 2.2.2.2 1 2\r\n", 11),
        (b"PROXY TCP4 1.1.1.1  2.2.2.2 1 2\r\n", 19),
        (b"PROXY TCP4 1.1.1.1\t2.2.2.2 1 2\r\n", 18),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2\x0b1 2\r\n", 26),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1\xa02\r\n", 28),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n", 30),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n", 30),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n", 28),
        (b"PROXY TCP4 1.1.1.1\r\n", 18),
        (b"PROXY TCP4\r\n", 10),
        (b"PROXY\r\n", 5),
        (b"proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n", 0),
        (b"PROXY Tcp4 1.1.1.1 2.2.2.2 1 2\r\n", 7),
    ]);
}

#[test]
fn a1_line_ends_with_cr_lf_and_nothing_else() {
    assert_invalid_at(&[
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n", 30),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\rX", 31),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\r\n", 31),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\0\r\n", 30),
        (b"PROXY TCP4 1.1.1.1\r\n 2.2.2.2 1 2\r\n", 18),
        (b"PROXY UNKNOWN\n", 13),
        (b"PROXY UNKNOWN\rX", 14),
    ]);
}

#[test]
fn a2_ports_are_plain_decimals() {
    assert_invalid_at(&[
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 +80 1\r\n", 27),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 -1 1\r\n", 27),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2  1\r\n", 27),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 01 1\r\n", 28),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 00 1\r\n", 28),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 65536 1\r\n", 31),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 655350 1\r\n", 32),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 70000 1\r\n", 31),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 +80\r\n", 29),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 \r\n", 29),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 08\r\n", 30),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n", 33),
        (b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2a\r\n", 30),
        (b"PROXY TCP6 :: :: 99999 1\r\n", 21),
    ]);
    let ports = header(b"PROXY TCP4 1.1.1.1 2.2.2.2 0 65535\r\n").addresses();
    assert_eq!(ports.source().and_then(|source| source.port()), Some(0));
    assert_eq!(
        ports
            .destination()
            .and_then(|destination| destination.port()),
        Some(65535)
    );
}

#[test]
fn a3_ipv4_is_four_plain_octets() {
    assert_invalid_at(&[
        (b"PROXY TCP4 256.1.1.1 2.2.2.2 1 2\r\n", 13),
        (b"PROXY TCP4 1.1.1.260 2.2.2.2 1 2\r\n", 19),
        (b"PROXY TCP4 1.1.1.1000 2.2.2.2 1 2\r\n", 20),
        (b"PROXY TCP4 01.1.1.1 2.2.2.2 1 2\r\n", 12),
        (b"PROXY TCP4 1.00.1.1 2.2.2.2 1 2\r\n", 14),
        (b"PROXY TCP4 1..1.1 2.2.2.2 1 2\r\n", 13),
        (b"PROXY TCP4 .1.1.1 2.2.2.2 1 2\r\n", 11),
        (b"PROXY TCP4 1.1.1 2.2.2.2 1 2\r\n", 16),
        (b"PROXY TCP4 1.1.1. 2.2.2.2 1 2\r\n", 17),
        (b"PROXY TCP4 1.1.1.1.1 2.2.2.2 1 2\r\n", 18),
        (b"PROXY TCP4 0x1.1.1.1 2.2.2.2 1 2\r\n", 12),
        (b"PROXY TCP4 16843009 2.2.2.2 1 2\r\n", 14),
        (b"PROXY TCP4 localhost 2.2.2.2 1 2\r\n", 11),
        (b"PROXY TCP4 1.1.1.1 2.2.2 1 2\r\n", 24),
    ]);
}

#[test]
fn a4_no_zone_no_brackets_no_second_double_colon() {
    assert_invalid_at(&[
        (b"PROXY TCP6 fe80::1%eth0 :: 1 2\r\n", 18),
        (b"PROXY TCP6 [::1] :: 1 2\r\n", 11),
        (b"PROXY TCP6 ::/0 :: 1 2\r\n", 13),
        (b"PROXY TCP6 1::2::3 :: 1 2\r\n", 16),
        (b"PROXY TCP6 ::: :: 1 2\r\n", 13),
        (b"PROXY TCP6 :1:: :: 1 2\r\n", 12),
        (b"PROXY TCP6 00001:: :: 1 2\r\n", 15),
        (b"PROXY TCP6 1:2:3:4:5:6:7 :: 1 2\r\n", 24),
        (b"PROXY TCP6 1:2:3:4:5:6:7: :: 1 2\r\n", 25),
        (b"PROXY TCP6 1:2:3:4:5:6:7:8:9 :: 1 2\r\n", 26),
        (b"PROXY TCP6 1:2:3:4:5:6:7:8:: :: 1 2\r\n", 26),
        (b"PROXY TCP6 1:2:3:4:5:6:7:1.2.3.4 :: 1 2\r\n", 26),
        (b"PROXY TCP6 ::1.2.3.4:5 :: 1 2\r\n", 20),
        (b"PROXY TCP6 ::1.2.3.04 :: 1 2\r\n", 20),
        (b"PROXY TCP6 ::1.2.3.256 :: 1 2\r\n", 21),
        (b"PROXY TCP6 ::a.2.3.4 :: 1 2\r\n", 14),
    ]);
}

#[test]
fn a4_dotted_tail_is_the_address_in_groups() {
    let rows: [(&str, [u16; 8]); 5] = [
        ("::ffff:192.0.2.1", [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201]),
        ("::FFFF:C000:0201", [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201]),
        (
            "64:ff9b::192.0.2.33",
            [0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x221],
        ),
        ("1:2:3:4:5:6:7.8.9.10", [1, 2, 3, 4, 5, 6, 0x708, 0x90a]),
        (
            "1:2:3:4:5::255.255.255.255",
            [1, 2, 3, 4, 5, 0, 0xffff, 0xffff],
        ),
    ];
    for (text, groups) in rows {
        let line = format!("PROXY TCP6 {text} {text} 1 2\r\n");
        let header = header(line.as_bytes());
        let ip = Ipv6Addr::from(groups).into();
        let endpoint = |port| Some(SocketAddr::new(ip, port).into());
        assert_eq!(header.source(), endpoint(1), "{text}");
        assert_eq!(header.destination(), endpoint(2), "{text}");
    }
}

#[test]
fn a5_family_keyword_decides_the_address_format() {
    assert_invalid_at(&[
        (b"PROXY TCP4 ::1 ::1 1 2\r\n", 11),
        (b"PROXY TCP4 2001:db8::1 ::1 1 2\r\n", 14),
        (b"PROXY TCP4 1.1.1.1 ::1 1 2\r\n", 19),
        (b"PROXY TCP6 1.1.1.1 ::1 1 2\r\n", 12),
        (b"PROXY TCP6 ::1 127.0.0.1 1 2\r\n", 18),
    ]);
}

#[test]
fn a6_unknown_may_be_followed_by_anything_but_a_second_line() {
    let mut line = b"PROXY UNKNOWN \r\n".to_vec();
    for byte in 0..=u8::MAX {
        line.splice(14..line.len() - 2, [byte]);
        let verdict = Verdict::from(decode(&line));
        match byte {
            // A CR before the CR LF is not followed by LF; an LF does not follow a CR.
            b'\r' => assert_eq!(verdict, Verdict::Invalid { offset: 15 }),
            b'\n' => assert_eq!(verdict, Verdict::Invalid { offset: 14 }),
            _ => assert_eq!(header(&line).len(), 17, "{byte:#04x}"),
        }
    }
    assert_invalid_at(&[
        (b"PROXY UNKNOWNX\r\n", 13),
        (b"PROXY UNKNOWN\t\r\n", 13),
        (b"PROXY UNKNOWN a\rb\r\n", 16),
        (b"PROXY UNKNOWN a\nb\r\n", 15),
    ]);
    assert_eq!(header(b"PROXY UNKNOWN \r\nPROXY").len(), 16);
}

#[test]
fn a7_a_line_of_107_bytes_is_complete_and_one_of_108_is_invalid() {
    let line = |ignored| [b"PROXY UNKNOWN ", &vec![b' '; ignored][..], b"\r\n"].concat();
    assert_eq!(header(&line(91)).len(), V1_MAX_LEN);
    let too_long = line(92);
    assert_eq!(too_long.len(), 108);
    assert_invalid_at(&[
        (&too_long, 105),
        (&[b"PROXY UNKNOWN ", &[b'x'; 92][..], b"\r"].concat(), 105),
    ]);
    assert_eq!(
        error(&too_long).to_string(),
        "line longer than 107 bytes at byte 105"
    );

    // 91 ignored bytes leave room for CR LF and nothing else.
    let full = &line(91)[..105];
    assert_eq!(
        Verdict::from(decode(full)),
        Verdict::NeedMore { at_least: 2 }
    );
}

/// The lengths that §2.1 works out: each line is accepted, and is not whole with a byte less.
#[test]
fn a7_line_of_maximum_length_is_accepted_for_each_protocol() {
    let groups = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    let octets = "255.255.255.255";
    let lines = [
        ("PROXY UNKNOWN\r\n".to_owned(), 15),
        (format!("PROXY TCP4 {octets} {octets} 65535 65535\r\n"), 56),
        (format!("PROXY TCP6 {groups} {groups} 65535 65535\r\n"), 104),
        (
            format!("PROXY UNKNOWN {groups} {groups} 65535 65535\r\n"),
            107,
        ),
    ];
    for (line, len) in lines {
        assert_eq!(line.len(), len, "{line}");
        assert_eq!(header(line.as_bytes()).as_bytes(), line.as_bytes());
        let before = decode(&line.as_bytes()[..len - 1]);
        assert_eq!(Verdict::from(before), Verdict::NeedMore { at_least: 1 });
    }
}

#[test]
fn a7_dotted_tails_do_not_make_a_line_longer() {
    let full = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255";
    // With two of them, a line has at least 108 bytes; 107 are accepted.
    let line = |destination| format!("PROXY TCP6 {full} {destination} 0 0\r\n");
    let fits = line("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.25");
    assert_eq!(header(fits.as_bytes()).len(), V1_MAX_LEN);
    let too_long = line(full);
    assert_eq!(too_long.len(), 108);
    let kind = error(too_long.as_bytes()).kind;
    assert!(matches!(kind, DecodeErrorKind::LineTooLong), "{kind:?}");
}

#[test]
fn a8_unknown_has_no_endpoints_whatever_follows_it() {
    for line in [
        &b"PROXY UNKNOWN\r\n"[..],
        b"PROXY UNKNOWN \r\n",
        b"PROXY UNKNOWN 192.0.2.1 198.51.100.2 56324 443\r\n",
    ] {
        let header = header(line);
        assert_eq!(header.version(), Version::V1);
        assert_eq!(header.command(), Command::Proxy);
        assert_eq!(header.transport_protocol(), TransportProtocol::Unspec);
        assert_eq!(header.addresses(), Addresses::Unspec);
        assert_eq!(header.as_bytes(), line);
    }
}

#[test]
fn g6_second_line_after_the_first_is_payload() {
    let input = b"PROXY UNKNOWN\r\nPROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n";
    let Decoded::Complete(header) = decode(input) else {
        panic!("the first line is whole");
    };
    assert_eq!(
        &input[header.len()..],
        b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n"
    );
}

#[test]
fn an_error_after_the_signature_is_in_the_protocol_name() {
    for (sent, offset) in [(&b"PROXX"[..], 4), (b"PROXYX", 5)] {
        let error = error(sent);
        assert_eq!(error.offset, offset);
        assert!(
            matches!(
                error.kind,
                DecodeErrorKind::NoProxyHeader { found: b'X', .. }
            ),
            "{error}"
        );
    }
    for sent in [&b"PROXY X"[..], b"PROXY TCX"] {
        let error = error(sent);
        assert!(
            matches!(
                error.kind,
                DecodeErrorKind::UnexpectedByte {
                    field: V1Field::Protocol,
                    found: b'X',
                    ..
                }
            ),
            "{error}"
        );
    }
}
