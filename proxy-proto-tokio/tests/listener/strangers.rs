//! A flood from peers that are not trusted, in which connections are accepted without tokio.

use proxy_proto_tokio::{
    Delivery, ProxyListener,
    proxy_proto::{HeaderMode, Policy},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::{PAYLOAD, TCP4, client, closed, listener, policy, poll_once, until_pending};

#[tokio::test(start_paused = true)]
async fn good_clients_in_a_flood_are_served() {
    good_clients_are_served(listener(policy()).0).await;
    good_clients_are_served(listener(policy()).0.buffered()).await;
}

/// Their headers arrive whole, without a payload, split, or later than the connection.
async fn good_clients_are_served<D: Delivery>(mut listener: ProxyListener<TcpListener, D>) {
    let whole = [TCP4, PAYLOAD].concat();
    for at_once in [whole.len(), TCP4.len(), 7, 0] {
        let mut strangers = flood(&listener).await;
        let mut good = client(&listener, 1, &whole[..at_once]).await;
        if at_once < TCP4.len() {
            until_pending(&mut listener, 1).await;
        }
        let (now, later) = (TCP4.len().max(at_once), &whole[at_once..]);
        good.write_all(&later[..now - at_once]).await.unwrap();
        let (mut stream, info) = listener.accept().await.unwrap();
        assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
        good.write_all(&later[now - at_once..]).await.unwrap();
        converse(&mut good, &mut stream).await;
        for stranger in &mut strangers {
            closed(stranger).await;
        }
    }
    let counters = listener.handle().counters();
    assert_eq!((counters.v1_found, counters.refused_not_trusted), (4, 80));
}

#[tokio::test(start_paused = true)]
async fn a_direct_client_after_strangers_is_served() {
    let (mut listener, _) = listener(policy());
    let _strangers = flood(&listener).await;
    assert!(poll_once(&mut listener).await.is_none());
    let by_source = Policy::clone(&policy()).with_mode(HeaderMode::BySource);
    listener.handle().set_policy(by_source.into());
    let mut direct = client(&listener, 3, PAYLOAD).await;
    let (mut stream, info) = listener.accept().await.unwrap();
    assert!(info.header().is_none());
    converse(&mut direct, &mut stream).await;
}

#[tokio::test(start_paused = true)]
async fn an_invalid_header_among_strangers_is_refused() {
    let (mut listener, _) = listener(policy());
    let _strangers = flood(&listener).await;
    let mut bad = client(&listener, 1, b"EHLO").await;
    tokio::select! {
        accepted = listener.accept() => panic!("{accepted:?}"),
        () = closed(&mut bad) => {}
    }
    assert_eq!(listener.handle().counters().refused_invalid_header, 1);
}

/// Enough strangers to make the listener cautious.
async fn flood<D: Delivery>(listener: &ProxyListener<TcpListener, D>) -> Vec<TcpStream> {
    let mut strangers = Vec::new();
    for _ in 0..20 {
        strangers.push(client(listener, 3, TCP4).await);
    }
    strangers
}

/// The service reads the payload and answers.
async fn converse(client: &mut TcpStream, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let mut payload = vec![0; PAYLOAD.len()];
    stream.read_exact(&mut payload).await.unwrap();
    assert_eq!(payload, PAYLOAD);
    stream.write_all(b"OK").await.unwrap();
    let mut answer = [0; 2];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"OK");
}
