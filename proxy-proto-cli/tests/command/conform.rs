//! `conform`, with receivers that do something wrong in a known way.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use proxy_proto::{Command, Decoded, Header, decode};
use serde_json::Value;

use crate::support::{HOSTILE, Run, assert_ascii, closed_port, run, scratch};

/// How the receivers below show that they serve a connection, and for which client.
pub(super) const SHOWN: [&str; 2] = ["--shown", r"client=(?<address>\S+)"];

/// A receiver that treats each connection this way, until the test program ends.
fn receiver(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream.unwrap()));
        }
    });
    address
}

/// Serves a connection for this client until it leaves. A client that has left is not an error.
fn serve(mut stream: TcpStream, client: SocketAddr) {
    let _ = write!(stream, "client={client}\r\n");
    let _ = stream.read_to_end(&mut Vec::new());
}

fn client(header: &Header<'_>, stream: &TcpStream) -> SocketAddr {
    let source = header.source().and_then(|source| source.socket_addr());
    source.unwrap_or_else(|| stream.peer_addr().unwrap())
}

/// What a receiver has received, and whether more may come.
fn read_more(stream: &mut TcpStream, received: &mut Vec<u8>, patience: Duration) -> bool {
    let mut buffer = [0; 70_000];
    stream.set_read_timeout(Some(patience)).unwrap();
    let len = stream.read(&mut buffer).unwrap_or(0);
    received.extend(&buffer[..len]);
    len > 0
}

/// Does everything right.
fn correct(mut stream: TcpStream) {
    let (started, limit) = (Instant::now(), Duration::from_millis(3100));
    let mut received = Vec::new();
    loop {
        match decode(&received) {
            Decoded::Complete(header) => {
                let client = client(&header, &stream);
                return serve(stream, client);
            }
            Decoded::Invalid(_) => return,
            Decoded::NeedMore(_) => {}
        }
        let patience = limit.saturating_sub(started.elapsed());
        if patience.is_zero() || !read_more(&mut stream, &mut received, patience) {
            return;
        }
    }
}

/// Reads once.
fn one_read(mut stream: TcpStream) {
    let mut received = Vec::new();
    read_more(&mut stream, &mut received, Duration::from_secs(5));
    if let Decoded::Complete(header) = decode(&received) {
        let client = client(&header, &stream);
        serve(stream, client);
    }
}

/// Reads once, and passes valid headers on; others are up to `otherwise`.
fn or_else(otherwise: fn(TcpStream, &[u8])) -> impl Fn(TcpStream) + Clone + Send + 'static {
    move |mut stream| {
        let mut received = Vec::new();
        read_more(&mut stream, &mut received, Duration::from_secs(5));
        match decode(&received) {
            Decoded::Complete(header) => {
                let client = client(&header, &stream);
                serve(stream, client);
            }
            _ => otherwise(stream, &received),
        }
    }
}

/// The report on some cases, with a short wait.
fn report(address: &str, cases: &[&str], options: &[&str]) -> Value {
    let mut arguments = vec!["conform", address, "--json", "--wait", "2"];
    arguments.extend(options);
    arguments.extend(cases.iter().flat_map(|case| ["--case", case]));
    let run = run(&arguments, "");
    let report = run.json();
    let fails = verdicts(&report).iter().any(|(_, grade)| grade == "fail");
    assert_eq!(run.status, i32::from(fails));
    report
}

