//! What a signal does to a service in use.

use core::net::Ipv4Addr;
use std::time::Instant;

use rustix::process::Signal;

use crate::support::{CONFIG, Client, DEADLINE, Server};

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";

#[test]
fn hangup_replaces_the_trusted_networks() {
    let server = Server::start(CONFIG);
    let address = server.address("imap_haproxy");
    let mut before = Client::connect(address);
    // Connections are accepted in order, so the first one waits for its header once this is served.
    log_in(&server, Ipv4Addr::LOCALHOST);

    let other = Ipv4Addr::new(127, 0, 0, 2);
    server.config.replace(&trusting("127.0.0.2"));
    server.signal(Signal::HUP);
    assert_eq!(server.line(), "imap-login: Reloaded");
    assert_refused(&server, Ipv4Addr::LOCALHOST);
    log_in(&server, other);

    // It keeps the policy that it began with.
    before.send(HEADER);
    before.log_in();
    let line = server.line();
    assert!(line.contains("rip=192.0.2.1, "), "{line}");

    for (config, error) in [
        (trusting("127.0.0.256"), "\"127.0.0.256\" is neither"),
        (trusting(""), "everyone would be refused"),
        ("[[listener".to_owned(), "TOML parse error"),
        (
            trusting("127.0.0.1").replace("\"imaps\"", "\"other\""),
            "only a restart can change them",
        ),
    ] {
        server.config.replace(&config);
        server.signal(Signal::HUP);
        let line = server.line();
        let start = "imap-login: Not reloaded: invalid configuration ";
        assert!(line.starts_with(start), "{line}");
        assert!(line.contains(error), "{error} in {line}");
        assert_refused(&server, Ipv4Addr::LOCALHOST);
        log_in(&server, other);
    }
}

#[test]
fn user_signal_1_logs_the_counters_of_each_listener() {
    let server = Server::start(CONFIG);
    log_in(&server, Ipv4Addr::LOCALHOST);
    assert_refused(&server, Ipv4Addr::new(127, 0, 0, 9));
    let mut check = Client::connect(server.address("imap_haproxy"));
    check.send(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0");
    check.log_in();
    let mut user = Client::connect(server.address("imap"));
    user.send(b"1 NOOP\r\n");
    user.line();
    user.line();

    let expected = [
        "listener=imap, clients=1, logins=0, proxy_proto.not_found_allowed=1",
        "listener=imaps, clients=0, logins=0",
        "listener=imap_haproxy, clients=0, logins=1, proxy_proto.versions.v1.found=1, \
         proxy_proto.versions.v2.found=1, proxy_proto.local=1, proxy_proto.refused.not_trusted=1",
        "listener=imaps_haproxy, clients=0, logins=0",
    ]
    .map(|fields| format!("imap-login: Counters: {fields}"));
    let start = Instant::now();
    loop {
        server.signal(Signal::USR1);
        let lines = [(); 4].map(|()| server.line());
        // A client that has seen the end of its connection may still be counted for a moment.
        if lines == expected {
            break;
        }
        assert!(start.elapsed() < DEADLINE, "{lines:?}");
    }
}

#[test]
fn a_header_that_is_completed_while_the_service_ends_is_answered_with_a_goodbye() {
    let server = Server::start(CONFIG);
    let (part, rest) = HEADER.split_at(20);
    let mut late = Client::connect(server.address("imap_haproxy"));
    late.send(part);
    log_in(&server, Ipv4Addr::LOCALHOST);
    let mut user = Client::connect(server.address("imap"));
    user.line();

    server.signal(Signal::TERM);
    assert_eq!(user.rest(), GOODBYE);
    late.send(rest);
    assert_eq!(late.rest(), GOODBYE);
    let (status, lines) = server.end(Signal::TERM);
    assert!(status.success(), "{status}");
    assert_eq!(lines, [""; 0]);
}

fn log_in(server: &Server, source: Ipv4Addr) {
    let mut client = Client::connect_from(source, server.address("imap_haproxy"));
    client.send(HEADER);
    client.log_in();
    let line = server.line();
    let peer = format!("peer={}", client.address);
    assert!(line.contains("Login: ") && line.ends_with(&peer), "{line}");
}

fn assert_refused(server: &Server, source: Ipv4Addr) {
    let mut client = Client::connect_from(source, server.address("imap_haproxy"));
    assert_eq!(client.rest(), "");
    let line = server.line();
    assert!(line.contains("Aborted: not trusted, "), "{line}");
}

fn trusting(networks: &str) -> String {
    CONFIG.replace(
        "haproxy_trusted_networks = \"127.0.0.1\"",
        &format!("haproxy_trusted_networks = \"{networks}\""),
    )
}

const GOODBYE: &str = "* BYE The service is shutting down\r\n";
