//! The blocking adapter, beyond the table of connections: what it leaves alone, on every path.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    fs,
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::{AsRawFd, OwnedFd},
    panic::{self, AssertUnwindSafe},
    sync::mpsc,
    thread,
    time::Duration,
};

use proxy_proto::{
    ConnectionInfo, HeaderMode, Policy, Refusal, TrustedNetworks,
    io::{AcceptErrorKind, accept, is_transient, read_header, read_header_from},
};
use rustix::io::Errno;

use crate::common::{INET_BLOCK, Verdict, v2, vectors};

const TCP4: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
const PAYLOAD: &[u8] = b"a NOOP\r\nPROXY UNKNOWN\r\n";

fn policy() -> Policy {
    Policy::new("127.0.0.1 10.0.0.0/8".parse().unwrap())
        .with_timeout(Duration::from_secs(60))
        .with_max_header_len(usize::MAX)
}

fn nobody() -> Policy {
    Policy::new(TrustedNetworks::new())
}

/// Both ends of a connection, and the address of the first.
fn connected() -> (TcpStream, TcpStream, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, peer) = listener.accept().unwrap();
    (client, server, peer)
}

/// Everything that a caller may have set on its socket: the timeouts, and the flags of the file.
#[cfg(target_os = "linux")]
fn settings(socket: &TcpStream) -> (Option<Duration>, Option<Duration>, String) {
    let file = fs::read_to_string(format!("/proc/self/fdinfo/{}", socket.as_raw_fd())).unwrap();
    let flags = file.lines().find(|line| line.starts_with("flags:"));
    (
        socket.read_timeout().unwrap(),
        socket.write_timeout().unwrap(),
        flags.unwrap().to_owned(),
    )
}

/// What a client sends, and the policy that it meets.
struct Path {
    name: &'static str,
    sent: &'static [u8],
    policy: Policy,
    closes: bool,
}

#[cfg(target_os = "linux")]
#[test]
fn timeouts_and_mode_of_the_socket_are_untouched_on_every_path() {
    let path = |name, sent, policy, closes| Path {
        name,
        sent,
        policy,
        closes,
    };
    let optional = policy().with_mode(HeaderMode::Optional);
    let soon = Duration::from_millis(30);
    let paths = [
        path("accepted", TCP4, policy(), false),
        path("optional", b"a NOOP\r\n", optional.clone(), false),
        path(
            "direct",
            TCP4,
            nobody().with_mode(HeaderMode::BySource),
            false,
        ),
        path("not_trusted", TCP4, nobody(), false),
        path("invalid_header", b"PROXY TCP5", policy(), false),
        path("closed_before_header", b"", policy(), true),
        path("closed_in_header", b"PROXY TCP4", policy(), true),
        path("timed_out", b"PROXY", policy().with_timeout(soon), false),
        path("timed_out", b"PROXY", optional.with_timeout(soon), false),
    ];
    for path in &paths {
        for nonblocking in [false, true] {
            let (mut client, server, peer) = connected();
            let timeout = |millis| Some(Duration::from_millis(millis));
            server.set_read_timeout(timeout(12_000)).unwrap();
            server.set_write_timeout(timeout(34_000)).unwrap();
            server.set_nonblocking(nonblocking).unwrap();
            let before = settings(&server);
            client.write_all(path.sent).unwrap();
            let _open = (!path.closes).then_some(client);
            match read_header(&server, peer, &path.policy) {
                Ok(info) => assert_eq!(path.name == "accepted", info.is_proxied()),
                Err(AcceptErrorKind::Refused(refusal)) => assert_eq!(refusal.name(), path.name),
                Err(error) => panic!("{}: {error}", path.name),
            }
            assert_eq!(settings(&server), before, "{}", path.name);
        }
    }
}

/// A socket that fails: a listening one, which is readable, and from which nothing can be received.
#[cfg(target_os = "linux")]
#[test]
fn a_socket_that_fails_is_an_error_and_untouched() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _pending = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let socket = TcpStream::from(OwnedFd::from(listener));
    socket
        .set_read_timeout(Some(Duration::from_secs(12)))
        .unwrap();
    let before = settings(&socket);
    let peer: SocketAddr = "10.0.0.2:40528".parse().unwrap();
    match read_header(&socket, peer, &policy()) {
        Err(AcceptErrorKind::Io(error)) => assert_eq!(error.kind(), ErrorKind::NotConnected),
        other => panic!("{other:?}"),
    }
    assert_eq!(settings(&socket), before);
}

