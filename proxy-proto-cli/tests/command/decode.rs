//! `decode` of one header. Its listings, and its lines of JSON, are those of `inspect`, which the
//! library's suite checks with every vector.

use std::process::Command;

use serde_json::json;

use crate::support::{HOSTILE, assert_ascii, command, finish, run};

#[test]
fn json_is_the_verdict() {
    let table = [
        ("PROXY UNKNOWN\r\n", 0, json!("complete")),
        ("PROXY", 2, json!("need_more")),
        ("PROXX", 1, json!("invalid")),
    ];
    for (input, status, want) in table {
        let run = run(&["decode", "--json"], input);
        assert_eq!(
            (run.status, &run.json()["status"]),
            (status, &want),
            "{input}"
        );
    }
}

#[test]
fn the_answers_are_those_of_inspect() {
    let lines = run(&["decode", "--jsonl"], "50524f5859\n50524f5858\n");
    let printed: Vec<_> = lines.text().lines().collect();
    assert_eq!(printed[0], r#"{"status":"need_more","at_least":10}"#);
    assert_eq!(
        printed[1],
        r#"{"status":"invalid","offset":4,"error":"no PROXY header: 0x58 at byte 4"}"#
    );
    let listing = run(
        &["decode", "--hex", "50524f58 5920554e 4b4e4f57 4e0d0a"],
        "",
    );
    assert!(listing.text().contains(
        "    13  0d 0a                                line end                  CR LF\n"
    ));
    assert!(
        listing
            .text()
            .ends_with("complete: 15 bytes, then 0 of payload\n")
    );
}

#[test]
fn colours_are_for_terminals_only() {
    let forced = |command: &mut Command| {
        let child = command.env("CLICOLOR_FORCE", "1").spawn().unwrap();
        finish(child, format!("PROXY UNKNOWN {HOSTILE}\r\n")).stdout
    };
    let plain = run(&["decode"], format!("PROXY UNKNOWN {HOSTILE}\r\n")).stdout;
    assert_ascii(&plain);
    let coloured = String::from_utf8(forced(&mut command(&["decode"]))).unwrap();
    assert!(coloured.contains("\x1b[32mcomplete\x1b[0m"), "{coloured:?}");
    // Without the colours, it is the same: nothing else of the input is obeyed.
    let mut stripped = String::new();
    for part in coloured.split("\x1b[") {
        stripped += part
            .split_once('m')
            .filter(|(code, _)| is_number(code))
            .map_or(part, |(_, text)| text);
    }
    assert_eq!(stripped.as_bytes(), plain);
}

fn is_number(code: &str) -> bool {
    code.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b';')
}

#[test]
fn a_capture_gets_a_hint() {
    let run = run(&["decode"], b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00");
    assert_eq!(run.status, 1);
    assert!(
        run.text()
            .ends_with("hint: the input is a packet capture; pass it with --pcap\n")
    );
}
