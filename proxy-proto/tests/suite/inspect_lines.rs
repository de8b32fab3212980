//! The inspect example for programs: a line in, a line out.

use serde_json::Value;

use crate::common::encoding::{NOT_CANONICAL, complete_rows};
use crate::common::inspect::{converse, inspect};
use crate::common::json::{tables, without_meanings};
use crate::common::{Seen, header, hex, unhex};

#[test]
fn jsonl_prints_the_verdict_of_every_row() {
    let inputs = tables().into_iter().map(|(_, input, _)| hex(&input) + "\n");
    let (status, answers) = inspect(&["--jsonl"], inputs.collect::<String>());
    assert_eq!(status, 0);
    assert_eq!(answers.lines().count(), tables().len());
    for ((id, _, want), answer) in tables().into_iter().zip(answers.lines()) {
        let answer = serde_json::from_str(answer).unwrap();
        assert_eq!(without_meanings(answer), want, "{id}");
    }
}

#[test]
fn jsonl_prints_one_line_for_any_line() {
    let empty = r#"{"status":"need_more","at_least":15}"#;
    let p = r#"{"status":"need_more","at_least":14}"#;
    let not_hex = r#"{"status":"error","error":"not a hex digit at character 2"}"#;
    let odd = r#"{"status":"error","error":"an odd number of hex digits: 3"}"#;
    let table = [
        ("", ""),
        ("\n", empty),
        ("\r\n", empty),
        ("\n\n50\n", &[empty, empty, p].join("\n")),
        ("50", p),
        ("50\r\n50", &[p, p].join("\n")),
        ("0D0a", r#"{"status":"need_more","at_least":14}"#),
        ("50xy\n50\n", &[not_hex, p].join("\n")),
        ("50 4f\n", not_hex),
        ("504\n", odd),
    ];
    for (input, want) in table {
        let (status, answers) = inspect(&["--jsonl"], input);
        assert_eq!((status, answers.trim_end()), (0, want), "{input:?}");
        assert_eq!(answers.ends_with('\n'), !want.is_empty(), "{input:?}");
    }
    let (status, answer) = inspect(&["--jsonl"], b"\xff\xfe\n");
    let want = "{\"status\":\"error\",\"error\":\"not a hex digit at character 0\"}\n";
    assert_eq!((status, answer.as_str()), (0, want));
}

/// A line may have 16 MiB, its LF included. The line after a longer one is answered as usual.
#[test]
fn a_line_that_is_too_long_is_answered_with_one_line() {
    const LIMIT: usize = 16 << 20;
    let error = "a line of more than 16777216 bytes";
    let json = format!(r#"{{"status":"error","error":"{error}"}}"#);
    let not_hex = r#"{"status":"error","error":"not a hex digit at character 0"}"#;
    let more = r#"{"status":"need_more","at_least":14}"#;
    for (len, want) in [(LIMIT - 1, not_hex), (LIMIT, &json), (3 * LIMIT, &json)] {
        let (status, answers) = inspect(&["--jsonl"], "x".repeat(len) + "\n50\n");
        assert_eq!((status, answers), (0, format!("{want}\n{more}\n")), "{len}");
    }
    let (status, answers) = inspect(&["--encode"], "x".repeat(2 * LIMIT));
    assert_eq!((status, answers), (0, format!("error: {error}\n")));
}

#[test]
fn a_line_is_answered_before_the_next_one_is_read() {
    let local = format!("{SIGNATURE}20000000");
    let objects = converse("--jsonl", &[&local, "", &local]);
    assert_eq!(objects[1], r#"{"status":"need_more","at_least":15}"#);
    let headers = converse("--encode", &["", &objects[0]]);
    assert_eq!(headers[1], local);
}

/// LOCAL is returned in its canonical form, with nothing after it.
#[test]
fn encode_returns_the_input_of_jsonl() {
    let rows = complete_rows();
    let inputs: String = rows.iter().map(|row| hex(&row.header) + "\n").collect();
    let (_, objects) = inspect(&["--jsonl"], inputs);
    let (status, lines) = inspect(&["--encode"], objects);
    assert_eq!((status, lines.lines().count()), (0, rows.len()));
    for (row, line) in rows.iter().zip(lines.lines()) {
        let is_canonical = NOT_CANONICAL.iter().all(|(id, _)| *id != row.id);
        let received = header(&row.header);
        let is_local = received.command() == proxy_proto::Command::Local;
        let want = if is_local {
            "0d0a0d0a000d0a515549540a20000000".into()
        } else if is_canonical {
            hex(&row.header)
        } else {
            let again = unhex(line);
            let consumed = again.len();
            let want = Seen {
                consumed,
                // Without endpoints, the family is not written again.
                family: received.addresses().family(),
                ..received.into()
            };
            assert_eq!(Seen::from(header(&again)), want, "{}", row.id);
            continue;
        };
        assert_eq!(line, want, "{}", row.id);
    }
}

#[test]
fn encode_writes_what_a_line_describes() {
    let unix = format!("unix:2f{:0214}", 0);
    let unnamed = format!("unix:{:0216}", 0);
    let table = [
        (
            r#"{"version":1,"command":"proxy"}"#.into(),
            hex(b"PROXY UNKNOWN\r\n"),
        ),
        (
            r#"{"version":1,"command":"proxy","source":"[::1]:1","destination":"[::]:2"}"#.into(),
            hex(b"PROXY TCP6 ::1 :: 1 2\r\n"),
        ),
        (
            r#"{"version":2,"command":"local"}"#.into(),
            format!("{SIGNATURE}20000000"),
        ),
        // As in HAProxy's health checks with a checksum.
        (
            r#"{"version":2,"command":"local","crc32c":true}"#.into(),
            format!("{SIGNATURE}20000007030004a9b87e8f"),
        ),
        (
            r#"{"version":2,"command":"proxy","transport":"unspec","tlvs":[{"type":225,"value":"0aFF"}]}"#
                .into(),
            format!("{SIGNATURE}21000005e100020aff"),
        ),
        (
            r#"{"version":2,"command":"proxy","transport":"stream"}"#.into(),
            format!("{SIGNATURE}21010000"),
        ),
        (
            r#"{"version":2,"command":"proxy","transport":"dgram","source":"192.0.2.1:1","destination":"192.0.2.2:2"}"#
                .into(),
            format!("{SIGNATURE}2112000cc0000201c000020200010002"),
        ),
        (
            format!(r#"{{"version":2,"command":"proxy","source":"{unix}","destination":"{unnamed}"}}"#),
            format!("{SIGNATURE}213100d82f{:0430}", 0),
        ),
    ];
    for (line, want) in table {
        assert_eq!(inspect(&["--encode"], &line), (0, want + "\n"), "{line}");
    }
    let (_, line) = inspect(&["--encode"], CHECKED);
    let (_, answer) = inspect(&["--jsonl"], line);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["tlvs"][1]["name"], "CRC32C");
    assert_eq!(answer["source"], "192.0.2.1:1");
}

#[test]
fn encode_reports_on_its_line_what_is_refused() {
    const ENDS: &str = r#""source":"192.0.2.1:1","destination":"192.0.2.2:2""#;
    let table = [
        (
            r#""version":2,"command":"proxy","source":"192.0.2.1:1","destination":"[::1]:2""#
                .into(),
            "source and destination of different families",
        ),
        (
            format!(r#""version":1,"command":"proxy","transport":"dgram",{ENDS}"#),
            "version 1 has only TCP4, TCP6 and UNKNOWN",
        ),
        (
            format!(r#""version":1,"command":"proxy","crc32c":true,{ENDS}"#),
            "version 1 has no TLVs",
        ),
        (
            format!(r#""version":2,"command":"proxy","transport":"unspec",{ENDS}"#),
            "addresses with an unspecified transport",
        ),
        (
            r#""version":2,"command":"proxy","crc32c":true,"tlvs":[{"type":3,"value":"00000000"}]"#
                .into(),
            "second CRC32C",
        ),
        (
            r#""version":2,"command":"proxy","tlvs":[{"type":3,"value":"00"}]"#.into(),
            "CRC32C of 1 bytes instead of 4",
        ),
        (
            r#""version":1,"command":"local""#.into(),
            "version 1 has no LOCAL",
        ),
        (
            format!(r#""version":2,"command":"local",{ENDS}"#),
            "LOCAL carries no addresses",
        ),
        (
            r#""version":3,"command":"proxy""#.into(),
            "version 3: not 1 or 2",
        ),
        (
            r#""version":2,"command":"proxy","source":"192.0.2.1:1""#.into(),
            "source and destination go together",
        ),
        (
            r#""version":2,"command":"proxy","source":"192.0.2.1","destination":"192.0.2.2:2""#
                .into(),
            "source \"192.0.2.1\": not address:port",
        ),
        (
            r#""version":2,"command":"proxy","source":"unix:00","destination":"unix:00""#.into(),
            "source: 1 bytes instead of 108",
        ),
        (
            r#""version":2,"command":"proxy","tlvs":[{"type":1,"value":"0x"}]"#.into(),
            "not a hex digit at character 1",
        ),
        (
            format!(
                r#""version":2,"command":"proxy","tlvs":[{{"type":4,"value":"{}"}}]"#,
                "0".repeat(131_072)
            ),
            "TLV value of 65536 bytes, at most 65535 allowed",
        ),
        (
            format!(
                r#""version":2,"command":"proxy","tlvs":[{{"type":4,"value":"{}"}}]"#,
                "0".repeat(131_070)
            ),
            "header of 65554 bytes, at most 65551 allowed",
        ),
    ];
    let lines: String = table
        .iter()
        .map(|(line, _)| format!("{{{line}}}\n"))
        .collect();
    let (status, answers) = inspect(&["--encode"], lines);
    assert_eq!((status, answers.lines().count()), (0, table.len()));
    for ((line, want), answer) in table.iter().zip(answers.lines()) {
        let start: String = line.chars().take(100).collect();
        assert_eq!(answer, format!("error: {want}"), "{start}");
    }
}

#[test]
fn encode_continues_after_a_line_that_is_not_a_request() {
    let lines = [
        "",
        "no JSON",
        "[]",
        r#"{"status":"need_more","at_least":15}"#,
        r#"{"version":2}"#,
        r#"{"version":2,"command":"bogus"}"#,
        r#"{"version":2,"command":"\n\u001b[2J\u009b\u2028"}"#,
        r#"{"version":2,"command":"proxy","source":"\n\u009b","destination":"\u202e"}"#,
        r#"{"version":2,"command":"proxy","tlvs":[{"type":256,"value":""}]}"#,
        r#"{"version":2,"command":"local"}"#,
    ];
    let (status, answers) = inspect(&["--encode"], lines.join("\r\n"));
    assert_eq!(status, 0);
    let answers: Vec<_> = answers.lines().collect();
    let (last, errors) = answers.split_last().unwrap();
    assert_eq!(*last, format!("{SIGNATURE}20000000"));
    assert_eq!(errors.len(), lines.len() - 1);
    for (line, answer) in lines.iter().zip(errors) {
        assert!(answer.starts_with("error: "), "{line}: {answer}");
    }
}

const SIGNATURE: &str = "0d0a0d0a000d0a515549540a";

const CHECKED: &str = r#"{"version":2,"command":"proxy","transport":"stream","source":"192.0.2.1:1","destination":"192.0.2.2:2","tlvs":[{"type":2,"value":"612e62"}],"crc32c":true}"#;
