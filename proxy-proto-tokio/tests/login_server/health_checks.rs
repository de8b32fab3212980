//! A balancer's health checks, whose header has the command LOCAL: served like clients, and quiet.

use rustix::process::Signal;

use crate::support::{CONFIG, Client, Server};

const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

#[test]
fn a_health_check_is_greeted_and_may_log_in_but_is_not_a_login() {
    let server = Server::start(CONFIG);
    let mut check = Client::connect(server.address("imap_haproxy"));
    check.send(LOCAL);
    check.log_in();
    let (status, lines) = server.end(Signal::TERM);
    assert!(status.success(), "{status}");
    assert_eq!(lines, [""; 0]);
}

#[test]
fn a_health_check_may_leave_before_tls_or_fail_in_it() {
    let server = Server::start(CONFIG);
    for sent in [b"".as_slice(), b"\x16", b"not TLS"] {
        let mut check = Client::connect(server.address("imaps_haproxy"));
        check.send(&[LOCAL, sent].concat());
        drop(check);
    }
    // Another client's failure is logged.
    let mut client = Client::connect(server.address("imaps_haproxy"));
    client.send(b"PROXY UNKNOWN\r\nnot TLS");
    client.rest();
    let line = server.line();
    assert!(line.contains("TLS handshake failed"), "{line}");
    assert!(line.contains(&format!("peer={}", client.address)), "{line}");
    let (_, lines) = server.end(Signal::TERM);
    assert_eq!(lines, [""; 0]);
}
