//! When bytes are sent, failures, and health checks.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener},
    thread,
};

use proxy_proto_tokio::proxy_proto::Encoder;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::support::{PAYLOAD, TCP4, TcpProxy, accept, client, command, listener, proxy};

#[test]
fn a_server_that_speaks_first_is_not_kept_waiting() {
    for (mode, header) in MODES {
        let backend = listener();
        let proxy = proxy(&backend, mode);
        let mut client = client(&proxy, header);
        let mut stream = accept(&backend);
        let mut line = [0; 5];
        stream.read_exact(&mut line).unwrap();
        assert_eq!(&line, b"PROXY");
        stream.write_all(b"* OK").unwrap();
        let mut greeting = [0; 4];
        client.read_exact(&mut greeting).unwrap();
        assert_eq!(&greeting, b"* OK");
    }
}

#[test]
fn payload_that_has_arrived_leaves_with_the_header() {
    for (mode, header) in MODES {
        let backend = listener();
        let proxy = proxy(&backend, mode);
        // One read, which waits before anything is sent, would miss the second of two segments.
        let read_once = move |_| {
            let mut buffer = [0; 4096];
            let len = accept(&backend).read(&mut buffer).unwrap();
            buffer[..len].to_vec()
        };
        let receiving = thread::spawn(|| (0..CONNECTIONS).map(read_once).collect::<Vec<_>>());
        for _ in 0..CONNECTIONS {
            // The proxy sees connection, header and payload at the same time.
            let stopped = Stopped::new(&proxy);
            let mut client = client(&proxy, &[header, PAYLOAD].concat());
            drop(stopped);
            closed(&mut client);
        }
        for read in receiving.join().unwrap() {
            assert!(read.starts_with(b"PROXY TCP4 "));
            assert!(read.ends_with(PAYLOAD), "{}", read.escape_ascii());
        }
    }
}

#[test]
fn no_byte_is_lost_in_either_direction() {
    let backend = listener();
    let proxy = proxy(&backend, "forward --trust 127.0.0.1");
    let payload: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_be_bytes).collect();
    let mut client = client(&proxy, &TCP4[..20]);
    let echoing = thread::spawn(move || {
        let mut stream = accept(&backend);
        let mut header = [0; TCP4.len()];
        stream.read_exact(&mut header).unwrap();
        assert_eq!(header, TCP4);
        std::io::copy(&mut stream.try_clone().unwrap(), &mut stream).unwrap();
    });
    let mut sender = client.try_clone().unwrap();
    let sent = [&TCP4[20..], &payload].concat();
    let sending = thread::spawn(move || {
        sender.write_all(&sent).unwrap();
        sender.shutdown(Shutdown::Write).unwrap();
    });
    let mut echoed = Vec::new();
    client.read_to_end(&mut echoed).unwrap();
    assert!(echoed == payload, "{} of {}", echoed.len(), payload.len());
    sending.join().unwrap();
    echoing.join().unwrap();
}

#[test]
fn the_backend_never_sees_a_peer_that_is_not_trusted() {
    let backend = listener();
    let proxy = proxy(&backend, "forward --trust 192.0.2.1");
    let mut client = client(&proxy, b"");
    closed(&mut client);
    assert_eq!(
        proxy.line(),
        format!(
            "refused peer={} error=\"not trusted\"",
            client.local_addr().unwrap()
        )
    );
    backend.set_nonblocking(true).unwrap();
    assert_eq!(backend.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_client_is_closed_if_the_backend_is_down() {
    let backend = listener();
    let proxy = proxy(&backend, "add");
    stop(&backend);
    let mut client = client(&proxy, b"");
    closed(&mut client);
    let start = format!("failed client={} server=", client.local_addr().unwrap());
    let line = proxy.line();
    assert!(line.starts_with(&start), "{line}");
    assert!(line.contains("refused"), "{line}");
}

#[test]
fn health_checks_are_local_and_report_changes() {
    for (mode, header) in [
        ("add", Encoder::local().to_vec().unwrap()),
        ("add --version 1", Encoder::v1_unknown().to_vec().unwrap()),
        ("strip --trust 127.0.0.1", Vec::new()),
    ] {
        let backend = listener();
        let _proxy = proxy(&backend, &format!("--check 1 {mode}"));
        let mut check = Vec::new();
        accept(&backend).read_to_end(&mut check).unwrap();
        assert_eq!(check, header);
    }

    let backend = listener();
    let address = backend.local_addr().unwrap();
    let proxy = proxy(&backend, "--check 1 add");
    assert_eq!(proxy.line(), format!("up backend={address}"));
    stop(&backend);
    let line = proxy.line();
    let start = format!("down backend={address} error=");
    assert!(line.starts_with(&start), "{line}");
}

#[test]
fn tlvs_in_version_1_are_refused_at_once() {
    let to = SocketAddr::from(([127, 0, 0, 1], 1));
    for tlv in ["--unique-id", "--crc32c"] {
        let mode = format!("add --version 1 {tlv}");
        let output = command("127.0.0.1", to, &mode).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.starts_with("error: version 1 has no TLVs\n"),
            "{error}"
        );
    }
}

/// Stops listening, but keeps the port: another test might bind it.
fn stop(backend: &TcpListener) {
    rustix::net::shutdown(backend, rustix::net::Shutdown::Read).unwrap();
}

/// Waits until the proxy has closed the connection.
fn closed(client: &mut impl Read) {
    match client.read(&mut [0]) {
        Ok(0) => {}
        // There were bytes unread.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("not closed: {other:?}"),
    }
}

/// Modes in which the backend receives version 1, with what the client sends for it.
const MODES: [(&str, &[u8]); 2] = [
    ("add --version 1", b""),
    ("forward --trust 127.0.0.1", TCP4),
];

/// Enough for the backend to be waiting in most of them.
const CONNECTIONS: usize = 20;

/// A process that does not run while this lives.
struct Stopped(Pid);

impl Stopped {
    fn new(proxy: &TcpProxy) -> Self {
        let id = Pid::from_child(&proxy.child);
        kill_process(id, Signal::STOP).unwrap();
        let (_, status) = waitpid(Some(id), WaitOptions::UNTRACED).unwrap().unwrap();
        assert!(status.stopped());
        Self(id)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        kill_process(self.0, Signal::CONT).unwrap();
    }
}
