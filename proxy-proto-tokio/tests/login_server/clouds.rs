//! The balancers of clouds, as their vendors document them, in front of the service that the guide
//! configures for each.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use proxy_proto_tokio::proxy_proto::{
    Addresses, ConnectionInfo, Decoded, Encoder, OutgoingTlv, TransportProtocol, decode,
};
use rustix::process::Signal;

use crate::support::{
    BYE, Client, GREETING, Server,
    guide::{self, GUIDE},
};

#[test]
fn aws_with_its_default_deadlocks_with_a_server_that_speaks_first() {
    let server = Server::start(&service());
    let mut client = Client::connect_from(BALANCER, server.address(LISTENER));
    // The client waits for a greeting, so its balancer has no first bytes to send a header with.
    assert_eq!(client.rest(), "");
    let reason = "no complete header within 3 s: 0 bytes received";
    assert_eq!(server.line(), aborted(reason, &client));
    assert!(GUIDE.contains(reason));
}

#[test]
fn aws_that_sends_its_header_at_once_works_with_a_server_that_speaks_first() {
    let server = Server::start(&service());
    let mut client = Client::connect_from(BALANCER, server.address(LISTENER));
    client.send(&aws());
    assert_eq!(client.line(), GREETING);
    client.send(LOG_IN);
    assert_eq!(client.rest(), format!("1 OK Logged in\r\n{BYE}"));
    assert_logged_in(&server, &client);
}

#[test]
fn aws_with_its_default_works_with_clients_that_speak_first() {
    let server = Server::start(&service());
    let mut client = Client::connect_from(BALANCER, server.address(LISTENER));
    client.send(&[&aws()[..], LOG_IN].concat());
    assert_eq!(client.rest(), format!("{GREETING}1 OK Logged in\r\n{BYE}"));
    assert_logged_in(&server, &client);
}

#[test]
fn health_checks_of_aws_are_greeted_and_not_logged() {
    let server = Server::start(&service());
    // LOCAL with an IPv4 family, and a checksum and padding in place of addresses: captured.
    let mut check =
        b"\r\n\r\n\0\r\nQUIT\n\x20\x11\x00\x54\x03\x00\x04\xbc\xe5\x95\x1f\x04\x00\x4a".to_vec();
    check.extend_from_slice(&[0; 0x4a]);
    assert_greeted(&server, BALANCER, &check);
    assert_not_logged(server);
}

#[test]
fn azure_reports_clients_of_private_endpoints_and_checks_without_addresses() {
    let networks = guide::block("Azure Private Link", "toml");
    let networks = guide::with(
        networks,
        &[("10.0.4.0", "127.0.4.0"), ("168.63.129.16", "127.0.0.1")],
    );
    let server = Server::start(&guide::service(&networks));
    let mut client = Client::connect_from(Ipv4Addr::new(127, 0, 4, 30), server.address(LISTENER));
    client.send(&v2(&[OutgoingTlv::AzurePrivateEndpointLinkId(0x1234)]));
    client.log_in();
    assert_logged_in(&server, &client);

    for check in [LOCAL, UNSPEC] {
        assert_greeted(&server, Ipv4Addr::LOCALHOST, check);
    }
    assert_not_logged(server);
}

#[test]
fn google_balancers_on_a_subnet_send_headers_and_its_checks_do_not() {
    let lines = guide::block("Google Cloud", "toml");
    let lines = guide::with(lines, &[("10.129.0.0", "127.129.0.0")]);
    let server = Server::start(&guide::service(&lines));
    let balancer = Ipv4Addr::new(127, 129, 1, 9);
    assert_proxied(&server, balancer);

    let checks = Ipv4Addr::new(127, 35, 191, 1);
    assert_greeted(&server, checks, b"");
    drop(Client::connect_from(checks, server.address(LISTENER)));
    // Trusted without a header, for comparison.
    let mut client = Client::connect_from(balancer, server.address(LISTENER));
    client.send(LOG_IN);
    assert_eq!(client.rest(), "");
    let line = server.line();
    assert!(
        line.contains(": invalid header: no PROXY header: "),
        "{line}"
    );
    assert_not_logged(server);
}

#[test]
fn google_balancers_with_the_addresses_of_the_checks_need_a_header_from_both() {
    let both = "haproxy_trusted_networks = \"127.0.0.1 127.35.0.0/16\"";
    let server = Server::start(&guide::service(both));
    for shared in [Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 35, 191, 1)] {
        assert_proxied(&server, shared);
        assert_greeted(&server, shared, b"PROXY UNKNOWN\r\n");
        // A check that only connects.
        drop(Client::connect_from(shared, server.address(LISTENER)));
    }
    assert_not_logged(server);
}

