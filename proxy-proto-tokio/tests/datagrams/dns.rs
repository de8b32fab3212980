//! The DNS service.

use std::net::SocketAddr;

use proxy_proto_tokio::{
    connect,
    proxy_proto::{Addresses, Encoder},
};
use simple_dns::TYPE;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UdpSocket,
};

use crate::support::{
    Service, datagram,
    dns::{Answer, query},
    within,
};

const IPV4_CLIENT: &str = "192.0.2.1:56324";
const IPV6_CLIENT: &str = "[2001:db8::1]:56324";

#[tokio::test]
async fn each_client_is_answered_with_its_own_address() {
    let service = Service::start("dns", "127.0.0.1:0", &["127.0.0.1"]).await;
    let balancer = Balancer::connected("127.0.0.1", &service).await;
    for (client, server, record) in [
        (IPV4_CLIENT, "198.51.100.7:53", TYPE::A),
        (IPV6_CLIENT, "[2001:db8::7]:53", TYPE::AAAA),
    ] {
        let [client, server]: [SocketAddr; 2] = [client, server].map(|it| it.parse().unwrap());
        balancer
            .send(&datagram(client, server, &query(record)))
            .await;
        assert_eq!(balancer.answer().await.data, [client.ip().to_string()]);
        balancer
            .send(&datagram(client, server, &query(TYPE::TXT)))
            .await;
        let texts = [format!("client={client}"), format!("server={server}")];
        assert_eq!(balancer.answer().await.data, texts);
        // There is no such record.
        balancer
            .send(&datagram(client, server, &query(TYPE::MX)))
            .await;
        assert!(balancer.answer().await.data.is_empty());
    }
}

/// The balancer itself is the client of its health check.
#[tokio::test]
async fn a_health_check_is_answered() {
    let service = Service::start("dns", "[::1]:0", &["::1"]).await;
    let balancer = Balancer::connected("::1", &service).await;
    let local = Encoder::local().to_vec().unwrap();
    balancer.send(&[local, query(TYPE::TXT)].concat()).await;
    let texts = [
        format!("client={}", balancer.0.local_addr().unwrap()),
        format!("server={}", service.address()),
    ];
    assert_eq!(balancer.answer().await.data, texts);
}

/// They are dropped one by one: the query after each of them is answered.
#[tokio::test]
async fn what_is_not_a_query_with_a_header_from_a_trusted_network_is_dropped() {
    let service = Service::start("dns", "127.0.0.1:0", &["127.0.0.1"]).await;
    let balancer = Balancer::connected("127.0.0.1", &service).await;
    let stranger = Balancer::connected("127.0.0.9", &service).await;
    let client: SocketAddr = IPV4_CLIENT.parse().unwrap();
    let from = |payload: &[u8]| datagram(client, service.address(), payload);
    let mut response = query(TYPE::A);
    response[2] |= 0x80;

    stranger.send(&from(&query(TYPE::A))).await;
    for datagram in [
        query(TYPE::A),
        from(&query(TYPE::A))[..20].to_vec(),
        from(b"not DNS"),
        from(b""),
        from(&response),
        vec![],
    ] {
        balancer.send(&datagram).await;
        balancer.send(&from(&query(TYPE::AAAA))).await;
        // An A record would be the answer to what should have been dropped.
        assert!(balancer.answer().await.data.is_empty(), "{datagram:?}");
    }
    let nothing = stranger.0.try_recv(&mut [0; 512]);
    assert!(nothing.is_err(), "{nothing:?}");
}

#[tokio::test]
async fn all_queries_of_a_connection_have_one_header() {
    let service = Service::start("dns", "127.0.0.1:0", &["127.0.0.1"]).await;
    let [client, server]: [SocketAddr; 2] =
        [IPV4_CLIENT, "198.51.100.7:53"].map(|it| it.parse().unwrap());
    let addresses = Addresses::ip(client, server).unwrap();
    let header = Encoder::v1(addresses).unwrap().to_vec().unwrap();
    let mut stream = connect(service.address(), &header).await.unwrap();
    for _ in 0..2 {
        let query = query(TYPE::TXT);
        stream
            .write_u16(query.len().try_into().unwrap())
            .await
            .unwrap();
        stream.write_all(&query).await.unwrap();
        let len = within("the answer", stream.read_u16()).await.unwrap();
        let mut response = vec![0; len.into()];
        let read = within("the answer", stream.read_exact(&mut response));
        read.await.unwrap();
        let texts = [format!("client={client}"), format!("server={server}")];
        assert_eq!(Answer::of(&response).data, texts);
    }
}

struct Balancer(UdpSocket);

impl Balancer {
    async fn connected(ip: &str, service: &Service) -> Self {
        let address: SocketAddr = SocketAddr::new(ip.parse().unwrap(), 0);
        let socket = UdpSocket::bind(address).await.unwrap();
        socket.connect(service.address()).await.unwrap();
        Self(socket)
    }

    async fn send(&self, datagram: &[u8]) {
        self.0.send(datagram).await.unwrap();
    }

    async fn answer(&self) -> Answer {
        let mut response = [0; 512];
        let received = within("the answer", self.0.recv(&mut response));
        let len = received.await.unwrap();
        let answer = Answer::of(&response[..len]);
        assert!(!answer.truncated, "{answer:?}");
        answer
    }
}
