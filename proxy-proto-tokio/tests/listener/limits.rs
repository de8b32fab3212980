//! Places for those that wait, and what happens when all are taken.

use proxy_proto_tokio::{
    ProxyListener,
    proxy_proto::{Limits, WhenFull},
};
use tokio::io::AsyncWriteExt;

use crate::support::{
    Events, TCP4, client, closed, listener, policy, poll_once, raise_descriptor_limit,
    until_events, until_pending,
};

fn limited(limits: Limits) -> (ProxyListener, Events) {
    let (listener, events) = listener(policy());
    (listener.with_limits(limits), events)
}

#[tokio::test(start_paused = true)]
async fn the_oldest_silent_connection_gives_up_its_place() {
    let (mut listener, events) = limited(Limits::new().with_pending(2));
    let speaking = client(&listener, 1, b"PROXY").await;
    until_pending(&mut listener, 1).await;
    let mut oldest = client(&listener, 1, b"").await;
    until_pending(&mut listener, 2).await;
    let _newest = client(&listener, 1, b"").await;
    until_events(&mut listener, &events, 1).await;

    assert_eq!(events.names(), ["limit_reached"]);
    closed(&mut oldest).await;
    assert_eq!(listener.pending(), 2);

    // A peer that has begun with a header may finish it.
    let mut speaking = speaking;
    speaking.write_all(&TCP4[5..]).await.unwrap();
    assert!(listener.accept().await.unwrap().1.is_proxied());
    assert_eq!(listener.handle().counters().refused_limit_reached, 1);
}

#[tokio::test(start_paused = true)]
async fn the_newest_is_refused_if_that_is_set() {
    let limits = Limits::new()
        .with_pending(1)
        .with_when_full(WhenFull::RefuseNewest);
    let (mut listener, events) = limited(limits);
    let _oldest = client(&listener, 1, b"").await;
    until_pending(&mut listener, 1).await;
    let mut newest = client(&listener, 1, b"").await;
    until_events(&mut listener, &events, 1).await;
    assert_eq!(events.names(), ["limit_reached"]);
    closed(&mut newest).await;

    // A header that is there needs no place.
    let _good = client(&listener, 1, TCP4).await;
    assert!(listener.accept().await.unwrap().1.is_proxied());
}

#[tokio::test(start_paused = true)]
async fn accepting_stops_until_a_place_is_free_if_that_is_set() {
    let limits = Limits::new()
        .with_pending(1)
        .with_when_full(WhenFull::StopAccepting);
    let (mut listener, events) = limited(limits);
    let silent = client(&listener, 1, b"").await;
    until_events(&mut listener, &events, 1).await;
    assert_eq!(events.names(), ["accept_stopped"]);

    let _good = client(&listener, 1, TCP4).await;
    assert!(poll_once(&mut listener).await.is_none());
    drop(silent);
    assert!(listener.accept().await.unwrap().1.is_proxied());
    assert_eq!(events.names(), ["accept_stopped", "closed_before_header"]);
    assert_eq!(listener.handle().counters().accept_stopped, 1);
}

#[tokio::test(start_paused = true)]
async fn one_source_cannot_take_every_place() {
    let (mut listener, events) = limited(Limits::new().with_per_source(1));
    let _first = client(&listener, 1, b"").await;
    until_pending(&mut listener, 1).await;
    let mut second = client(&listener, 1, b"").await;
    until_events(&mut listener, &events, 1).await;
    assert_eq!(events.names(), ["source_limit_reached"]);
    closed(&mut second).await;

    let _other = client(&listener, 2, b"").await;
    until_pending(&mut listener, 2).await;
    assert_eq!(listener.handle().counters().refused_source_limit_reached, 1);
}

#[tokio::test]
async fn places_are_no_more_than_half_of_the_descriptors() {
    let descriptors = raise_descriptor_limit();
    let (listener, _) = limited(Limits::new().with_pending(usize::MAX));
    let places = descriptors.map_or(usize::MAX, |it| usize::try_from(it / 2).unwrap());
    assert_eq!(listener.limits().pending(), places);

    let (listener, _) = limited(Limits::new().with_pending(3));
    assert_eq!(listener.limits().pending(), 3);
}
