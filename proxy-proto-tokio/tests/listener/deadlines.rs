//! One deadline for each header, and one timer for all.

use std::{future::poll_fn, sync::Arc, time::Duration};

use proxy_proto_tokio::proxy_proto::{Gate, HeaderMode};
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, sleep, timeout},
};

use crate::support::{TCP4, TIMEOUT, client, closed, listener, policy, until_pending};

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_closed_at_the_deadline() {
    let (mut listener, events) = listener(policy());
    let mut silent = client(&listener, 1, b"").await;
    let started = Instant::now();
    tokio::select! {
        accepted = listener.accept() => panic!("{accepted:?}"),
        () = closed(&mut silent) => {}
    }
    assert!(started.elapsed() >= TIMEOUT);
    assert!(started.elapsed() < TIMEOUT + Duration::from_millis(10));
    assert_eq!(events.names(), ["timed_out"]);
    assert_eq!(listener.handle().counters().refused_timed_out, 1);
}

#[tokio::test(start_paused = true)]
async fn bytes_now_and_then_do_not_put_the_deadline_off() {
    let (mut listener, events) = listener(policy());
    let mut client = client(&listener, 1, b"").await;
    let started = Instant::now();
    let dripping = async {
        for byte in TCP4 {
            if client.write_all(&[*byte]).await.is_err() {
                break;
            }
            sleep(TIMEOUT / 10).await;
        }
    };
    tokio::select! {
        accepted = listener.accept() => panic!("{accepted:?}"),
        () = dripping => {}
    }
    assert!(started.elapsed() < TIMEOUT * 2);
    assert_eq!(events.names(), ["timed_out"]);
}

#[tokio::test(start_paused = true)]
async fn a_header_in_time_is_accepted_just_before_the_deadline() {
    let (mut listener, events) = listener(policy());
    let mut client = client(&listener, 1, &TCP4[..20]).await;
    let finishing = async {
        sleep(TIMEOUT - Duration::from_millis(10)).await;
        client.write_all(&TCP4[20..]).await.unwrap();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        accepted = listener.accept() => assert!(accepted.unwrap().1.is_proxied()),
        () = finishing => {}
    }
    assert!(events.names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_shorter_timeout_of_a_new_policy_ends_the_later_connection_first() {
    let (mut listener, _) = listener(policy());
    let mut first = client(&listener, 1, b"").await;
    until_pending(&mut listener, 1).await;

    let short = policy().with_timeout(TIMEOUT / 3);
    listener.handle().set_policy(Arc::new(short));
    let mut second = client(&listener, 1, b"").await;
    let started = Instant::now();
    let mut times = Vec::new();
    let watching = async {
        closed(&mut second).await;
        times.push(started.elapsed());
        closed(&mut first).await;
        times.push(started.elapsed());
    };
    tokio::select! {
        accepted = listener.accept() => panic!("{accepted:?}"),
        () = watching => {}
    }
    assert!(
        times[0] >= TIMEOUT / 3 && times[0] < TIMEOUT / 2,
        "{times:?}"
    );
    assert!(times[1] >= TIMEOUT && times[1] < TIMEOUT * 2, "{times:?}");
}

/// A part of a signature stays in the socket, which is readable all the time.
#[tokio::test(start_paused = true)]
async fn a_part_of_a_signature_is_looked_at_again() {
    let (mut listener, events) = listener(policy().with_mode(HeaderMode::Optional));
    let mut client = client(&listener, 1, &TCP4[..3]).await;
    until_pending(&mut listener, 1).await;
    client.write_all(&TCP4[3..]).await.unwrap();
    let started = Instant::now();
    let (_, info) = listener.accept().await.unwrap();
    assert!(info.is_proxied());
    assert!(started.elapsed() <= 2 * Gate::LOOK_AGAIN);
    assert!(events.names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_part_of_a_signature_is_refused_at_the_deadline() {
    let (mut listener, events) = listener(policy().with_mode(HeaderMode::Optional));
    let mut client = client(&listener, 1, b"PRO").await;
    tokio::select! {
        accepted = listener.accept() => panic!("{accepted:?}"),
        () = closed(&mut client) => {}
    }
    assert_eq!(events.names(), ["timed_out"]);

    // No look at a connection that has left wakes the task.
    let mut polls = 0;
    let idle = poll_fn(|cx| {
        polls += 1;
        assert!(polls < 10);
        listener.poll_accept(cx)
    });
    assert!(timeout(TIMEOUT, idle).await.is_err());
}
