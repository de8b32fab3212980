//! The sockets that a listener is made of, and their addresses.

use std::{net::SocketAddr, sync::Arc};

use proxy_proto_tokio::{
    ProxyListener,
    proxy_proto::{HeaderMode, Policy},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
};

use crate::support::{PAYLOAD, TCP4, client, closed, listener, policy};

#[tokio::test(start_paused = true)]
async fn a_wildcard_address_is_asked_for_on_each_connection() {
    let any: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let mut listener = ProxyListener::bind(any, Arc::new(policy())).unwrap();
    let port = listener.local_addr().port().unwrap();
    let mut balancer = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    balancer.write_all(TCP4).await.unwrap();
    let (stream, info) = listener.accept().await.unwrap();
    assert_eq!(info.local_addr(), stream.local_addr().unwrap());
    assert_eq!(info.local_addr(), SocketAddr::from(([127, 0, 0, 1], port)));
}

#[tokio::test(start_paused = true)]
async fn an_address_that_all_connections_share_is_that_of_the_listener() {
    let (mut listener, _) = listener(policy());
    let _balancer = client(&listener, 1, TCP4).await;
    let (stream, info) = listener.accept().await.unwrap();
    assert_eq!(info.local_addr(), stream.local_addr().unwrap());
    assert_eq!(info.local_addr(), listener.local_addr());
}

#[tokio::test(start_paused = true)]
async fn sockets_of_tokio_and_of_the_standard_library_do() {
    let std = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let tokio = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listeners = [
        ProxyListener::new(std, Arc::new(policy())).unwrap(),
        ProxyListener::new(tokio, Arc::new(policy())).unwrap(),
    ];
    for mut listener in listeners {
        let _balancer = client(&listener, 1, &[TCP4, PAYLOAD].concat()).await;
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut payload = vec![0; PAYLOAD.len()];
        stream.read_exact(&mut payload).await.unwrap();
        assert_eq!(payload, PAYLOAD);
    }
}

#[tokio::test(start_paused = true)]
async fn unix_sockets_are_bound_and_accepted() {
    let name = format!("proxy-proto-listener-{}.sock", std::process::id());
    let path = std::env::temp_dir().join(name);
    let trusted = Policy::new("unix".parse().unwrap());
    let mut listener = ProxyListener::bind_unix(&path, Arc::new(trusted)).unwrap();
    let mut balancer = UnixStream::connect(&path).await.unwrap();
    balancer.write_all(TCP4).await.unwrap();
    let (_, info) = listener.accept().await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
    assert_eq!(
        info.local_addr().to_string(),
        format!("unix:{}", path.display())
    );
}

#[tokio::test(start_paused = true)]
async fn strangers_are_refused_unread_and_direct_clients_are_not_parsed() {
    let (mut listener, events) = listener(policy());
    let mut stranger = client(&listener, 3, b"").await;
    tokio::select! {
        accepted = listener.accept() => panic!("{accepted:?}"),
        () = closed(&mut stranger) => {}
    }
    assert_eq!(events.names(), ["not_trusted"]);

    let by_source = policy().with_mode(HeaderMode::BySource);
    listener.handle().set_policy(Arc::new(by_source));
    let _direct = client(&listener, 3, TCP4).await;
    let (mut stream, info) = listener.accept().await.unwrap();
    assert!(info.header().is_none());
    let mut payload = vec![0; TCP4.len()];
    stream.read_exact(&mut payload).await.unwrap();
    assert_eq!(payload, TCP4);
}

#[tokio::test(start_paused = true)]
async fn a_buffered_stream_gives_back_what_was_read_ahead() {
    let (listener, _) = listener(policy());
    let mut listener = listener.buffered();
    let mut balancer = client(&listener, 1, &[TCP4, PAYLOAD].concat()).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    assert_eq!(stream.prefix(), PAYLOAD);
    let mut first = [0; 2];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(first, PAYLOAD[..2]);
    stream.write_all(b"reply").await.unwrap();
    let mut reply = [0; 5];
    balancer.read_exact(&mut reply).await.unwrap();
    assert_eq!(&reply, b"reply");
    let (rest, _socket) = stream.into_parts();
    assert_eq!(rest, PAYLOAD[2..]);
}

#[cfg(feature = "tokio-util")]
#[tokio::test(start_paused = true)]
async fn it_is_a_listener_of_tokio_util() {
    use tokio_util::net::Listener;

    let (mut listener, _) = listener(policy());
    let _balancer = client(&listener, 1, TCP4).await;
    let (_, info) = Listener::accept(&mut listener).await.unwrap();
    assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
    assert!(!info.is_listener());
    let own = Listener::local_addr(&listener).unwrap();
    assert!(own.is_listener());
    assert_eq!(own.local_addr(), listener.local_addr());
}
