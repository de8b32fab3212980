//! The inspect example for people: a header field by field.

#![expect(
    clippy::panic,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use proxy_proto::{OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, SslClientFlags, SslSubTlvType};
use serde_json::Value;

use crate::common::encoding::inet;
use crate::common::inspect::{inspect, inspect_to_end};
use crate::common::{hex, unhex};

#[test]
fn the_exit_status_shows_the_verdict() {
    let missing = temporary("missing");
    let table: [(&[&str], i32); 15] = [
        (&["--hex", "50524f585920554e4b4e4f574e0d0a"], 0),
        (&["--hex", "0d0a0d0a 000d0a51 5549540a 20000000 ffff"], 0),
        (&["--hex", "50524f5858"], 1),
        (&["--hex", "474554"], 1),
        (&["--hex", ""], 2),
        (&["--hex", "50524f58"], 2),
        (&["--help"], 0),
        (&["--hex", "5x"], 64),
        (&["--hex", "505"], 64),
        (&["--hex"], 64),
        (&["--bogus"], 64),
        (&["--jsonl", "--encode"], 64),
        (&["--jsonl", "--hex", "50"], 64),
        (&["one", "two"], 64),
        (&[missing.to_str().unwrap()], 74),
    ];
    for (arguments, want) in table {
        assert_eq!(inspect(arguments, "").0, want, "{arguments:?}");
    }
    assert_eq!(inspect(&[], "").0, 2);
    assert_eq!(inspect(&[], "GET / HTTP/1.1\r\n").0, 1);
    assert_eq!(inspect(&[], "PROXY UNKNOWN\r\nEHLO").0, 0);
}

#[test]
fn a_file_standard_input_and_hex_are_listed_alike() {
    let input = unhex(CAPTURE);
    let file = temporary("capture.bin");
    fs::write(&file, &input).unwrap();
    let (status, listing) = inspect(&["--hex", CAPTURE], "");
    assert_eq!(status, 0);
    assert_eq!(inspect(&[file.to_str().unwrap()], ""), (0, listing.clone()));
    assert_eq!(inspect(&[], &input), (0, listing.clone()));
    for (offset, bytes, words) in [
        ("0", "0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a", "signature"),
        ("12", "21", "version 2, PROXY"),
        ("13", "11", "INET, STREAM"),
        ("14", "00 33", "51 bytes follow"),
        ("16", "7f 00 00 01", "127.0.0.1"),
        ("24", "d4 f4", "54516"),
        ("28", "20 00 24", "SSL"),
        ("31", "07", "SSL CERT_CONN CERT_SESS"),
        ("32", "00 00 00 00", "certificate verified"),
        ("36", "21 00 07", "VERSION"),
        ("39", "54 4c 53 76 31 2e 33", "\"TLSv1.3\""),
        ("46", "22 00 12", "CN"),
        (
            "49",
            "63 6c 69 65 6e 74 2e 65 78 61 6d 70",
            "\"client.example.com\"",
        ),
    ] {
        let row = row(&listing, offset);
        assert!(row.contains(&format!("  {bytes}  ")), "{row}");
        assert!(
            row.ends_with(words) || row.contains(&format!(" {words} ")),
            "{row}"
        );
    }
    assert!(
        listing.ends_with("complete: 67 bytes, then 7 of payload\n"),
        "{listing}"
    );
}

#[test]
fn the_offset_of_an_error_is_marked() {
    let table: [(&str, usize, &str); 5] = [
        ("PROXX", 4, "invalid: no PROXY header: 0x58 at byte 4"),
        (
            "GET / HTTP/1.1\r\n",
            0,
            "invalid: no PROXY header: the first bytes look like HTTP: 0x47 at byte 0",
        ),
        (
            "PROXY TCP4 192.0.2.256 198.51.100.7 1 2\r\n",
            21,
            "invalid: number greater than 255 in the source address at byte 21",
        ),
        (
            "PROXY T",
            7,
            "more needed: 7 bytes are valid so far, at least 15 are missing",
        ),
        (
            "",
            0,
            "more needed: 0 bytes are valid so far, at least 15 are missing",
        ),
    ];
    for (input, offset, verdict) in table {
        let (_, listing) = inspect(&[], input);
        let lines: Vec<_> = listing.lines().collect();
        let mark = format!("^^ byte {offset}");
        let marked = lines.iter().position(|line| line.ends_with(&mark)).unwrap();
        let column = lines[marked].find('^').unwrap();
        let bytes = lines[marked - 1];
        let at_mark = bytes.get(column..column + 2).unwrap_or_default().trim();
        let want = input
            .as_bytes()
            .get(offset..=offset)
            .map(hex)
            .unwrap_or_default();
        assert_eq!(at_mark, want, "{listing}");
        let line_offset = (offset / 16 * 16).to_string();
        assert_eq!(bytes.split_whitespace().next(), Some(&*line_offset));
        assert_eq!(lines.last(), Some(&verdict));
    }
}

