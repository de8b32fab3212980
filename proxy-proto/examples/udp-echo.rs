//! A UDP echo service behind a balancer, and a balancer to try it with: every datagram carries its
//! own header, there and back. Spec: §2, UDP.
//!
//! With no arguments it sends itself a few datagrams on loopback, one of them without a header, and
//! prints what happened to each.

use std::{
    error::Error,
    io,
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

use proxy_proto::{
    Addresses, Encoder, TransportProtocol, TrustedNetworks, Version, decode_datagram,
};

/// The longest datagram over UDP.
const LONGEST: usize = 65_535;

fn main() -> Result<(), Box<dyn Error>> {
    let service = UdpSocket::bind("127.0.0.1:0")?;
    let balancer = UdpSocket::bind("127.0.0.1:0")?;
    balancer.set_read_timeout(Some(Duration::from_secs(5)))?;
    let trusted: TrustedNetworks = "127.0.0.1".parse()?;
    let service_addr = service.local_addr()?;

    for client in ["192.0.2.1:5353", "192.0.2.2:5353"] {
        let addresses = Addresses::ip(client.parse()?, "198.51.100.7:7".parse()?)?;
        let header = Encoder::proxy(Version::V2, TransportProtocol::Dgram, addresses)?;
        let mut datagram = [0; 512];
        let len = header.encode_datagram(b"hello", &mut datagram)?;
        balancer.send_to(datagram.get(..len).unwrap_or_default(), service_addr)?;

        println!("service: {}", echo_one(&service, &trusted)?);
        let (len, _) = balancer.recv_from(&mut datagram)?;
        let (header, payload) = decode_datagram(datagram.get(..len).unwrap_or_default())?;
        let to = header
            .destination()
            .map(|to| to.to_string())
            .unwrap_or_default();
        println!("balancer: \"{}\" for {to}", payload.escape_ascii());
    }
    balancer.send_to(b"no header", service_addr)?;
    println!("service: {}", echo_one(&service, &trusted)?);
    Ok(())
}

/// Serves one datagram and says what it did: echoed its payload to the client, through the balancer
/// that it came from, or dropped it.
fn echo_one(service: &UdpSocket, trusted: &TrustedNetworks) -> io::Result<String> {
    let mut datagram = vec![0; LONGEST];
    let (len, peer) = service.recv_from(&mut datagram)?;
    if !trusted.trusts(peer.into()) {
        return Ok(format!("dropped: {peer} is not trusted"));
    }
    match answer(datagram.get(..len).unwrap_or_default(), peer) {
        Ok((client, reply)) => {
            service.send_to(&reply, peer)?;
            Ok(format!("echoed to {client}"))
        }
        Err(error) => Ok(format!("dropped: {error}")),
    }
}

/// The client of a datagram, and the datagram for it: the header turned around, the same payload.
fn answer(datagram: &[u8], peer: SocketAddr) -> Result<(String, Vec<u8>), Box<dyn Error>> {
    let (header, payload) = decode_datagram(datagram)?;
    let client = header
        .source()
        .map_or_else(|| peer.to_string(), |source| source.to_string());
    let back = match header.addresses() {
        Addresses::Inet {
            source,
            destination,
            ..
        } => Addresses::inet(destination, source),
        Addresses::Inet6 {
            source,
            destination,
            ..
        } => Addresses::inet6(destination, source),
        other => other,
    };
    let encoder = Encoder::proxy(Version::V2, TransportProtocol::Dgram, back);
    let mut reply = encoder
        .and_then(|encoder| encoder.to_vec())
        .unwrap_or_default();
    reply.extend_from_slice(payload);
    Ok((client, reply))
}