#[test]
fn the_log_says_what_the_guide_explains() {
    let server = Server::start(&service());
    let mut stranger = Client::connect_from(Ipv4Addr::new(127, 0, 0, 9), server.address(LISTENER));
    assert_eq!(stranger.rest(), "");
    assert_eq!(server.line(), aborted("not trusted", &stranger));
    assert!(GUIDE.contains("| `not trusted` |"));

    let mut client = Client::connect_from(BALANCER, server.address(LISTENER));
    client.send(LOG_IN);
    assert_eq!(client.rest(), "");
    let reason = "invalid header: no PROXY header: ";
    let line = server.line();
    assert!(line.contains(reason), "{line}");
    assert!(GUIDE.contains(&format!("| `{reason}…` |")));
}

#[test]
fn the_function_of_the_guide_never_blames_the_balancer() {
    assert!(GUIDE.contains(include_str!("accountable.rs")));
    let balancer: SocketAddr = "10.0.0.2:40528".parse().unwrap();
    let blamed = |header: &[u8]| {
        let Decoded::Complete(header) = decode(header) else {
            panic!("{header:?}")
        };
        accountable(&ConnectionInfo::new(
            balancer,
            DESTINATION,
            Some(header.into()),
        ))
    };
    assert_eq!(blamed(&v2(&[])), Some(SOURCE.ip()));
    // As in the health checks of HAProxy and Envoy with version 1.
    assert_eq!(blamed(b"PROXY TCP4 10.0.0.2 10.0.0.9 40528 143\r\n"), None);
    for header in [LOCAL, UNSPEC, b"PROXY UNKNOWN\r\n"] {
        assert_eq!(blamed(header), None);
    }
    let direct = ConnectionInfo::direct(SOURCE, DESTINATION);
    assert_eq!(accountable(&direct), Some(SOURCE.ip()));
}

include!("accountable.rs");

/// The service of the guide, which trusts two balancers.
fn service() -> String {
    guide::service("haproxy_trusted_networks = \"127.0.0.1 127.0.0.2\"")
}

/// Logs in through a balancer with this address, which sends version 1.
fn assert_proxied(server: &Server, balancer: Ipv4Addr) {
    let mut client = Client::connect_from(balancer, server.address(LISTENER));
    client.send(
        format!(
            "PROXY TCP4 {} {} 56324 143\r\n",
            SOURCE.ip(),
            DESTINATION.ip()
        )
        .as_bytes(),
    );
    client.log_in();
    assert_logged_in(server, &client);
}

/// The next line of the log is the login of the client that the header names.
fn assert_logged_in(server: &Server, balancer: &Client) {
    let line = format!(
        "imap-login: Login: user=<alice>, method=PLAIN, rip={}, rport={}, lip={}, lport={}, \
         listener={LISTENER}, peer={}",
        SOURCE.ip(),
        SOURCE.port(),
        DESTINATION.ip(),
        DESTINATION.port(),
        balancer.address,
    );
    assert_eq!(server.line(), line);
}

/// A health check that sends this, reads the greeting and leaves.
fn assert_greeted(server: &Server, source: Ipv4Addr, sent: &[u8]) {
    let mut check = Client::connect_from(source, server.address(LISTENER));
    check.send(sent);
    assert_eq!(check.line(), GREETING);
}

/// Nothing is in the log that has not been read.
fn assert_not_logged(server: Server) {
    let (status, lines) = server.end(Signal::TERM);
    assert!(status.success(), "{status}");
    assert_eq!(lines, [""; 0]);
}

fn aborted(reason: &str, client: &Client) -> String {
    let peer = client.address;
    format!("imap-login: Aborted: {reason}, peer={peer}, listener={LISTENER}")
}

/// As AWS NLB sends it for a client that came through a VPC endpoint.
fn aws() -> Vec<u8> {
    v2(&[
        OutgoingTlv::AwsVpcEndpointId("vpce-08d2bf15fac5001c9"),
        OutgoingTlv::Crc32c,
    ])
}

fn v2(tlvs: &[OutgoingTlv<'_>]) -> Vec<u8> {
    let addresses = Addresses::ip(SOURCE, DESTINATION).unwrap();
    let header = Encoder::v2(TransportProtocol::Stream, addresses).unwrap();
    header.with_tlvs(tlvs).to_vec().unwrap()
}

const LISTENER: &str = "imap_haproxy";

const BALANCER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

const SOURCE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 56324);

const DESTINATION: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)), 143);

const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

const UNSPEC: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\0\0\0";

const LOG_IN: &[u8] = b"1 LOGIN alice secret\r\nz LOGOUT\r\n";