#[test]
fn the_payload_stays_in_the_socket_whether_it_blocks_or_not() {
    let padded = v2(0x11, &[INET_BLOCK, b"\x04\x0b\x00", &[0; 0x0b00]]);
    for header in [TCP4, &padded] {
        for nonblocking in [false, true] {
            let (mut client, mut server, peer) = connected();
            server.set_nonblocking(nonblocking).unwrap();
            let (first, second) = header.split_at(20);
            let second = [second, PAYLOAD].concat();
            client.write_all(first).unwrap();
            let info = thread::scope(|scope| {
                let reading = scope.spawn(|| read_header(&server, peer, &policy()));
                client.write_all(&second).unwrap();
                reading.join().unwrap().unwrap()
            });
            assert_eq!(info.header().unwrap().as_bytes(), header);
            drop(client);
            server.set_nonblocking(false).unwrap();
            let mut payload = Vec::new();
            server.read_to_end(&mut payload).unwrap();
            assert_eq!(payload, PAYLOAD);
        }
    }
}

/// One silent client, two threads that accept.
#[test]
fn a_pool_of_threads_accepts_while_a_client_is_silent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..2 {
            let (listener, sender) = (&listener, sender.clone());
            scope.spawn(move || sender.send(accept(listener, &policy()).unwrap()).unwrap());
        }
        let silent = TcpStream::connect(address).unwrap();
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(TCP4).unwrap();
        let (_stream, info) = outcomes.recv().unwrap().unwrap();
        assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");

        let own = silent.local_addr().unwrap();
        drop(silent);
        let error = outcomes.recv().unwrap().unwrap_err();
        assert!(error.is_probe());
        let (stream, kind) = error.into_parts();
        assert_eq!(stream.peer_addr().unwrap(), own);
        assert_eq!(kind.to_string(), "closed before any byte of a header");
    });
}

/// A stream that gives `step` bytes at a time, then does what is scripted.
struct Script<'a> {
    bytes: &'a [u8],
    step: usize,
    end: End,
    interrupted: bool,
}

#[derive(Clone, Copy)]
enum End {
    Eof,
    Error(ErrorKind),
    Panic,
    /// More bytes than there is room for.
    Lie,
}

impl<'a> Script<'a> {
    const fn new(bytes: &'a [u8], step: usize, end: End) -> Self {
        Self {
            bytes,
            step,
            end,
            interrupted: false,
        }
    }
}

impl Read for Script<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        assert!(!buffer.is_empty());
        let len = self.step.min(buffer.len()).min(self.bytes.len());
        if len > 0 {
            return self.bytes.read(&mut buffer[..len]);
        }
        match self.end {
            End::Eof => Ok(0),
            End::Error(kind) => Err(kind.into()),
            End::Panic => panic!("scripted"),
            End::Lie => Ok(buffer.len() + 1),
        }
    }
}

fn read(script: &mut Script<'_>, policy: &Policy) -> Result<ConnectionInfo, AcceptErrorKind> {
    let peer: SocketAddr = "10.0.0.2:40528".parse().unwrap();
    let local: SocketAddr = "10.0.0.9:143".parse().unwrap();
    read_header_from(script, peer, local, policy)
}

#[test]
fn every_row_is_read_exactly_however_the_stream_delivers_it() {
    for row in vectors() {
        let sent = [&row.bytes[..], PAYLOAD].concat();
        for step in [1, 7, usize::MAX] {
            let id = format!("{}, {step} at a time", row.id);
            let mut script = Script::new(&sent, step, End::Eof);
            match (&row.want, read(&mut script, &policy())) {
                (Verdict::Complete(seen), Ok(info)) => {
                    let header = info.header().unwrap();
                    assert_eq!(header.as_bytes(), &sent[..seen.consumed], "{id}");
                    assert_eq!(script.bytes, &sent[seen.consumed..], "{id}");
                }
                (Verdict::Invalid { offset }, Err(AcceptErrorKind::Refused(refusal))) => {
                    let Refusal::InvalidHeader(error) = refusal else {
                        panic!("{id}: {refusal}");
                    };
                    assert_eq!(error.offset, *offset, "{id}");
                }
                // The payload continues it, to one end or another.
                (Verdict::NeedMore { .. }, _) => {}
                (want, result) => panic!("{id}: {result:?} instead of {want:?}"),
            }
        }
    }
}

