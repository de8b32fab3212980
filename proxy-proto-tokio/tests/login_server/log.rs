//! One line per event, and no greeting before the header is complete.

use core::net::Ipv4Addr;
use std::io::Write;

use rustix::process::Signal;

use crate::support::{CONFIG, Client, Server};

#[test]
fn a_login_reports_the_client_in_the_header() {
    let server = Server::start(CONFIG);
    for (header, addresses) in [
        (
            b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n".as_slice(),
            "rip=192.0.2.1, rport=56324, lip=198.51.100.7, lport=143",
        ),
        (
            b"PROXY TCP6 2001:db8::1 2001:db8::7 56324 143\r\n",
            "rip=2001:db8::1, rport=56324, lip=2001:db8::7, lport=143",
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\
              \xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f",
            "rip=192.0.2.1, rport=56324, lip=198.51.100.7, lport=143",
        ),
        (
            &v2_unix("/run/client, rport=1", "\0imap"),
            r"rip=unix:/run/client\x2c rport\x3d1, lip=unix:@imap",
        ),
    ] {
        let mut client = Client::connect(server.address("imap_haproxy"));
        client.send(header);
        client.log_in();
        let peer = client.address;
        assert_eq!(
            server.line(),
            format!(
                "imap-login: Login: user=<alice>, method=PLAIN, {addresses}, \
                 listener=imap_haproxy, peer={peer}"
            )
        );
    }
}

#[test]
fn without_endpoints_in_the_header_the_client_is_the_peer() {
    let server = Server::start(CONFIG);
    for (listener, header) in [
        ("imap", b"".as_slice()),
        ("imap_haproxy", b"PROXY UNKNOWN\r\n"),
    ] {
        let address = server.address(listener);
        let mut client = Client::connect(address);
        client.send(header);
        client.log_in();
        let peer = client.address;
        assert_eq!(
            server.line(),
            format!(
                "imap-login: Login: user=<alice>, method=PLAIN, rip=127.0.0.1, rport={}, \
                 lip=127.0.0.1, lport={}, listener={listener}, peer={peer}",
                peer.port(),
                address.port()
            )
        );
    }
}

#[test]
fn an_untrusted_source_is_refused_before_it_sends_a_byte() {
    let server = Server::start(CONFIG);
    let mut client =
        Client::connect_from(Ipv4Addr::new(127, 0, 0, 9), server.address("imap_haproxy"));
    assert_eq!(client.rest(), "");
    assert_eq!(server.line(), aborted("not trusted", &client));
}

#[test]
fn an_incomplete_header_ends_the_connection_before_any_greeting() {
    let server = Server::start(&CONFIG.replace("haproxy_timeout = 60", "haproxy_timeout = 1"));
    for part in ["", "PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r"] {
        let mut client = Client::connect(server.address("imap_haproxy"));
        client.send(part.as_bytes());
        assert_eq!(client.rest(), "");
        let reason = format!(
            "no complete header within 1 s: {} bytes received",
            part.len()
        );
        assert_eq!(server.line(), aborted(&reason, &client));
    }
}

#[test]
fn an_invalid_header_is_logged_with_the_reason() {
    let server = Server::start(CONFIG);
    for (sent, reason) in [
        (
            "1 LOGIN alice secret\r\n",
            "invalid header: no PROXY header: 0x31 at byte 0",
        ),
        (
            "PROXY TCP4 192.0.2.256 198.51.100.7 56324 143\r\n",
            "invalid header: number greater than 255 in the source address at byte 21",
        ),
    ] {
        let mut client = Client::connect(server.address("imap_haproxy"));
        client.send(sent.as_bytes());
        assert_eq!(client.rest(), "");
        assert_eq!(server.line(), aborted(reason, &client));
    }
}

#[test]
fn a_failed_handshake_is_logged() {
    let server = Server::start(CONFIG);
    let mut client = Client::connect(server.address("imaps"));
    client.send(b"1 LOGIN alice secret\r\n");
    client.rest();
    let line = server.line();
    assert!(
        line.starts_with("imap-login: Aborted: TLS handshake failed: "),
        "{line}"
    );
    assert!(
        line.ends_with(&format!(", peer={}, listener=imaps", client.address)),
        "{line}"
    );
}

#[test]
fn a_client_that_leaves_without_a_byte_is_not_logged() {
    let server = Server::start(CONFIG);
    for listener in ["imap", "imaps", "imap_haproxy"] {
        drop(Client::connect(server.address(listener)));
    }
    let (status, lines) = server.end(Signal::INT);
    assert!(status.success(), "{status}");
    assert_eq!(lines, [""; 0]);
}

#[test]
fn a_user_name_cannot_forge_a_line() {
    let server = Server::start(CONFIG);
    let forged = "x>, rip=192.0.2.66\r\nimap-login: Login: user=<root\\\u{1b}\u{fc}";
    let mut client = Client::connect(server.address("imap"));
    client.send(
        format!(
            "1 LOGIN {{{}+}}\r\n{forged} y\r\n2 LOGOUT\r\n",
            forged.len()
        )
        .as_bytes(),
    );
    client.rest();
    let line = server.line();
    assert!(
        line.starts_with(
            r"imap-login: Login: user=<x\x3e\x2c rip\x3d192.0.2.66\x0d\x0aimap-login: Login: user\x3d\x3croot\x5c\x1b\xc3\xbc>, method=PLAIN, rip=127.0.0.1, "
        ),
        "{line}"
    );
    let (_, lines) = server.end(Signal::INT);
    assert_eq!(lines, [""; 0]);
}

/// The line for a connection aborted at `imap_haproxy`.
fn aborted(reason: &str, client: &Client) -> String {
    let peer = client.address;
    format!("imap-login: Aborted: {reason}, peer={peer}, listener=imap_haproxy")
}

/// A version 2 header with these UNIX stream sockets.
fn v2_unix(source: &str, destination: &str) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x31\x00\xd8".to_vec();
    for name in [source, destination] {
        let mut field = [0; 108];
        field.as_mut_slice().write_all(name.as_bytes()).unwrap();
        header.extend_from_slice(&field);
    }
    header
}
