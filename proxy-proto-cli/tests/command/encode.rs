//! `encode`: options to bytes.

use crate::support::{SIGNATURE, assert_ascii, hex, run};

const ENDS: [&str; 4] = ["--source", "192.0.2.1:1", "--destination", "192.0.2.2:2"];

#[test]
fn options_describe_any_header() {
    let fixed = |rest: &str| format!("{SIGNATURE}{rest}");
    let ends = "c0000201c000020200010002";
    let table: [(&[&str], String); 13] = [
        (&["--v1"], hex(b"PROXY UNKNOWN\r\n")),
        (&["--v1", "--unknown"], hex(b"PROXY UNKNOWN\r\n")),
        (
            &[&["--v1"][..], &ENDS].concat(),
            hex(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"),
        ),
        (&[], fixed("21000000")),
        (&["--local"], fixed("20000000")),
        (&ENDS, fixed(&format!("2111000c{ends}"))),
        (
            &[&ENDS[..], &["--transport", "dgram"]].concat(),
            fixed(&format!("2112000c{ends}")),
        ),
        (
            &["--source", "unix:/s", "--destination", "unix:"],
            fixed(&format!("213100d82f73{:0428}", 0)),
        ),
        (
            &[
                "--tlv",
                "ALPN=h2",
                "--tlv",
                "unique_id=hex:0aff",
                "--tlv",
                "0xE1=",
            ],
            fixed(&format!(
                "2100000d{}{}{}",
                "0100026832", "0500020aff", "e10000"
            )),
        ),
        (&["--local", "--crc32c"], fixed("20000007030004a9b87e8f")),
        (
            &["--tlv", "ssl.version=TLSv1.3"],
            fixed("21000012200 00f 01 00000000 210007 544c5376312e33").replace(' ', ""),
        ),
        // A certificate sets the flags for one, wherever the other parts are.
        (
            &[
                "--tlv",
                "ssl.cn=b",
                "--tlv",
                "alpn=a",
                "--tlv",
                "ssl.verify=1",
            ],
            fixed("21000010 200009 07 00000001 220001 62 010001 61").replace(' ', ""),
        ),
        (
            &["--tlv", "ssl.client=0x01", "--tlv", "ssl.0x29=hex:00"],
            fixed("2100000c 200009 01 00000000 290001 00").replace(' ', ""),
        ),
    ];
    for (options, want) in table {
        let hex = run(&[&["encode", "--hex"], options].concat(), "");
        assert_eq!(
            (hex.status, hex.text()),
            (0, &*(want + "\n")),
            "{options:?}"
        );
    }
}

/// A terminal sees hex digits: see `terminal`.
#[test]
fn the_bytes_are_printed_as_they_are() {
    let printed = run(&["encode", "--v1"], "");
    assert_eq!(printed.text(), "PROXY UNKNOWN\r\n");
}

#[test]
fn a_decoded_header_can_be_changed() {
    let encoded = [
        &[
            "encode",
            "--crc32c",
            "--tlv",
            "alpn=h2",
            "--tlv",
            "authority=a",
        ],
        &ENDS[..],
    ];
    let header = run(&encoded.concat(), "").stdout;
    let decoded = run(&["decode", "--json"], &header).stdout;
    let again = |options: &[&str]| {
        let run = run(&[&["encode", "--from", "-"], options].concat(), &decoded);
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    };
    assert_eq!(again(&[]), header);
    assert_eq!(again(&["--crc32c"]), header);

    let changed = again(&[
        "--source",
        "192.0.2.9:9",
        "--tlv",
        "alpn=x",
        "--drop-tlv",
        "authority",
    ]);
    let changed = run(&["decode", "--json"], &changed).json();
    assert_eq!(changed["source"], "192.0.2.9:9");
    assert_eq!(changed["destination"], "192.0.2.2:2");
    // The checksum was computed again.
    let tlvs = changed["tlvs"].as_array().unwrap();
    let names: Vec<_> = tlvs.iter().map(|tlv| tlv["name"].clone()).collect();
    assert_eq!(names, ["CRC32C", "ALPN"]);
    assert_eq!(tlvs[1]["decoded"], "x");

    let drop_all = [
        "--v1",
        "--drop-tlv",
        "alpn",
        "--drop-tlv",
        "2",
        "--drop-tlv",
        "crc32c",
    ];
    assert_eq!(again(&drop_all), b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
    let local = again(&[
        "--local",
        "--drop-tlv",
        "1",
        "--drop-tlv",
        "2",
        "--drop-tlv",
        "3",
    ]);
    assert_eq!(hex(&local), format!("{SIGNATURE}20000000"));
}

#[test]
fn lines_of_json_become_lines_of_hex_digits() {
    let printed = run(&["encode", "--jsonl"], r#"{"version":2,"command":"local"}"#);
    assert_eq!(printed.text(), format!("{SIGNATURE}20000000\n"));
}

#[test]
fn errors_report_what_was_tried() {
    let table: [(&[&str], &str); 8] = [
        (
            &["--source", "192.0.2.1:1"],
            "cannot encode this header: source and destination go together",
        ),
        (
            &["--source", "a", "--destination", "b"],
            "source \"a\": not address:port",
        ),
        (&["--v1", "--tlv", "alpn=h2"], "version 1 has no TLVs"),
        (&["--tlv", "alpn"], "not TYPE=VALUE"),
        (&["--tlv", "alpm=h2"], "nor one of alpn, authority"),
        (
            &["--tlv", "ssl.c=x"],
            "nor client, verify or one of version, cn",
        ),
        (&["--tlv", "1=hex:0"], "an odd number of hex digits: 1"),
        (
            &["--from", "-"],
            "hint: pass what `proxy-proto decode --json` printed",
        ),
    ];
    for (options, want) in table {
        let failed = run(&[&["encode"], options].concat(), "{}");
        assert_eq!(failed.status, 64, "{options:?}");
        assert!(failed.stderr.contains(want), "{}", failed.stderr);
        assert_ascii(failed.stderr.as_bytes());
    }
}
