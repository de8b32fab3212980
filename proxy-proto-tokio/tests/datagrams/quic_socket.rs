//! The socket of the QUIC service, datagram by datagram.
//!
//! A packet of an unknown version is answered at once, with the versions there are and with the
//! connection IDs exchanged, as long as its payload is at least 1200 bytes. Spec: RFC 9000, §5.2.2, §6.

use std::net::SocketAddr;

use proxy_proto_tokio::proxy_proto::{Addresses, Encoder, OutgoingTlv, TransportProtocol};
use quinn::udp::{Transmit, UdpSocketState};
use tokio::{io::Interest, net::UdpSocket};

use crate::{
    balancer::{MAX_PAYLOAD, bind},
    quic::service,
    support::{datagram, within},
};

const CLIENT: &str = "192.0.2.1:56324";
const SERVER: &str = "198.51.100.7:443";

#[tokio::test]
async fn a_health_check_is_answered() {
    let service = service("127.0.0.1", 10).await;
    let balancer = bind("127.0.0.1").await;
    let local = Encoder::local().to_vec().unwrap();
    // Without payload, there is nothing to answer.
    balancer.send_to(&local, service.address()).await.unwrap();
    let check = [local, packet(1, 1200)].concat();
    balancer.send_to(&check, service.address()).await.unwrap();
    assert_eq!(answered(&balancer).await, 1);
}

/// They are dropped one by one: the packet after them is the first one answered.
#[tokio::test]
async fn what_has_no_header_from_a_trusted_network_is_dropped() {
    let service = service("127.0.0.1", 10).await;
    let [balancer, stranger] = [bind("127.0.0.1").await, bind("127.0.0.9").await];
    let from = |payload: &[u8]| datagram(CLIENT.parse().unwrap(), service.address(), payload);
    let good = from(&packet(9, 1200));
    stranger.send_to(&good, service.address()).await.unwrap();
    for dropped in [
        packet(1, 1200),
        good[..20].to_vec(),
        vec![],
        from(b""),
        // The header does not count.
        from(&packet(2, 1199)),
        from(&packet(3, MAX_PAYLOAD + 1)),
    ] {
        balancer.send_to(&dropped, service.address()).await.unwrap();
    }
    balancer.send_to(&good, service.address()).await.unwrap();
    assert_eq!(answered(&balancer).await, 9);
    let nothing = stranger.try_recv(&mut [0; 2048]);
    assert!(nothing.is_err(), "{nothing:?}");
}

/// They leave in one call, and the kernel keeps them together up to the service. Three clients have the
/// same balancer's socket here; the headers differ in length, and so does the last datagram.
#[tokio::test]
async fn datagrams_that_arrive_together_are_separated_before_their_headers_are_read() {
    let service = service("127.0.0.1", 10).await;
    let balancer = bind("127.0.0.1").await;
    let ipv6 = ["[2001:db8::1]:56324", "[2001:db8::7]:443"].map(|it| it.parse().unwrap());
    let ipv4 = [CLIENT, SERVER].map(|it| it.parse().unwrap());
    // The difference between the addresses of IPv6 and IPv4 is 24 bytes, 3 of which start the TLV.
    let padded = header(ipv4, &[OutgoingTlv::Noop(21)]);
    let headers = [header(ipv6, &[]), padded, header(ipv4, &[])];
    let datagrams: Vec<_> = (headers.into_iter().zip(1..))
        .map(|(header, id)| [header, packet(id, 1200)].concat())
        .collect();
    assert_eq!(datagrams[0].len(), datagrams[1].len());
    assert!(datagrams[2].len() < datagrams[1].len());

    let state = UdpSocketState::new((&balancer).into()).unwrap();
    assert!(state.max_gso_segments() >= 3);
    let transmit = Transmit {
        destination: service.address(),
        ecn: None,
        contents: &datagrams.concat(),
        segment_size: Some(datagrams[0].len()),
        src_ip: None,
    };
    balancer.writable().await.unwrap();
    let sent = balancer.try_io(Interest::WRITABLE, || {
        state.send((&balancer).into(), &transmit)
    });
    sent.unwrap();
    for id in 1..4 {
        assert_eq!(answered(&balancer).await, id);
    }
}

fn header([client, server]: [SocketAddr; 2], tlvs: &[OutgoingTlv<'_>]) -> Vec<u8> {
    let addresses = Addresses::ip(client, server).unwrap();
    let header = Encoder::v2(TransportProtocol::Dgram, addresses).unwrap();
    header.with_tlvs(tlvs).to_vec().unwrap()
}

/// A packet with a long header, of a version that is reserved for this, with its sender's connection ID.
fn packet(id: u8, len: usize) -> Vec<u8> {
    let mut packet = b"\xC0\x1A\x2A\x3A\x4A\x08receiver\x01".to_vec();
    packet.push(id);
    packet.resize(len, 0);
    packet
}

/// The ID in the packet that this answers.
async fn answered(balancer: &UdpSocket) -> u8 {
    let mut answer = [0; 2048];
    let received = within("the answer", balancer.recv(&mut answer));
    let len = received.await.unwrap();
    let [_, 0, 0, 0, 0, 1, id, ..] = answer[..len] else {
        panic!("not the versions: {:?}", &answer[..len]);
    };
    id
}
