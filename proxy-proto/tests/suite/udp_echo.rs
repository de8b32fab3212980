//! The udp-echo example, as balancers see it and as its log shows it.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    net::{SocketAddr, UdpSocket},
    process::{Child, Command, Stdio},
    time::Duration,
};

use proxy_proto::{Addresses, Encoder, TransportProtocol};

use crate::common::example::{Lines, example};

#[test]
fn the_payload_alone_comes_back_and_the_client_is_logged() {
    let service = UdpEcho::start("127.0.0.0/8");
    let balancer = Balancer::new();
    let peer = balancer.address;
    for (client, payload) in [("192.0.2.1:5353", &b"hello"[..]), ("192.0.2.2:7", b"")] {
        balancer.send(&[&header(client), payload], &service);
        assert_eq!(balancer.receive(), payload);
        let len = payload.len();
        let want = format!("echoed: client={client}, peer={peer}, bytes={len}");
        assert_eq!(service.event(), want);
    }
    let local = Encoder::local().to_vec().unwrap();
    balancer.send(&[&local, b"check"], &service);
    assert_eq!(balancer.receive(), b"check");
    let want = format!("echoed: client={peer}, peer={peer}, bytes=5");
    assert_eq!(service.event(), want);
}

#[test]
fn a_datagram_without_a_valid_header_is_dropped_with_the_reason() {
    let service = UdpEcho::start("127.0.0.1");
    let balancer = Balancer::new();
    let header = header("192.0.2.1:5353");
    for (datagram, reason) in [
        (&b"hello"[..], "no PROXY header: 0x68 at byte 0"),
        (
            b"",
            "truncated header, at least 15 more bytes needed at byte 0",
        ),
        (
            header.get(..20).unwrap(),
            "truncated header, at least 8 more bytes needed at byte 20",
        ),
        (&[0xFF; 60_000], "no PROXY header: 0xff at byte 0"),
    ] {
        balancer.send(&[datagram], &service);
        let peer = balancer.address;
        let want = format!("dropped: peer={peer}, reason=invalid header: {reason}");
        assert_eq!(service.event(), want);
    }
    balancer.send(&[&header, b"still there"], &service);
    assert_eq!(balancer.receive(), b"still there");
}

#[test]
fn a_datagram_from_a_peer_that_is_not_trusted_is_dropped() {
    let service = UdpEcho::start("192.0.2.0/24");
    let balancer = Balancer::new();
    balancer.send(&[&header("192.0.2.1:5353"), b"hello"], &service);
    let want = format!("dropped: peer={}, reason=not trusted", balancer.address);
    assert_eq!(service.event(), want);
}

#[test]
fn it_does_not_start_without_an_address_or_without_a_trusted_network() {
    for (arguments, message) in [
        (&["--trust", "127.0.0.1"][..], "--listen <ADDR>"),
        (&["--listen", "127.0.0.1:0"], "--trust <LIST>"),
        (
            &["--listen", "127.0.0.1:0", "--trust", ""],
            "--trust is empty",
        ),
        (&["--listen", "127.0.0.1:0", "--trust", "lan"], "\"lan\""),
    ] {
        let output = Command::new(example("udp-echo")).args(arguments).output();
        let output = output.unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}

/// A running udp-echo on a free port.
struct UdpEcho {
    child: Child,
    lines: Lines,
    address: SocketAddr,
}

impl UdpEcho {
    fn start(trust: &str) -> Self {
        let mut child = Command::new(example("udp-echo"))
            .args(["--listen", "127.0.0.1:0", "--trust", trust])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = Lines::of(child.stdout.take().unwrap());
        let line = lines.next();
        let address = line.strip_prefix("udp-echo: listening: address=").unwrap();
        Self {
            child,
            lines,
            address: address.parse().unwrap(),
        }
    }

    fn event(&self) -> String {
        let line = self.lines.next();
        line.strip_prefix("udp-echo: ").unwrap().to_owned()
    }
}

impl Drop for UdpEcho {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Balancer {
    socket: UdpSocket,
    address: SocketAddr,
}

impl Balancer {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        // Fails the test instead of blocking it.
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let address = socket.local_addr().unwrap();
        Self { socket, address }
    }

    fn send(&self, parts: &[&[u8]], service: &UdpEcho) {
        self.socket
            .send_to(&parts.concat(), service.address)
            .unwrap();
    }

    fn receive(&self) -> Vec<u8> {
        let mut buffer = [0; 512];
        let len = self.socket.recv(&mut buffer).unwrap();
        buffer.get(..len).unwrap().to_vec()
    }
}

/// The header of a datagram from this client.
fn header(client: &str) -> Vec<u8> {
    let server = "198.51.100.7:53".parse().unwrap();
    let addresses = Addresses::ip(client.parse().unwrap(), server).unwrap();
    let encoder = Encoder::v2(TransportProtocol::Dgram, addresses);
    encoder.unwrap().to_vec().unwrap()
}
