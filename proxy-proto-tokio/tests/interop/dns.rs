//! dnsdist in front of the DNS service: over IPv4 and IPv6 on either side, over UDP and TCP. The answer,
//! which names the client, reaches that client.

use core::net::{IpAddr, SocketAddr};

use simple_dns::TYPE;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UdpSocket,
};

use crate::support::{
    Dnsdist, Reserved, Service, dial,
    dns::{Answer, query},
    within,
};

#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn an_ipv4_client_learns_its_address_from_an_ipv4_service() {
    through_dnsdist("127.0.0.5", "127.0.0.1", "127.0.0.1:0").await;
}

#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn an_ipv4_client_learns_its_address_from_an_ipv6_service() {
    through_dnsdist("127.0.0.5", "127.0.0.1", "[::1]:0").await;
}

#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn an_ipv6_client_learns_its_address_from_an_ipv4_service() {
    through_dnsdist("::1", "::1", "127.0.0.1:0").await;
}

#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn an_ipv6_client_learns_its_address_from_an_ipv6_service() {
    through_dnsdist("::1", "::1", "[::1]:0").await;
}

async fn through_dnsdist(client: &str, front: &str, service: &str) {
    let service = Service::start("dns", service, &["127.0.0.1 ::1"]).await;
    let front = Reserved::with_udp_on(front);
    let rules = "addAction(AllRule(), SetAdditionalProxyProtocolValueAction(224, 'canary'))";
    let _dnsdist = Dnsdist::start(&front, service.address(), "", rules).await;
    let front = front.address();

    let (datagrams, own) = connected(client, front).await;
    let record = if own.is_ipv4() { TYPE::A } else { TYPE::AAAA };
    let answer = asked(&datagrams, record).await;
    assert_eq!(answer.data, [own.ip().to_string()]);
    let texts = |own: SocketAddr| {
        let addresses = [format!("client={own}"), format!("server={front}")];
        [&addresses[..], &["APPLICATION(0xe0)=canary".to_owned()]].concat()
    };
    assert_eq!(asked(&datagrams, TYPE::TXT).await.data, texts(own));
    let (own, answer) = asked_over_tcp(client, front).await;
    assert_eq!(answer.data, texts(own));
}

/// An answer too long for UDP is requested again over TCP.
#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn a_client_learns_over_tcp_what_does_not_fit_in_a_datagram() {
    let service = Service::start("dns", "127.0.0.1:0", &["127.0.0.1"]).await;
    let front = Reserved::with_udp_on("127.0.0.1");
    let rules = "for kind = 225, 227 do
            addAction(AllRule(), SetAdditionalProxyProtocolValueAction(kind, string.rep('x', 200)))
        end";
    let _dnsdist = Dnsdist::start(&front, service.address(), "", rules).await;
    let front = front.address();

    let (datagrams, _) = connected("127.0.0.6", front).await;
    let answer = asked(&datagrams, TYPE::TXT).await;
    assert!(answer.truncated && answer.data.is_empty(), "{answer:?}");
    let (own, answer) = asked_over_tcp("127.0.0.6", front).await;
    assert!(!answer.truncated && answer.data.len() == 5, "{answer:?}");
    assert_eq!(answer.data[0], format!("client={own}"));
}

/// A socket and its address.
async fn connected(client: &str, front: SocketAddr) -> (UdpSocket, SocketAddr) {
    let ip: IpAddr = client.parse().unwrap();
    let socket = UdpSocket::bind((ip, 0)).await.unwrap();
    socket.connect(front).await.unwrap();
    let own = socket.local_addr().unwrap();
    (socket, own)
}

async fn asked(socket: &UdpSocket, record: TYPE) -> Answer {
    socket.send(&query(record)).await.unwrap();
    let mut response = [0; 512];
    let received = within("the answer", socket.recv(&mut response));
    let len = received.await.unwrap();
    Answer::of(&response[..len])
}

/// The address of a client over TCP, and the answer to its query for text.
async fn asked_over_tcp(client: &str, front: SocketAddr) -> (SocketAddr, Answer) {
    let mut stream = dial(client, front).await;
    let query = query(TYPE::TXT);
    let len = u16::try_from(query.len()).unwrap();
    let message = [&len.to_be_bytes()[..], &query].concat();
    stream.write_all(&message).await.unwrap();
    let len = within("the answer", stream.read_u16()).await.unwrap();
    let mut response = vec![0; len.into()];
    let read = within("the answer", stream.read_exact(&mut response));
    read.await.unwrap();
    (stream.local_addr().unwrap(), Answer::of(&response))
}
