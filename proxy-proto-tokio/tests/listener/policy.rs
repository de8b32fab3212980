//! A policy that is replaced while connections arrive.

use std::sync::Arc;

use proxy_proto_tokio::proxy_proto::{Policy, TrustedNetworks};
use tokio::io::AsyncWriteExt;

use crate::support::{TCP4, client, listener, policy, until_events, until_pending};

#[tokio::test(start_paused = true)]
async fn connections_keep_the_policy_that_they_began_with() {
    let (mut listener, events) = listener(policy());
    let handle = listener.handle();
    let mut early = Vec::new();
    for _ in 0..50 {
        early.push(client(&listener, 1, &TCP4[..7]).await);
    }
    until_pending(&mut listener, 50).await;

    handle.set_policy(Arc::new(Policy::new(TrustedNetworks::new())));
    assert!(
        !handle
            .policy()
            .trusted_networks()
            .contains([127, 0, 0, 1].into())
    );
    let mut late = Vec::new();
    for _ in 0..50 {
        late.push(client(&listener, 1, TCP4).await);
    }
    until_events(&mut listener, &events, 50).await;
    for client in &mut early {
        client.write_all(&TCP4[7..]).await.unwrap();
    }
    for _ in 0..50 {
        assert!(listener.accept().await.unwrap().1.is_proxied());
    }
    let counters = handle.counters();
    assert_eq!((counters.v1_found, counters.refused_not_trusted), (50, 50));
    assert_eq!(events.names(), vec!["not_trusted"; 50]);
}

/// Trust goes back and forth while clients arrive: each is served or refused, and none is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_replaced_under_load_decides_on_each_connection() {
    let (mut listener, _) = listener(policy());
    let handle = listener.handle();
    let port = listener.local_addr().port().unwrap();
    let clients = tokio::spawn(async move {
        for _ in 0..200 {
            let server = ("127.0.0.1", port);
            let mut client = tokio::net::TcpStream::connect(server).await.unwrap();
            // A refused one may be closed before it has sent anything.
            drop(client.write_all(TCP4).await);
        }
    });
    let replacing = tokio::spawn({
        let handle = handle.clone();
        async move {
            let (all, none) = (
                Arc::new(policy()),
                Arc::new(Policy::new(TrustedNetworks::new())),
            );
            while !clients.is_finished() {
                handle.set_policy(Arc::clone(&none));
                tokio::task::yield_now().await;
                handle.set_policy(Arc::clone(&all));
                tokio::task::yield_now().await;
            }
            clients.await.unwrap();
        }
    });
    let finished = || {
        let counters = handle.counters();
        // A client that is gone before it is accepted may have taken its header with it.
        counters.v1_found
            + counters.refused_not_trusted
            + counters.refused_closed_before_header
            + counters.refused_closed_in_header
    };
    while finished() < 200 {
        drop(crate::support::poll_once(&mut listener).await);
        tokio::task::yield_now().await;
    }
    replacing.await.unwrap();
    assert_eq!(finished(), 200);
    assert_eq!(listener.pending(), 0);
}
