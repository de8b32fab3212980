//! Dropping the future of `accept` loses nothing.

use std::{collections::BTreeSet, time::Duration};

use proxy_proto_tokio::{Delivery, ProxyListener, proxy_proto::HeaderMode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::yield_now,
    time::{Instant, sleep, timeout},
};
use tokio_test::{assert_pending, task};

use crate::support::{TCP4, TIMEOUT, client, closed, listener, policy, poll_once};

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

/// Polls in other tasks, whose futures are then dropped, until a connection waits.
async fn poll_elsewhere(listener: &mut ProxyListener) {
    while listener.pending() == 0 {
        assert_pending!(task::spawn(listener.accept()).poll());
        yield_now().await;
    }
}

/// By any byte of a header, and by the time to look again at part of a signature.
#[tokio::test(start_paused = true)]
async fn the_next_future_is_woken_by_what_a_dropped_one_waited_for() {
    let optional = policy().with_mode(HeaderMode::Optional);
    for (policy, at) in [(policy(), 0), (policy(), 9), (optional, 3)] {
        let (mut listener, _) = listener(policy);
        let (first, second) = TCP4.split_at(at);
        let mut client = client(&listener, 1, first).await;
        poll_elsewhere(&mut listener).await;
        let sending = async {
            // Until the listener waits.
            sleep(Duration::from_millis(1)).await;
            client.write_all(second).await.unwrap();
        };
        let started = Instant::now();
        // Its end wakes the task too, and then it is too late.
        let accepting = timeout(TIMEOUT / 2, listener.accept());
        let (accepted, ()) = tokio::join!(accepting, sending);
        assert!(accepted.unwrap().unwrap().1.is_proxied());
        assert!(started.elapsed() < TIMEOUT / 2, "not woken");
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_future_is_woken_by_the_deadline_of_a_dropped_one() {
    let (mut listener, events) = listener(policy());
    let started = Instant::now();
    let mut silent = client(&listener, 1, b"").await;
    poll_elsewhere(&mut listener).await;
    tokio::select! {
        _ = listener.accept() => panic!("no one has sent a header"),
        () = closed(&mut silent) => {}
        () = sleep(2 * TIMEOUT) => panic!("not woken"),
    }
    assert!(started.elapsed() < 2 * TIMEOUT);
    assert_eq!(events.names(), ["timed_out"]);
}
