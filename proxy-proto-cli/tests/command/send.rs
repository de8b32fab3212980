//! `send`: a header, then standard input, and what comes back.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpStream, UdpSocket},
    os::unix::net::UnixListener,
    sync::mpsc,
    thread,
};

use proxy_proto::{Decoded, decode, decode_datagram};

use crate::support::{closed_port, command, finish, read_to_end, run, scratch, service};

/// Reads everything, then answers, and returns what it has read and its client's address.
fn answering(answer: &'static [u8]) -> (String, thread::JoinHandle<(Vec<u8>, String)>) {
    service(|mut stream| {
        let received = read_to_end(&mut stream);
        stream.write_all(answer).unwrap();
        (received, stream.peer_addr().unwrap().to_string())
    })
}

#[test]
fn the_header_has_the_addresses_of_the_connection() {
    let (address, service) = answering(b"\x1b answer \xff\n");
    let run = run(&["send", &address], "hello");
    // To anything but a terminal, what comes back is printed as it is.
    assert_eq!(
        (run.status, &*run.stdout),
        (0, &b"\x1b answer \xff\n"[..]),
        "{}",
        run.stderr
    );
    let (received, client) = service.join().unwrap();
    let Decoded::Complete(header) = decode(&received) else {
        panic!("{received:?}")
    };
    assert_eq!(header.source().unwrap().to_string(), client);
    assert_eq!(header.destination().unwrap().to_string(), address);
    assert_eq!(&received[header.len()..], b"hello");
}

#[test]
fn options_change_the_header() {
    let ends = ["--source", "192.0.2.1:1", "--destination", "192.0.2.2:2"];
    let table: [(&[&str], &[u8]); 6] = [
        (
            &[&ends[..], &["--v1"]].concat(),
            b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
        ),
        (&["--v1", "--unknown"], b"PROXY UNKNOWN\r\n"),
        (&["--local"], b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"),
        (&["--raw", "47 45 54"], b"GET"),
        (&["--no-header"], b""),
        (
            &["--local", "--split", "all", "--pause", "0"],
            b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0",
        ),
    ];
    for (options, want) in table {
        let (address, service) = answering(b"");
        let run = run(&[&["send", &address], options].concat(), "-");
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert!(
            run.stderr
                .ends_with("closed the connection without an answer\n"),
            "{}",
            run.stderr
        );
        assert_eq!(
            service.join().unwrap().0,
            [want, b"-"].concat(),
            "{options:?}"
        );
    }
}

/// The second piece is sent after a pause, in which the first one is seen by itself. The pause is
/// longer than the test, which ends the command when it has seen that.
#[test]
fn a_header_is_sent_in_pieces() {
    let (seen, first) = mpsc::channel();
    let (address, service) = service(move |mut stream: TcpStream| {
        let mut buffer = [0; 100];
        let len = stream.read(&mut buffer).unwrap();
        seen.send(len).unwrap();
        // Until the client is killed.
        stream.read(&mut buffer).unwrap_or_default()
    });
    let arguments = [
        "send", &address, "--local", "--split", "5", "--pause", "3600",
    ];
    let mut child = command(&arguments).spawn().unwrap();
    assert_eq!(first.recv().unwrap(), 5);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(service.join().unwrap(), 0);
}

#[test]
fn a_socket_of_the_file_system_is_a_target() {
    let path = scratch("send.sock");
    let _ = fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let service = thread::spawn(move || {
        let mut received = Vec::new();
        listener
            .accept()
            .unwrap()
            .0
            .read_to_end(&mut received)
            .unwrap();
        received
    });
    let run = run(&["send", &format!("unix:{}", path.display())], "hello");
    assert_eq!(run.status, 0, "{}", run.stderr);
    // Nothing that the receiver could not find out itself.
    assert_eq!(
        service.join().unwrap(),
        b"\r\n\r\n\0\r\nQUIT\n\x21\0\0\0hello"
    );
}

#[test]
fn the_sending_side_can_stay_open() {
    let (address, service) = service(|mut stream| {
        let mut received = [0; 21];
        stream.read_exact(&mut received).unwrap();
        // It is open, or there would be an end of file before this answer.
        stream.set_nonblocking(true).unwrap();
        let next = stream.read(&mut [0]).map_err(|error| error.kind());
        stream.write_all(b"answer").unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
        next
    });
    let run = run(&["send", &address, "--local", "--keep-open"], "hello");
    assert_eq!((run.status, run.text()), (0, "answer"), "{}", run.stderr);
    assert_eq!(service.join().unwrap(), Err(std::io::ErrorKind::WouldBlock));
}

#[test]
fn a_datagram_carries_header_and_input() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let service = thread::spawn(move || {
        let mut buffer = [0; 1000];
        let (len, client) = socket.recv_from(&mut buffer).unwrap();
        socket.send_to(b"answer", client).unwrap();
        let (header, payload) = decode_datagram(&buffer[..len]).unwrap();
        assert_eq!(payload, b"query");
        assert_eq!(header.source().and_then(|it| it.port()), Some(5353));
        header.transport_protocol().to_string()
    });
    let arguments = ["send", &address, "--udp", "--source", "192.0.2.1:5353"];
    let run = run(&arguments, "query");
    assert_eq!((run.status, run.text()), (0, "answer"), "{}", run.stderr);
    assert_eq!(service.join().unwrap(), "dgram");
}

