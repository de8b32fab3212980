//! `listen`: what arrives, when, and what the gate made of it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpStream, UdpSocket},
    os::unix::net::UnixStream,
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{HOSTILE, Listen, assert_ascii, command, hex, read_to_end, run, scratch};

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";

#[test]
fn a_connection_is_shown_field_by_field_and_answered() {
    let mut listen = Listen::start(&["--trust", "127.0.0.1"]);
    let mut client = listen.connect();
    client
        .write_all(&[HEADER, b"a1 NOOP\r\n"].concat())
        .unwrap();
    let record = listen.record();
    let local = client.local_addr().unwrap();
    let lines: Vec<_> = record.lines().collect();
    assert_eq!(
        lines[0],
        format!("connection 1 from {local} to {}", listen.address)
    );
    assert!(lines[1].ends_with(" ms  54 bytes"), "{record}");
    assert!(
        record.contains("192.0.2.1") && record.contains("source port"),
        "{record}"
    );
    assert!(
        record.contains("complete: 45 bytes, then 9 of payload\n"),
        "{record}"
    );
    let outcome =
        "accepted: client 192.0.2.1:56324, server 198.51.100.7:143, payload \"a1 NOOP\\r\\n\"\n";
    assert!(record.ends_with(outcome), "{record}");
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let answer = format!("client=192.0.2.1:56324 server=198.51.100.7:143 peer={local}\r\n");
    assert_eq!(String::from_utf8(read_to_end(&mut client)).unwrap(), answer);
}

/// The first piece must have been read before the second is sent. It has, once a later connection
/// has been shown to the end.
#[test]
fn pieces_are_shown_with_their_times() {
    let mut listen = Listen::start(&["--trust", "127.0.0.1", "--jsonl", "--timeout", "60"]);
    let mut client = listen.connect();
    client.set_nodelay(true).unwrap();
    client.write_all(&HEADER[..10]).unwrap();
    for _ in 0..2 {
        listen.connect().write_all(HEADER).unwrap();
        assert_eq!(listen.json()["outcome"], "accepted");
    }
    client.write_all(&HEADER[10..]).unwrap();
    let record = listen.json();
    let arrivals = record["arrivals"].as_array().unwrap();
    let pieces: Vec<_> = arrivals
        .iter()
        .map(|it| it["bytes"].as_str().unwrap())
        .collect();
    assert_eq!(pieces, [hex(&HEADER[..10]), hex(&HEADER[10..])], "{record}");
    let times: Vec<_> = arrivals
        .iter()
        .map(|it| it["ms"].as_f64().unwrap())
        .collect();
    assert!(times[0] < times[1], "{record}");
    assert_eq!(record["verdict"]["status"], "complete");
    assert_eq!(record["info"]["client"], "192.0.2.1:56324");
    assert_eq!(record["info"]["header"]["consumed"], 45);
}

#[test]
fn the_policy_decides_as_in_the_library() {
    let everyone = "127.0.0.1";
    let no_one = "192.0.2.0/24";
    let table: [(&[&str], &[u8], &str, Value); 7] = [
        (
            &["--trust", everyone],
            HEADER,
            "accepted",
            json!("complete"),
        ),
        (
            &["--trust", everyone],
            b"GET / HTTP/1.1\r\n",
            "invalid_header",
            json!("invalid"),
        ),
        (&["--trust", no_one], HEADER, "not_trusted", Value::Null),
        (
            &["--trust", no_one, "--mode", "by-source"],
            HEADER,
            "direct",
            Value::Null,
        ),
        (
            &["--trust", everyone, "--mode", "optional"],
            b"EHLO",
            "direct",
            Value::Null,
        ),
        (
            &["--trust", everyone, "--timeout", "0.1"],
            &HEADER[..9],
            "timed_out",
            json!("need_more"),
        ),
        // Valid for a strict receiver, but longer than this one allows.
        (
            &["--trust", everyone, "--max-header-len", "107"],
            b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\x64",
            "invalid_header",
            json!("need_more"),
        ),
    ];
    for (options, bytes, outcome, verdict) in table {
        let mut listen = Listen::start(&[options, &["--jsonl"]].concat());
        let mut client = listen.connect();
        client.write_all(bytes).unwrap();
        let record = listen.json();
        assert_eq!(record["outcome"], outcome, "{record}");
        let status = record["verdict"].get("status").cloned().unwrap_or_default();
        assert_eq!(status, verdict, "{record}");
    }
}

#[test]
fn a_close_and_a_refusal_are_shown() {
    let mut listen = Listen::start(&["--trust", "127.0.0.1"]);
    drop(listen.connect());
    assert!(
        listen
            .record()
            .ends_with("refused: closed before any byte of a header\n")
    );
    let mut client = listen.connect();
    client.write_all(b"PROXX").unwrap();
    let record = listen.record();
    assert!(record.contains("^^ byte 4\n"), "{record}");
    assert!(
        record.ends_with("refused: invalid header: no PROXY header: 0x58 at byte 4\n"),
        "{record}"
    );
}

