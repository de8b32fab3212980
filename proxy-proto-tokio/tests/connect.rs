//! Headers that are sent.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "fails the test"
)]

use std::{
    io::{self, Read, Write},
    net::{self, SocketAddr},
    sync::Arc,
    thread,
};

use proxy_proto_tokio::{
    ProxyListener, connect, connect_for,
    proxy_proto::{Addresses, ConnectionInfo, Encoder, Policy, TransportProtocol, Version},
};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
};

/// What a listener knows of the connection that `connecting` makes to it.
async fn received<F: Future>(connecting: impl FnOnce(SocketAddr) -> F) -> ConnectionInfo {
    let policy = Policy::new("127.0.0.1".parse().unwrap());
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut listener = ProxyListener::bind(any_port, Arc::new(policy)).unwrap();
    let server = listener.local_addr().socket_addr().unwrap();
    let (accepted, _connected) = tokio::join!(listener.accept(), connecting(server));
    accepted.unwrap().1
}

/// What a receiver gets in its first read, which waits before anything is sent, so that it would miss
/// the second of two segments.
async fn first_reads<F: Future<Output = io::Result<TcpStream>>>(
    connecting: impl Fn(SocketAddr) -> F,
) -> Vec<Vec<u8>> {
    let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap();
    let receiving = thread::spawn(move || {
        let read_once = |_| {
            let mut stream = listener.accept().unwrap().0;
            let mut buffer = [0; 4096];
            let len = stream.read(&mut buffer).unwrap();
            stream.write_all(b"!").unwrap();
            buffer[..len].to_vec()
        };
        (0..CONNECTIONS).map(read_once).collect()
    });
    for _ in 0..CONNECTIONS {
        let mut stream = connecting(server).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'!');
    }
    receiving.join().unwrap()
}

/// Enough for the receiver to be waiting in most of them.
const CONNECTIONS: usize = 50;

#[tokio::test]
async fn a_header_and_its_payload_arrive_in_one_read() {
    let client: SocketAddr = "192.0.2.1:56324".parse().unwrap();
    let direct = ConnectionInfo::direct(client, client);
    let header = Encoder::for_connection(&direct, Version::V2)
        .to_vec()
        .unwrap();
    let reads = first_reads(|server| connect_for(server, &direct)).await;
    assert_eq!(reads, vec![header.clone(); CONNECTIONS]);

    let first = [&header[..], &[b'x'; 1024]].concat();
    let reads = first_reads(|server| connect(server, &first)).await;
    assert_eq!(reads, vec![first; CONNECTIONS]);
}

#[tokio::test]
async fn both_versions_and_local_arrive_as_encoded() {
    let [client, server] = ["192.0.2.1:56324", "198.51.100.7:143"].map(|it| it.parse().unwrap());
    let addresses = Addresses::ip(client, server).unwrap();
    let headers = [
        Encoder::v1(addresses).unwrap().to_vec().unwrap(),
        Encoder::v2(TransportProtocol::Stream, addresses)
            .unwrap()
            .to_vec()
            .unwrap(),
        Encoder::local().to_vec().unwrap(),
    ];
    for header in &headers {
        let info = received(|server| connect(server, header)).await;
        assert_eq!(info.header().unwrap().as_bytes(), header);
    }
}

#[tokio::test]
async fn a_header_that_was_received_is_sent_on_unchanged() {
    let sent = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
    let first = received(|server| connect(server, sent)).await;
    let second = received(|server| connect_for(server, &first)).await;
    assert_eq!(second.header().unwrap().as_bytes(), sent);
}

#[tokio::test]
async fn a_direct_client_is_named_by_a_new_header() {
    let client: SocketAddr = "192.0.2.1:56324".parse().unwrap();
    let server: SocketAddr = "[2001:db8::7]:143".parse().unwrap();
    let direct = ConnectionInfo::direct(client, server);
    let info = received(|receiver| connect_for(receiver, &direct)).await;
    assert_eq!(info.client_addr(), client);
    assert_eq!(info.server_addr(), server);

    let path = std::os::unix::net::SocketAddr::from_pathname("/run/a").unwrap();
    let direct = ConnectionInfo::direct(&path, &path);
    let info = received(|receiver| connect_for(receiver, &direct)).await;
    assert!(!info.is_proxied() && !info.is_local());
}

/// While it waits for room, since the receiver has read nothing.
#[tokio::test]
async fn dropping_the_future_closes_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let more_than_fits = vec![0; 64 << 20];
    let accepting = async {
        let (stream, _) = listener.accept().await.unwrap();
        stream.peek(&mut [0]).await.unwrap();
        stream
    };
    let mut stream = tokio::select! {
        stream = accepting => stream,
        _ = connect(server, &more_than_fits) => panic!("sent, and no one has read"),
    };
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    assert!((1..more_than_fits.len()).contains(&received.len()));
}