/// The helper `inspect` panics if it reads anything else.
#[test]
fn a_header_reaches_the_terminal_in_ascii() {
    let (status, listing) = inspect(&[], "PROXY UNKNOWN \x1b[2J\u{9b}1m\x7f\r\n");
    assert_eq!(status, 0);
    assert!(listing.contains(r"\x1b[2J\xc2\x9b1m\x7f"), "{listing}");
    let ascii = "\x1b[2J\x7f\r\n";
    let sub_tlvs = [
        OutgoingSslSubTlv::Text(SslSubTlvType::CN, HOSTILE),
        OutgoingSslSubTlv::Text(SslSubTlvType::VERSION, ascii),
    ];
    let tlvs = [
        OutgoingTlv::Alpn(HOSTILE.as_bytes()),
        OutgoingTlv::Authority(HOSTILE),
        OutgoingTlv::UniqueId(HOSTILE.as_bytes()),
        OutgoingTlv::Netns(ascii),
        OutgoingTlv::AwsVpcEndpointId(ascii),
        OutgoingTlv::Ssl(OutgoingSsl {
            client: SslClientFlags::SSL,
            verify: 0,
            sub_tlvs: &sub_tlvs,
        }),
    ];
    let header = inet(&tlvs).to_vec().unwrap();
    let (status, listing) = inspect(&[], &header);
    assert_eq!(status, 0, "{listing}");
    assert!(listing.contains(r"\u{1b}[2J\u{9b}1m\u{7f}"), "{listing}");
    // JSON escapes them too, and still means the text itself.
    let (_, answer) = inspect(&["--jsonl"], hex(&header));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["tlvs"][1]["decoded"], HOSTILE);
    assert_eq!(answer["tlvs"][5]["decoded"]["tlvs"][0]["decoded"], HOSTILE);
}

#[test]
fn an_error_reaches_the_terminal_in_ascii() {
    let option = format!("--{HOSTILE}");
    for (arguments, want) in [
        (&[HOSTILE][..], 74),
        (&[HOSTILE, HOSTILE], 64),
        (&[&option], 64),
        (&["--hex", HOSTILE], 64),
        (&["--jsonl", HOSTILE], 64),
    ] {
        let (status, stdout, stderr) = inspect_to_end(arguments, "");
        assert_eq!((status, &*stdout), (want, ""), "{arguments:?}");
        assert!(!stderr.is_empty(), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_name_that_is_not_utf_8_reaches_the_terminal_in_ascii() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let name = OsStr::from_bytes(b"\x9b31m\xff");
    let (status, _, stderr) = inspect_to_end(&[name], "");
    assert_eq!(status, 74);
    assert!(
        stderr.starts_with("inspect: \\u{fffd}31m\\u{fffd}: "),
        "{stderr}"
    );
}

#[test]
fn hex_digits_and_a_bare_lf_get_a_hint() {
    let hex = Some(
        "hint: the input is hex digits; pass it with --hex TEXT, or one header per line to --jsonl",
    );
    let lf = Some("hint: the line ends with LF alone, but a header ends with CR LF");
    let table = [
        ("0d0a0d0a000d0a515549540a20000000\n", hex),
        ("50 52 4F\n58", hex),
        ("505", hex),
        ("EHLO", None),
        ("\n \t", None),
        ("50x", None),
        ("PROXY UNKNOWN\n", lf),
        ("PROXY UNKNOWN ffff::\nEHLO\r\n", lf),
        ("PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n", lf),
        ("PROXY TCP4 192.0.2.1 198.51.100.7 1\n", None),
        ("PROXY TCP4 192.0.2.1 198.51.100.7 1 2 \n", None),
        ("PROXY TCP5\n", None),
        ("PROXY UNKNOWN\r\n\n", None),
        ("PROXY UNKNOWN", None),
    ];
    for (input, want) in table {
        let (_, listing) = inspect(&[], input);
        let hint = listing
            .lines()
            .last()
            .filter(|line| line.starts_with("hint: "));
        assert_eq!(hint, want, "{input:?}");
    }
}

#[test]
fn hex_digits_as_a_file_name_get_a_hint() {
    for (name, want) in [("0d0a0d0a", true), ("50 52 4f", true), ("header", false)] {
        let (status, _, stderr) = inspect_to_end(&[name], "");
        assert_eq!(status, 74, "{name}");
        let hint = stderr.ends_with(": pass hex digits with --hex\n");
        assert_eq!(hint, want, "{stderr}");
    }
}

fn temporary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// The row of a listing that starts with this offset.
fn row<'a>(listing: &'a str, offset: &str) -> &'a str {
    let row = listing
        .lines()
        .find(|line| line.split_whitespace().next() == Some(offset));
    row.unwrap_or_else(|| panic!("no row at {offset}:\n{listing}"))
}

/// Characters that a terminal obeys, or that split or reorder the text around them.
const HOSTILE: &str = "\x1b[2J\u{9b}1m\x7f\u{85}\u{2028}\u{2066}\u{11b}\u{1f600}\r\n\u{202e}";

/// `haproxy-v2-ssl-cn-cert` of the captures.
const CAPTURE: &str = "0d0a0d0a000d0a515549540a211100337f0000017f000001d4f452552000240700000000210007544c5376312e33220012636c69656e742e6578616d706c652e636f6d68656c6c6f0d0a";
