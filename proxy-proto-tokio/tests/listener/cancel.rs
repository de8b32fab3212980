//! Dropping the future of `accept` loses nothing.

use std::collections::BTreeSet;

use proxy_proto_tokio::{Delivery, ProxyListener};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::yield_now,
};

use crate::support::{client, listener, policy, poll_once};

/// Clients with headers split at every byte, each of them polled for by futures that are dropped at
/// once: all are handed on, none twice, each with its payload.
async fn nothing_is_lost<D: Delivery>(mut listener: ProxyListener<TcpListener, D>) {
    let mut clients = Vec::new();
    let mut expected = BTreeSet::new();
    let mut served = BTreeSet::new();
    for number in 0..64_u16 {
        let port = 1000 + number;
        let sent = format!("PROXY TCP4 192.0.2.1 198.51.100.7 {port} 143\r\n{port}");
        // Within the header: one that is whole is handed on, whether its payload has come or not.
        let split = usize::from(number) % (sent.len() - 4);
        let (first, second) = sent.as_bytes().split_at(split);
        clients.push((client(&listener, 1, first).await, second.to_vec()));
        expected.insert(port);
        // Before, between and after both parts of each.
        collect(&mut listener, &mut served).await;
        if number % 3 == 0 {
            for (client, rest) in &mut clients {
                client.write_all(rest).await.unwrap();
                rest.clear();
                collect(&mut listener, &mut served).await;
            }
        }
    }
    for (client, rest) in &mut clients {
        client.write_all(rest).await.unwrap();
    }
    while served.len() < expected.len() {
        collect(&mut listener, &mut served).await;
        yield_now().await;
    }
    assert_eq!(served, expected);
    assert_eq!(listener.pending(), 0);
    assert_eq!(listener.handle().counters().v1_found, 64);
}

async fn collect<D: Delivery>(
    listener: &mut ProxyListener<TcpListener, D>,
    served: &mut BTreeSet<u16>,
) {
    if let Some((mut stream, info)) = poll_once(listener).await {
        let port = info.client_addr().port().unwrap();
        let mut payload = [0; 4];
        stream.read_exact(&mut payload).await.unwrap();
        assert_eq!(payload, port.to_string().as_bytes());
        assert!(served.insert(port), "{port} was handed on twice");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_with_a_future_that_is_dropped() {
    nothing_is_lost(listener(policy()).0).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_of_a_buffered_stream_either() {
    nothing_is_lost(listener(policy()).0.buffered()).await;
}
