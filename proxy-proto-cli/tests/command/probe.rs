//! `probe`: an exit status and one line.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpStream, UdpSocket},
    thread,
};

use crate::support::{HOSTILE, assert_ascii, closed_port, run, service};

const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

/// The status and the line of a probe of a service that does this after it has read LOCAL.
fn probe(options: &[&str], serve: impl FnOnce(TcpStream) + Send + 'static) -> (i32, String) {
    let (address, service) = service(|mut stream| {
        let mut header = [0; 16];
        stream.read_exact(&mut header).unwrap();
        assert_eq!(header, LOCAL);
        serve(stream);
    });
    let run = run(&[&["probe", &address], options].concat(), "");
    service.join().unwrap();
    assert_ascii(&run.stdout);
    let line = run.text().strip_suffix('\n').unwrap();
    assert!(
        !line.contains('\n') && run.stderr.is_empty(),
        "{line:?} {}",
        run.stderr
    );
    (run.status, line.replace(&address, "ADDRESS"))
}

/// Until the client has closed.
fn wait(mut stream: TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

#[test]
fn a_service_that_answers_is_healthy() {
    let (status, line) = probe(&[], |mut stream| {
        stream
            .write_all(format!("* OK {HOSTILE}\r\nmore").as_bytes())
            .unwrap();
        wait(stream);
    });
    assert_eq!(status, 0, "{line}");
    assert!(
        line.starts_with(r#"ok: ADDRESS answered "* OK \x1b[2J"#),
        "{line}"
    );
}

#[test]
fn a_service_that_waits_is_healthy() {
    let (status, line) = probe(&["--settle", "0.05"], wait);
    assert_eq!(status, 0, "{line}");
    assert!(
        line.starts_with("ok: ADDRESS accepted the header in "),
        "{line}"
    );
}

#[test]
fn a_service_that_closes_is_not_healthy_unless_it_may() {
    let (status, line) = probe(&["--settle", "20", "--timeout", "20"], drop);
    assert_eq!(status, 1, "{line}");
    assert!(
        line.starts_with("failed: ADDRESS closed the connection without an answer after "),
        "{line}"
    );
    let (status, line) = probe(&["--settle", "20", "--timeout", "20", "--may-close"], drop);
    assert_eq!(status, 0, "{line}");
    assert!(
        line.starts_with("ok: ADDRESS closed the connection after "),
        "{line}"
    );
}

#[test]
fn the_expected_text_may_come_in_pieces_and_on_request() {
    let options = ["--send", r"GET\r\n\x00", "--expect", " 200 "];
    let (status, line) = probe(&options, |mut stream| {
        let mut request = [0; 6];
        stream.read_exact(&mut request).unwrap();
        assert_eq!(&request, b"GET\r\n\0");
        stream.set_nodelay(true).unwrap();
        for piece in [&b"HTTP/1.1 2"[..], b"00 OK\r\n"] {
            stream.write_all(piece).unwrap();
        }
        wait(stream);
    });
    assert_eq!(status, 0, "{line}");
    assert!(
        line.starts_with("ok: ADDRESS answered \"HTTP/1.1 200 OK\" in "),
        "{line}"
    );
}

#[test]
fn other_text_than_expected_is_a_failure() {
    let (status, line) = probe(&["--expect", "* OK"], |mut stream| {
        stream.write_all(b"* BYE full\r\n").unwrap();
    });
    assert_eq!(status, 1, "{line}");
    let want = "failed: ADDRESS answered \"* BYE full\", without the expected text, in ";
    assert!(line.starts_with(want), "{line}");
    let (status, line) = probe(&["--expect", "x"], |mut stream| {
        // It may have hung up by then.
        let _ = stream.write_all(&[b'-'; 1 << 20]);
        wait(stream);
    });
    assert_eq!(status, 1, "{line}");
    assert!(line.contains("without the expected text"), "{line}");
}

#[test]
fn silence_is_a_failure_at_the_deadline() {
    let (status, line) = probe(&["--expect", "x", "--timeout", "0.2"], wait);
    assert_eq!(status, 1, "{line}");
    assert!(
        line.starts_with("failed: ADDRESS answered nothing after "),
        "{line}"
    );
    assert!(line.ends_with("not done within 0.2 s"), "{line}");
}

#[test]
fn no_connection_is_a_failure_on_one_line() {
    let (address, _kept) = closed_port();
    let run = run(&["probe", &address], "");
    assert_eq!((run.status, &*run.stderr), (1, ""));
    assert!(
        run.text()
            .starts_with("failed: cannot connect to 127.0.0.1:"),
        "{}",
        run.text()
    );
    assert!(run.text().contains("; nothing listens there: "));
    assert_eq!(run.text().lines().count(), 1);
}

#[test]
fn a_datagram_is_answered_with_one() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let service = thread::spawn(move || {
        let mut buffer = [0; 100];
        for _ in 0..2 {
            let (len, client) = socket.recv_from(&mut buffer).unwrap();
            assert_eq!(&buffer[..len], [LOCAL, b"query"].concat());
            socket.send_to(b"answer", client).unwrap();
        }
    });
    for (expected, status) in [("swer", 0), ("other", 1)] {
        let arguments = [
            "probe", &address, "--udp", "--send", "query", "--expect", expected,
        ];
        let run = run(&arguments, "");
        assert_eq!(run.status, status, "{}", run.text());
        assert!(
            run.text().contains(" answered \"answer\""),
            "{}",
            run.text()
        );
    }
    service.join().unwrap();
}

#[test]
fn wrong_usage_is_not_a_verdict() {
    for options in [
        &["--expect", r"\q"][..],
        &["--local", "--source", "192.0.2.1:1"],
        &["--timeout=-1"],
        &["--timeout=nan"],
        &["--raw", "00", "--v1"],
        &["--no-header", "--local"],
    ] {
        let run = run(&[&["probe", "127.0.0.1:1"], options].concat(), "");
        assert_eq!((run.status, run.text()), (64, ""), "{options:?}");
    }
}

#[test]
fn another_header_is_sent_on_request() {
    // The address that is not given is that of the connection.
    let table: [(&[&str], &str); 2] = [
        (&["--v1"], "PROXY UNKNOWN\r\n"),
        (
            &["--v1", "--source", "192.0.2.1:56324"],
            "PROXY TCP4 192.0.2.1 127.0.0.1 56324 PORT\r\n",
        ),
    ];
    for (options, want) in table {
        let (address, service) = service(|mut stream| {
            let mut header = String::new();
            BufReader::new(&stream).read_line(&mut header).unwrap();
            stream.write_all(b"hello").unwrap();
            header
        });
        let run = run(&[&["probe", &address], options].concat(), "");
        assert_eq!(run.status, 0, "{}{}", run.text(), run.stderr);
        let (_, port) = address.rsplit_once(':').unwrap();
        assert_eq!(service.join().unwrap(), want.replace("PORT", port));
    }
}