#[test]
fn records_are_ascii_whatever_arrives() {
    let input = format!("PROXY UNKNOWN {HOSTILE}\r\n{HOSTILE}");
    for options in [
        &["--trust", "127.0.0.1"][..],
        &["--trust", "127.0.0.1", "--jsonl"],
    ] {
        let mut listen = Listen::start(options);
        listen.connect().write_all(input.as_bytes()).unwrap();
        let shown = if options.len() == 2 {
            listen.record()
        } else {
            listen.line()
        };
        assert_ascii(shown.as_bytes());
        assert!(shown.contains("accepted"), "{shown}");
    }
}

#[test]
fn the_answer_can_be_chosen_and_the_count_ends_it() {
    let arguments = [
        "--trust",
        "127.0.0.1",
        "--answer",
        r"HTTP/1.0 200 OK\r\n\r\n",
        "--count",
        "1",
    ];
    let listen = Listen::start(&arguments);
    let run = run(&["send", &listen.address, "--v1"], "GET / HTTP/1.0\r\n\r\n");
    assert_eq!((run.status, run.text()), (0, "HTTP/1.0 200 OK\r\n\r\n"));
    assert_eq!(listen.wait(), 0);
}

#[test]
fn a_local_socket_is_listened_on_and_removed() {
    let path = scratch("listen.sock");
    let _ = fs::remove_file(&path);
    let address = format!("unix:{}", path.display());
    let mut listen = Listen::on(&address, &["--trust", "unix", "--jsonl"]);
    assert_eq!(listen.address, address);
    let mut client = UnixStream::connect(&path).unwrap();
    client.write_all(HEADER).unwrap();
    assert_eq!(listen.json()["info"]["client"], "192.0.2.1:56324");
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("client=192.0.2.1:56324 server=198.51.100.7:143 peer=unix:"),
        "{answer}"
    );
    assert_eq!(listen.signal(Signal::INT), 0);
    assert!(!path.exists());
    let terminated = Listen::on(&address, &["--trust", "unix"]);
    assert_eq!(terminated.signal(Signal::TERM), 0);
    assert!(!path.exists());
}

/// More of a datagram's header cannot follow, so part of one is invalid.
#[test]
fn datagrams_are_shown_and_answered() {
    let options = ["--udp", "--trust", "127.0.0.1", "--jsonl", "--count", "3"];
    let mut listen = Listen::start(&options);
    let arguments = [
        "send",
        &listen.address,
        "--udp",
        "--source",
        "192.0.2.1:5353",
    ];
    let answered = run(&arguments, "query");
    let start = format!(
        "client=192.0.2.1:5353 server={} peer=127.0.0.1:",
        listen.address
    );
    assert!(answered.text().starts_with(&start), "{}", answered.text());
    let record = listen.json();
    assert_eq!(record["outcome"], "accepted", "{record}");
    assert_eq!(
        (&record["transport"], &record["verdict"]["transport"]),
        (&json!("dgram"), &json!("dgram"))
    );

    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(&listen.address).unwrap();
    for (datagram, outcome) in [
        (&HEADER[..20], "invalid_header"),
        (&b"x"[..], "invalid_header"),
    ] {
        client.send(datagram).unwrap();
        let record = listen.json();
        assert_eq!(
            (&record["outcome"], &record["verdict"]["status"]),
            (&json!(outcome), &json!("invalid"))
        );
    }
    assert_eq!(listen.wait(), 0);
}

/// As of any other command, such as before `head`.
#[test]
fn a_record_that_cannot_be_printed_ends_it() {
    let arguments = [
        "listen",
        "127.0.0.1:0",
        "--trust",
        "127.0.0.1",
        "--count",
        "2",
    ];
    let mut child = command(&arguments).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    let address = line.trim_end().rsplit(' ').next().unwrap();
    TcpStream::connect(address)
        .unwrap()
        .write_all(HEADER)
        .unwrap();
    // It may have ended by now.
    let _ = TcpStream::connect(address);
    assert_eq!(child.wait().unwrap().code(), Some(74));
}

#[test]
fn failures_report_what_to_do() {
    let listen = Listen::start(&["--trust", "127.0.0.1"]);
    let taken = run(&["listen", &listen.address, "--trust", "127.0.0.1"], "");
    assert_eq!(taken.status, 69);
    assert!(
        taken.stderr.contains("cannot listen on") && taken.stderr.contains("not in use"),
        "{}",
        taken.stderr
    );
    let untrusted = run(&["listen", "127.0.0.1:0"], "");
    assert_eq!(untrusted.status, 64);
    assert!(
        untrusted.stderr.contains("--trust <LIST>"),
        "{}",
        untrusted.stderr
    );
    let mistyped = run(&["listen", "127.0.0.1:0", "--trust", "10.0.0.1/8"], "");
    assert_eq!(mistyped.status, 64);
    assert!(
        mistyped.stderr.contains("has host bits set"),
        "{}",
        mistyped.stderr
    );
}