#[test]
fn a_stream_that_ends_at_any_offset_is_named_by_how_it_ends() {
    let long = v2(0x11, &[INET_BLOCK, b"\x04\x02\x00", &[0; 512]]);
    for header in [TCP4, &long] {
        for at in 0..header.len() {
            let read = |end| read(&mut Script::new(&header[..at], 3, end), &policy());
            let closed = Refusal::closed(at);
            for end in [End::Eof, End::Error(ErrorKind::ConnectionReset)] {
                match read(end) {
                    Err(AcceptErrorKind::Refused(refusal)) => assert_eq!(refusal, closed),
                    other => panic!("{at}: {other:?}"),
                }
            }
            for (end, kind) in [
                (End::Error(ErrorKind::WouldBlock), ErrorKind::WouldBlock),
                (End::Error(ErrorKind::TimedOut), ErrorKind::TimedOut),
                (End::Lie, ErrorKind::InvalidData),
            ] {
                match read(end) {
                    Err(AcceptErrorKind::Io(error)) => assert_eq!(error.kind(), kind),
                    other => panic!("{at}: {other:?}"),
                }
            }
        }
    }
}

/// Nothing is shared between calls, and nothing was set that would have to be undone.
#[test]
fn a_stream_that_panics_breaks_nothing() {
    let policy = policy();
    for at in 0..TCP4.len() {
        let mut script = Script::new(&TCP4[..at], 5, End::Panic);
        let result = panic::catch_unwind(AssertUnwindSafe(|| read(&mut script, &policy)));
        assert_eq!(*result.unwrap_err().downcast::<&str>().unwrap(), "scripted");
        let sent = [TCP4, PAYLOAD].concat();
        let mut script = Script::new(&sent, 5, End::Panic);
        assert!(read(&mut script, &policy).unwrap().is_proxied());
        assert_eq!(script.bytes, PAYLOAD);
    }
}

#[test]
fn a_stream_is_not_read_where_it_need_not_or_cannot_be() {
    let direct = nobody().with_mode(HeaderMode::BySource);
    let mut script = Script::new(TCP4, 1, End::Panic);
    assert!(!read(&mut script, &direct).unwrap().is_proxied());
    match read(&mut script, &nobody()) {
        Err(AcceptErrorKind::Refused(refusal)) => assert_eq!(refusal, Refusal::NotTrusted),
        other => panic!("{other:?}"),
    }
    match read(&mut script, &policy().with_mode(HeaderMode::Optional)) {
        Err(AcceptErrorKind::Io(error)) => assert_eq!(error.kind(), ErrorKind::Unsupported),
        other => panic!("{other:?}"),
    }
    assert_eq!(script.bytes, TCP4);
}

#[test]
fn errors_of_one_connection_and_shortages_are_transient() {
    for errno in [
        Errno::AGAIN,
        Errno::CONNABORTED,
        Errno::CONNRESET,
        Errno::INTR,
        Errno::MFILE,
        Errno::NFILE,
        Errno::NOBUFS,
        Errno::NOMEM,
        // As accept(2) of Linux reports what became of the new connection.
        Errno::HOSTDOWN,
        Errno::HOSTUNREACH,
        Errno::NETDOWN,
        Errno::NETUNREACH,
        #[cfg(target_os = "linux")]
        Errno::NONET,
        Errno::NOPROTOOPT,
        Errno::PERM,
        Errno::PROTO,
        Errno::TIMEDOUT,
    ] {
        assert!(is_transient(&errno.into()), "{errno:?}");
    }
    for errno in [
        Errno::BADF,
        Errno::FAULT,
        Errno::INVAL,
        Errno::NOTSOCK,
        Errno::OPNOTSUPP,
    ] {
        assert!(!is_transient(&errno.into()), "{errno:?}");
    }
}
