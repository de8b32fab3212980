//! Faults of others that must not become those of the service: a reader of its log that stalls, and
//! clients that stay silent.

use core::net::Ipv4Addr;

use rustix::process::{Resource, Signal, getrlimit, setrlimit};

use crate::support::{BYE, CONFIG, Client, GREETING, Server};

/// More refused connections than there is room for their lines: 64 KiB in a pipe, and the queue.
const REFUSED: usize = 2000;

/// More than the descriptors of the service.
const SILENT: usize = 1064;
const DESCRIPTORS: u32 = 1024;

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";

#[test]
fn a_stalled_log_stops_neither_clients_nor_the_end_of_the_service() {
    let mut server = Server::start(CONFIG);
    refuse_many(&server);
    log_in(&server, "imap", b"");
    log_in(&server, "imap_haproxy", HEADER);
    server.signal(Signal::TERM);
    let status = server.process.status();
    assert!(status.success(), "{status}");
}

#[test]
fn lines_are_dropped_and_counted_while_the_log_is_stalled() {
    let server = Server::start(CONFIG);
    refuse_many(&server);
    log_in(&server, "imap", b"");
    let (mut refused, mut dropped, mut logins) = (0, 0, 0);
    while refused + dropped < REFUSED || logins < 1 {
        let line = server.line();
        if line.starts_with("imap-login: Aborted: not trusted, ") {
            refused += 1;
        } else if let Some(lines) = line.strip_prefix("imap-login: Dropped: lines=") {
            dropped += lines.parse::<usize>().unwrap();
        } else {
            assert!(
                line.starts_with("imap-login: Login: user=<alice>"),
                "{line}"
            );
            logins += 1;
        }
    }
    assert_eq!((refused + dropped, logins), (REFUSED, 1));
    assert!(dropped > 0, "the log was not stalled");
    // Now it keeps up again.
    log_in(&server, "imap", b"");
    let (_, lines) = server.end(Signal::TERM);
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn a_login_is_acknowledged_after_its_line_is_written() {
    for _ in 0..5 {
        let server = Server::start(CONFIG);
        let mut client = Client::connect(server.address("imap"));
        client.send(b"1 LOGIN alice secret\r\n");
        assert_eq!(client.line(), GREETING);
        assert_eq!(client.line(), "1 OK Logged in\r\n");
        let (_, lines) = server.end(Signal::KILL);
        assert_eq!(lines.len(), 1, "{lines:?}");
    }
}

#[test]
fn silent_clients_of_one_listener_keep_no_one_out() {
    allow_many_descriptors();
    for (flooded, header, silent_after) in [
        ("imap", b"".as_slice(), b"".as_slice()),
        ("imap_haproxy", HEADER, b""),
        ("imap_haproxy", HEADER, HEADER),
    ] {
        let server = Server::start_limited(CONFIG, DESCRIPTORS);
        let mut user = Client::connect(server.address(flooded));
        user.send(&[header, b"1 LOGIN bob secret\r\n"].concat());
        user.line();
        user.line();

        let silent: Vec<_> = (0..SILENT)
            .map(|_| {
                let mut client = Client::connect(server.address(flooded));
                client.send(silent_after);
                client
            })
            .collect();
        log_in(&server, "imap_haproxy", HEADER);
        log_in(&server, "imap", b"");

        // This client had logged in before, and has kept its place.
        user.send(b"z LOGOUT\r\n");
        assert_eq!(user.rest(), BYE);
        drop(silent);
    }
}

/// From a source that is not trusted. No line is read.
fn refuse_many(server: &Server) {
    let untrusted = Ipv4Addr::new(127, 0, 0, 9);
    for _ in 0..REFUSED {
        let mut client = Client::connect_from(untrusted, server.address("imap_haproxy"));
        assert_eq!(client.rest(), "");
    }
}

fn log_in(server: &Server, listener: &str, header: &[u8]) {
    let mut client = Client::connect(server.address(listener));
    client.send(header);
    client.log_in();
}

/// The limit of the tests themselves.
fn allow_many_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}