/// As it ends the wait for a peer: see `waiting_shows_progress_and_ends_in_time`.
#[test]
fn the_timeout_of_a_datagram_includes_its_input() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let mut child = command(&["send", &address, "--udp", "--timeout", "0.1"])
        .spawn()
        .unwrap();
    // Standard input stays open until the command has ended.
    let _stdin = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = "proxy-proto: standard input has not ended: not done within 0.1 s\n\
        hint: end it, or raise --timeout\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), message);
}

#[test]
fn failures_report_what_was_tried_and_what_to_do() {
    let (closed, _kept) = closed_port();
    let missing = format!("unix:{}", scratch("missing.sock").display());
    let table: [(&[&str], i32, &str, &str); 6] = [
        (
            &[&closed],
            69,
            "cannot connect to 127.0.0.1:",
            "nothing listens there",
        ),
        (&[&missing], 69, "cannot connect to unix:", "check the path"),
        (
            &["name.invalid:1"],
            69,
            "cannot connect to name.invalid:1",
            "check the name",
        ),
        (&["127.0.0.1"], 64, "not HOST:PORT", "--help"),
        (
            &[&closed, "--tls", "--ca", "/dev/null"],
            64,
            "has no certificates to trust",
            "--insecure",
        ),
        (
            &[&closed, "--udp", "--timeout", "5"],
            1,
            "no answer from 127.0.0.1:",
            "nothing listens there",
        ),
    ];
    for (arguments, status, tried, next) in table {
        let run = run(&[&["send"], arguments].concat(), "");
        assert_eq!(run.status, status, "{}", run.stderr);
        assert!(
            run.stderr.contains(tried) && run.stderr.contains(next),
            "{}",
            run.stderr
        );
    }
}

/// Closing with bytes unread resets the connection, as receivers do that reject a header.
#[test]
fn a_reset_is_a_failure() {
    let (address, service) = service(|mut stream| {
        // Wait for more than is read.
        let mut buffer = [0; 16];
        while stream.peek(&mut buffer).unwrap() < 16 {}
        stream.read_exact(&mut buffer[..1]).unwrap();
    });
    let run = run(&["send", &address, "--local"], "");
    service.join().unwrap();
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("the connection failed after 0 bytes received"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("hint: a receiver that rejects a header"),
        "{}",
        run.stderr
    );
}

#[test]
fn waiting_shows_progress_and_ends_in_time() {
    let (ended, end) = mpsc::channel::<()>();
    let (address, service) = service(move |stream: TcpStream| {
        // Keep it open, in silence, until the command has ended.
        let _ = end.recv();
        drop(stream);
    });
    let child = command(&["send", &address, "--timeout", "1.9"])
        .spawn()
        .unwrap();
    let run = finish(child, "");
    drop(ended);
    service.join().unwrap();
    assert_eq!(run.status, 1);
    let progress =
        format!("proxy-proto: waiting for {address} to close: 1 s so far; Ctrl-C stops it\n");
    let end = format!("proxy-proto: {address} has not closed: not done within 1.9 s\n");
    assert_eq!(run.stderr, progress + &end);
}

#[test]
fn an_address_of_version_6_has_brackets() {
    let run = run(&["send", "[::1]:0", "--source", "[2001:db8::1]:1"], "");
    assert_eq!(run.status, 69);
    assert!(
        run.stderr.contains("cannot connect to [::1]:0"),
        "{}",
        run.stderr
    );
}