fn verdicts(report: &Value) -> Vec<(String, String)> {
    let cases = report["cases"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    cases
        .map(|case| (text(&case["id"]), text(&case["verdict"])))
        .collect()
}

/// Runs the cases, and compares their verdicts with these.
fn assert_verdicts(address: &str, options: &[&str], expected: &[(&str, &str)]) -> Value {
    let cases: Vec<&str> = expected.iter().map(|(case, _)| *case).collect();
    let report = report(address, &cases, options);
    let expected: Vec<_> = expected
        .iter()
        .map(|(case, verdict)| ((*case).to_owned(), (*verdict).to_owned()))
        .collect();
    assert_eq!(verdicts(&report), expected);
    report
}

#[test]
fn a_correct_receiver_passes() {
    let junit = scratch("conform.xml");
    let address = receiver(correct);
    let junit_option = junit.to_str().unwrap();
    let arguments = ["conform", &address, "--json", "--junit", junit_option];
    let run = run(&[&arguments[..], &SHOWN].concat(), "");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let report = run.json();
    let verdicts = verdicts(&report);
    assert!(verdicts.len() > 380);
    for (case, verdict) in &verdicts {
        // What it shows for UNIX sockets is an address of its own choice.
        let expected = ["pass", "strict", "not checked"];
        assert!(expected.contains(&verdict.as_str()), "{case}: {verdict}");
    }
    assert!(run.stderr.contains(" cases\n"), "{}", run.stderr);
    let junit = fs::read_to_string(junit).unwrap();
    let counts = format!("tests=\"{}\"", verdicts.len());
    assert!(junit.contains(&counts), "{junit}");
    assert!(junit.contains("failures=\"0\""), "{junit}");
}

#[test]
fn a_report_for_people_counts_by_section_and_lists_departures() {
    let address = receiver(one_read);
    let run = run(
        &[&["conform", &address, "--wait", "1"][..], &SHOWN].concat(),
        "",
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_ascii(&run.stdout);
    let text = run.text();
    assert!(
        text.contains("\nsection         pass        fail"),
        "{text}"
    );
    assert!(
        text.contains("\nstrict  v1-tcp4/split: plain TCP4: refused (must serve, section 2.1)\n"),
        "{text}"
    );
    assert!(
        text.contains("such as v1-tcp6/split: refused, as is v1-tcp4/split\n"),
        "{text}"
    );
}

#[test]
fn a_receiver_that_reads_once_needs_one_segment() {
    assert_verdicts(
        &receiver(one_read),
        &SHOWN,
        &[
            ("v1-tcp4", "pass"),
            ("v1-tcp4/split", "strict"),
            ("v1-tcp6/split", "not checked"),
            ("v1-bad-imap", "pass"),
            ("v1-bad-imap/split", "not checked"),
            ("v2-tcp4/split", "strict"),
        ],
    );
}

#[test]
fn a_receiver_that_serves_everyone_fails() {
    let address = receiver(|stream| {
        let peer = stream.peer_addr().unwrap();
        serve(stream, peer);
    });
    let report = assert_verdicts(
        &address,
        &SHOWN,
        &[
            ("v1-tcp4", "fail"),
            ("v1-unknown", "pass"),
            ("v1-bad-imap", "fail"),
            ("v1-trunc-06", "fail"),
            ("empty", "fail"),
            ("v2-local-tcp6", "pass"),
            ("v2-crc-zero", "lenient"),
        ],
    );
    let reason = report["cases"][0]["reason"].as_str().unwrap();
    assert!(reason.ends_with("instead of 192.0.2.1:56324"), "{reason}");
}

#[test]
fn addresses_of_local_must_not_be_used() {
    let address = receiver(|mut stream| {
        let mut received = Vec::new();
        read_more(&mut stream, &mut received, Duration::from_secs(5));
        let Decoded::Complete(header) = decode(&received) else {
            return;
        };
        if header.command() == Command::Local && header.len() == 52 {
            return serve(stream, "[2001:db8::1]:56324".parse().unwrap());
        }
        let client = client(&header, &stream);
        serve(stream, client);
    });
    let expected = [("v2-local-tcp6", "fail"), ("v2-local-tcp4-len0", "pass")];
    assert_verdicts(&address, &SHOWN, &expected);
}

#[test]
fn a_sloppy_parser_of_version_1_fails() {
    let address = receiver(or_else(|stream, received| {
        let line = String::from_utf8_lossy(received).into_owned();
        let mut fields = line.split_whitespace();
        let ("PROXY", "TCP4") = (fields.next().unwrap(), fields.next().unwrap_or_default()) else {
            return;
        };
        let ip = fields.next().and_then(|ip| ip.parse().ok());
        let port = fields.nth(1).and_then(|port| port.parse().ok());
        if let (Some(ip), Some(port)) = (ip, port) {
            serve(stream, SocketAddr::new(ip, port));
        }
    }));
    assert_verdicts(
        &address,
        &SHOWN,
        &[
            ("v1-tcp4", "pass"),
            ("v1-bad-port-plus80", "fail"),
            ("v1-bad-two-spaces-4", "fail"),
            ("v1-bad-lower-proxy", "pass"),
        ],
    );
}

#[test]
fn a_late_refusal_is_lenient_and_a_missing_one_is_not_checked() {
    let address = receiver(or_else(|stream, received| {
        if received.starts_with(b"PROXY") {
            thread::sleep(Duration::from_millis(1500));
        } else {
            thread::sleep(Duration::from_secs(60));
        }
        drop(stream);
    }));
    let expected = [
        ("v1-bad-octet-256", "lenient"),
        ("v1-bad-imap", "not checked"),
    ];
    assert_verdicts(&address, &SHOWN, &expected);
}

#[test]
fn refusing_unknown_says_nothing_about_what_follows_it() {
    let address = receiver(|mut stream| {
        let mut received = Vec::new();
        read_more(&mut stream, &mut received, Duration::from_secs(5));
        match decode(&received) {
            Decoded::Complete(header) if !received.starts_with(b"PROXY UNKNOWN") => {
                let client = client(&header, &stream);
                serve(stream, client);
            }
            _ => {}
        }
    });
    assert_verdicts(
        &address,
        &SHOWN,
        &[
            ("v1-unknown", "strict"),
            ("v1-unknown-junk", "not checked"),
            ("v1-unknown-108", "not checked"),
        ],
    );
}

#[test]
fn refusing_only_what_follows_unknown_fails() {
    let address = receiver(|mut stream| {
        let mut received = Vec::new();
        read_more(&mut stream, &mut received, Duration::from_secs(5));
        match decode(&received) {
            Decoded::Complete(header) if !received.starts_with(b"PROXY UNKNOWN ") => {
                let client = client(&header, &stream);
                serve(stream, client);
            }
            _ => {}
        }
    });
    let expected = [("v1-unknown", "pass"), ("v1-unknown-junk", "fail")];
    assert_verdicts(&address, &SHOWN, &expected);
}

#[test]
fn a_client_that_is_not_shown_is_not_checked() {
    let address = receiver(one_read);
    let expected = [("v1-tcp4", "not checked"), ("v1-bad-imap", "pass")];
    assert_verdicts(&address, &["--served", "client="], &expected);
}

#[test]
fn an_answer_that_is_not_known_is_not_checked() {
    let address = receiver(or_else(|mut stream, _| {
        let _ = stream.write_all(b"400 no\r\n");
    }));
    let expected = [("v1-tcp4", "pass"), ("v1-bad-imap", "not checked")];
    assert_verdicts(&address, &SHOWN, &expected);
    let options = [&SHOWN[..], &["--refused", "^400 "]].concat();
    let expected = [("v1-tcp4", "pass"), ("v1-bad-imap", "pass")];
    assert_verdicts(&address, &options, &expected);
}

#[test]
fn a_log_shows_clients_and_crashes() {
    let log = scratch("conform.log");
    fs::write(&log, "").unwrap();
    let path = log.clone();
    let append = move |line: String| {
        let file = fs::OpenOptions::new().append(true).open(&path);
        file.unwrap().write_all(line.as_bytes()).unwrap();
    };
    let address = receiver(move |mut stream: TcpStream| {
        let mut received = Vec::new();
        read_more(&mut stream, &mut received, Duration::from_secs(5));
        let Decoded::Complete(header) = decode(&received) else {
            if received.starts_with(b"PROXYX") {
                append("panic: an assertion\n".to_owned());
            }
            return;
        };
        let client = client(&header, &stream);
        stream.write_all(b"ready\r\n").unwrap();
        let mut name = Vec::new();
        while !name.ends_with(b"\n") && read_more(&mut stream, &mut name, Duration::from_secs(5)) {}
        let name = String::from_utf8_lossy(&name).into_owned();
        append(format!("user {} from {client}.\n", name.trim()));
    });
    let log_option = log.to_str().unwrap();
    let options = [
        ["--send", r"{token}\r\n"],
        ["--served", "^ready"],
        ["--shown", r"user {token} from (?<address>\S+)\."],
        ["--log", log_option],
        ["--crash", "^panic: "],
    ];
    let report = assert_verdicts(
        &address,
        options.as_flattened(),
        &[
            ("v1-tcp4", "pass"),
            ("v2-tcp4", "pass"),
            ("v1-bad-proxyx", "fail"),
            ("v1-bad-imap", "pass"),
        ],
    );
    let reason = &report["cases"][2]["reason"];
    assert_eq!(reason, "crashes: panic: an assertion");
}

#[test]
fn one_case_is_shown_with_bytes_and_times_and_nothing_unescaped() {
    let address = receiver(or_else(|mut stream, _| {
        let _ = stream.write_all(HOSTILE.as_bytes());
    }));
    let arguments = ["conform", &address, "--wait", "1", "--case", "v1-bad-imap"];
    let run = run(&[&arguments[..], &SHOWN].concat(), "");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_ascii(&run.stdout);
    let text = run.text();
    assert!(
        text.starts_with("v1-bad-imap: no header: IMAP command\n"),
        "{text}"
    );
    assert!(
        text.contains(" s  sent         14  a1 LOGIN u p\\r\\n\n"),
        "{text}"
    );
    assert!(text.contains(r" s  received     12  \x1b[2J"), "{text}");
    assert!(text.contains(" s  closed by the receiver\n"), "{text}");
    assert!(text.contains("\nnot checked: answered, but"), "{text}");
}

#[test]
fn what_cannot_be_tested_is_explained() {
    let advice = |run: &Run, status: i32, text: &str| {
        assert_eq!((run.status, run.text()), (status, ""), "{}", run.stderr);
        assert!(run.stderr.contains(text), "{}", run.stderr);
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
    };
    let (closed, _reserved) = closed_port();
    let with = |arguments: &[&str]| run(&[&["conform"], arguments, &SHOWN].concat(), "");
    advice(&with(&[&closed]), 69, "refused");
    let mute = receiver(drop);
    advice(&with(&[&mute]), 1, "nothing can be checked");
    advice(&with(&[&mute, "--case", "bogus"]), 64, "bogus");
    advice(&with(&["localhost"]), 64, "localhost");
    let unknown = run(&["conform", "--receiver", "bogus"], "");
    advice(&unknown, 64, "there are: ");
    let nothing_shown = run(&["conform", &mute], "");
    advice(&nothing_shown, 64, "nothing says how");
}
