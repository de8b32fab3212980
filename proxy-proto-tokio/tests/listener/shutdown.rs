//! The end of a listener.

use std::{task::Poll, time::Duration};

use tokio::{io::AsyncWriteExt, net::TcpStream, task::yield_now, time::Instant};
use tokio_test::task;

use crate::support::{TCP4, client, closed, listener, policy, until_pending};

const WITHIN: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn handshakes_may_finish_and_the_rest_is_dropped_at_the_deadline() {
    let (mut listener, events) = listener(policy());
    let mut finishing = client(&listener, 1, &TCP4[..9]).await;
    let mut silent = client(&listener, 1, b"").await;
    until_pending(&mut listener, 2).await;
    let address = listener.local_addr().socket_addr().unwrap();

    let started = Instant::now();
    let mut draining = listener.graceful_shutdown(WITHIN);
    assert!(TcpStream::connect(address).await.is_err());
    finishing.write_all(&TCP4[9..]).await.unwrap();
    let (_, info) = draining.next().await.unwrap();
    assert!(info.is_proxied());
    assert_eq!(draining.pending(), 1);
    assert!(draining.next().await.is_none());

    assert!(started.elapsed() >= WITHIN && started.elapsed() < 2 * WITHIN);
    closed(&mut silent).await;
    assert!(events.names().is_empty());
}

/// Each is polled for by futures that are dropped at once.
#[tokio::test(start_paused = true)]
async fn nothing_is_lost_with_a_future_that_is_dropped_while_draining() {
    let (mut listener, events) = listener(policy());
    let mut clients = Vec::new();
    for at in 1..TCP4.len() {
        clients.push((client(&listener, 1, &TCP4[..at]).await, &TCP4[at..]));
        until_pending(&mut listener, at).await;
    }
    let mut draining = listener.graceful_shutdown(WITHIN);
    for (client, rest) in &mut clients {
        client.write_all(rest).await.unwrap();
        let (_, info) = loop {
            match task::spawn(draining.next()).poll() {
                Poll::Ready(connection) => break connection.unwrap(),
                Poll::Pending => yield_now().await,
            }
        };
        assert!(info.is_proxied());
    }
    assert!(draining.next().await.is_none());
    assert!(events.names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_pending_handshakes_it_ends_at_once() {
    let (listener, _) = listener(policy());
    let started = Instant::now();
    assert!(listener.graceful_shutdown(WITHIN).next().await.is_none());
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_header_is_still_due_at_its_own_deadline() {
    let (mut listener, events) = listener(policy().with_timeout(WITHIN / 2));
    let _silent = client(&listener, 1, b"").await;
    until_pending(&mut listener, 1).await;
    let started = Instant::now();
    assert!(listener.graceful_shutdown(WITHIN).next().await.is_none());
    assert!(started.elapsed() < WITHIN);
    assert_eq!(events.names(), ["timed_out"]);
}

#[tokio::test(start_paused = true)]
async fn connections_that_were_not_handed_on_are_closed_with_the_listener() {
    let (mut listener, _) = listener(policy());
    let mut waiting = client(&listener, 1, b"").await;
    until_pending(&mut listener, 1).await;
    drop(listener);
    closed(&mut waiting).await;
}
