//! dnsdist, which sends a header in every datagram, in front of udp-echo.
//!
//! dnsdist accepts only DNS responses from a backend, and only queries from a client. The echo of a
//! query is still a query, so something has to set the bit that makes it a response (QR): dnsdist
//! itself in its health checks, or a relay between the two. The headers are dnsdist's own, and the
//! replies udp-echo's, but for that bit.

use core::net::SocketAddr;

use tokio::net::UdpSocket;

use crate::support::{Dnsdist, Reserved, UdpEcho, within};

/// The reply reaches dnsdist as udp-echo sent it.
#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn dnsdist_accepts_the_echo_of_its_health_check() {
    const RESPONSE: &str = "checkFunction=function(name, type, class, header)
        header:setQR(true)
        return name, type, class
    end";
    let mut service = UdpEcho::start("127.0.0.1:0").await;
    let front = Reserved::with_udp_on("127.0.0.1");
    let _dnsdist = Dnsdist::start(&front, service.address(), RESPONSE).await;

    // It relays queries now, and would not if the service were down.
    let client = UdpSocket::bind("127.0.0.5:0").await.unwrap();
    client.send_to(QUERY, front.address()).await.unwrap();
    let local = client.local_addr().unwrap();
    assert_eq!(service.echoed().await, (local, QUERY.len()));
}

#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn an_ipv4_client_of_dnsdist_is_logged_and_gets_its_echo() {
    through_dnsdist("127.0.0.5:0", "127.0.0.1").await;
}

#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn an_ipv6_client_of_dnsdist_is_logged_and_gets_its_echo() {
    through_dnsdist("[::1]:0", "::1").await;
}

async fn through_dnsdist(client: &str, front: &str) {
    let mut service = UdpEcho::start("127.0.0.1:0").await;
    let relay = relay_with_responses_from(service.address()).await;
    let front = Reserved::with_udp_on(front);
    let _dnsdist = Dnsdist::start(&front, relay, "").await;

    let client = UdpSocket::bind(client).await.unwrap();
    client.connect(front.address()).await.unwrap();
    client.send(QUERY).await.unwrap();
    let local = client.local_addr().unwrap();
    assert_eq!(service.echoed().await, (local, QUERY.len()));
    let mut response = [0; 512];
    let len = within("the echo", client.recv(&mut response))
        .await
        .unwrap();
    let mut want = QUERY.to_vec();
    want[FLAGS] |= QR;
    assert_eq!(response[..len], want);
}

/// The address of a relay to this service that sets QR in the replies.
async fn relay_with_responses_from(service: SocketAddr) -> SocketAddr {
    let front = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let back = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    back.connect(service).await.unwrap();
    let address = front.local_addr().unwrap();
    tokio::spawn(async move {
        let mut datagram = [0; 2048];
        loop {
            let (len, dnsdist) = front.recv_from(&mut datagram).await.unwrap();
            back.send(&datagram[..len]).await.unwrap();
            let len = back.recv(&mut datagram).await.unwrap();
            datagram[FLAGS] |= QR;
            front.send_to(&datagram[..len], dnsdist).await.unwrap();
        }
    });
    address
}

/// A query for the address of example.com, with the ID 0x1234.
const QUERY: &[u8] = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01";

/// Offset in a DNS message of the byte with the QR bit.
const FLAGS: usize = 2;

const QR: u8 = 0x80;
