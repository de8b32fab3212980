//! The QUIC service: real clients of quinn come to it through a balancer.

#[path = "../../../proxy-proto-cli/src/tls/insecure.rs"]
mod insecure;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use quinn::{ClientConfig, Connection, Endpoint, VarInt, crypto::rustls::QuicClientConfig, rustls};

use crate::{
    balancer::Balancer,
    support::{Service, within},
};

#[tokio::test]
async fn each_client_is_reported_with_its_own_address_and_gets_its_answers() {
    let service = service("127.0.0.1", 100).await;
    let ipv4 = Balancer::start("127.0.0.1", service.address()).await;
    let ipv6 = Balancer::start("::1", service.address()).await;
    let clients = [
        Client::connected("127.0.0.11", &ipv4).await,
        Client::connected("127.0.0.11", &ipv4).await,
        Client::connected("127.0.0.12", &ipv4).await,
        Client::connected("::1", &ipv6).await,
    ];
    for _ in 0..2 {
        for (client, balancer) in clients.iter().zip([&ipv4, &ipv4, &ipv4, &ipv6]) {
            let own = client.address();
            assert_eq!(client.asked().await, answer(own, balancer, 4));
        }
    }
}

#[tokio::test]
async fn a_service_on_ipv6_has_clients_of_both_families() {
    let service = service("::1", 100).await;
    for ip in ["127.0.0.1", "::1"] {
        let balancer = Balancer::start(ip, service.address()).await;
        let client = Client::connected(ip, &balancer).await;
        let answered = client.asked().await;
        let client = client.address();
        let socket = balancer.socket_of(client);
        let want = format!("client={client} balancer={socket} ");
        assert!(answered.starts_with(&want), "{answered}");
    }
}

/// Each is reported with its own address, whichever two are remembered at the moment: what a client that
/// was answered acknowledges late may bring it back.
#[tokio::test]
async fn all_clients_stay_connected_when_there_are_too_many_to_remember() {
    let service = service("127.0.0.1", 2).await;
    let balancer = Balancer::start("127.0.0.1", service.address()).await;
    let mut clients = Vec::new();
    for host in 21..27 {
        clients.push(Client::connected(&format!("127.0.0.{host}"), &balancer).await);
        // The first of them is heard from all the time, the others only now and at the end.
        for client in [&clients[0], clients.last().unwrap()] {
            client.asked().await;
        }
    }
    for client in &clients {
        let answered = client.asked().await;
        let own = format!("client={} ", client.address());
        assert!(answered.starts_with(&own), "{answered}");
        assert!(answered.ends_with(" flows=2\n"), "{answered}");
    }
}

#[tokio::test]
async fn a_connection_that_migrates_is_reported_at_its_new_address() {
    let service = service("127.0.0.1", 100).await;
    let balancer = Balancer::start("127.0.0.1", service.address()).await;
    let client = Client::connected("127.0.0.31", &balancer).await;
    let old = client.address();
    assert_eq!(client.asked().await, answer(old, &balancer, 1));
    let socket = std::net::UdpSocket::bind("127.0.0.32:0").unwrap();
    client.endpoint.rebind(socket).unwrap();
    let new = client.address();
    assert_ne!(new, old);
    assert_eq!(client.asked().await, answer(new, &balancer, 2));
}

#[tokio::test]
async fn answers_go_through_the_socket_that_the_client_last_came_through() {
    let service = service("127.0.0.1", 100).await;
    let balancer = Balancer::start("127.0.0.1", service.address()).await;
    let client = Client::connected("127.0.0.41", &balancer).await;
    let own = client.address();
    assert_eq!(client.asked().await, answer(own, &balancer, 1));
    let before = balancer.socket_of(own);
    balancer.forget(own);
    assert_eq!(client.asked().await, answer(own, &balancer, 1));
    assert_ne!(balancer.socket_of(own), before);
}

/// One that remembers up to this many clients.
pub(crate) async fn service(ip: &str, flows: usize) -> Service {
    let address = SocketAddr::new(ip.parse().unwrap(), 0).to_string();
    Service::start("quic", &address, &[&flows.to_string(), ip]).await
}

/// What the service answers to this client if it remembers this many.
fn answer(client: SocketAddr, balancer: &Balancer, flows: usize) -> String {
    let socket = balancer.socket_of(client);
    format!("client={client} balancer={socket} flows={flows}\n")
}

struct Client {
    endpoint: Endpoint,
    connection: Connection,
}

impl Client {
    /// From this address, any port.
    async fn connected(ip: &str, balancer: &Balancer) -> Self {
        let ip: IpAddr = ip.parse().unwrap();
        let endpoint = Endpoint::client((ip, 0).into()).unwrap();
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(ring)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(insecure::verifier())
            .with_no_client_auth();
        let tls = QuicClientConfig::try_from(tls).unwrap();
        let connecting = endpoint.connect_with(
            ClientConfig::new(Arc::new(tls)),
            balancer.address(),
            "localhost",
        );
        let connection = within("the connection", connecting.unwrap()).await.unwrap();
        Self {
            endpoint,
            connection,
        }
    }

    fn address(&self) -> SocketAddr {
        self.endpoint.local_addr().unwrap()
    }

    /// What the service answers.
    async fn asked(&self) -> String {
        let asking = async {
            let (mut request, mut answer) = self.connection.open_bi().await.unwrap();
            request.write_all(b"who am I?").await.unwrap();
            request.finish().unwrap();
            answer.read_to_end(1024).await.unwrap()
        };
        String::from_utf8(within("the answer", asking).await).unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.connection.close(VarInt::from_u32(0), b"");
    }
}
