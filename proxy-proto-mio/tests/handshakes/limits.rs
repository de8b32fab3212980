//! How many may wait, and what happens to one more.

use std::io::Write;

use mio::Interest;
use proxy_proto_mio::{
    Begun,
    proxy_proto::{Limits, Refusal, WhenFull},
};

use crate::support::{Server, V1, policy, refusal};

fn server(limits: Limits) -> Server {
    Server::with_limits(policy("127.0.0.0/8"), limits)
}

#[test]
fn the_oldest_silent_connection_gives_up_its_place() {
    let mut server = server(Limits::new().with_pending(2));
    let (_speaking, _) = server.wait(b"PROXY");
    let (silent, dropped_token) = server.wait(b"");

    let (mut client, stream, peer) = server.connect();
    let Begun::Pending {
        token,
        stream,
        dropped: Some(dropped),
        ..
    } = server.handshakes.begin(stream, peer, server.now)
    else {
        panic!();
    };
    assert_eq!(dropped.peer_addr(), silent.local_addr().unwrap());
    assert_eq!(dropped.kind().name(), "limit_reached");
    // It gave up its token as well, and is still registered under it.
    assert_eq!(token, dropped_token);
    let registry = server.poll.registry();
    registry
        .register(stream, token, Interest::READABLE)
        .unwrap();
    registry.deregister(&mut dropped.into_stream()).unwrap();

    assert_eq!(server.handshakes.len(), 2);
    client.write_all(V1).unwrap();
    assert!(server.finish(token).is_ok());
}

#[test]
fn the_newest_is_refused_if_all_have_spoken() {
    let mut server = server(Limits::new().with_pending(1));
    let (_speaking, _) = server.wait(b"PROXY");
    let (_client, begun) = server.begin(b"");
    assert_eq!(refusal(begun.unwrap()), Refusal::LimitReached);
    assert_eq!(server.counted(), [("refused.limit_reached", 1)]);
}

#[test]
fn the_newest_is_refused_if_that_is_the_rule() {
    let limits = Limits::new()
        .with_pending(1)
        .with_when_full(WhenFull::RefuseNewest);
    let mut server = server(limits);
    let (_silent, token) = server.wait(b"");
    let (_client, begun) = server.begin(b"");
    assert_eq!(refusal(begun.unwrap()), Refusal::LimitReached);
    assert!(server.handshakes.remove(token).is_some());
    server.wait(b"");
}

#[test]
fn a_whole_header_needs_no_place() {
    let limits = Limits::new()
        .with_pending(1)
        .with_when_full(WhenFull::RefuseNewest);
    let mut server = server(limits);
    let (_silent, _) = server.wait(b"");
    let (_client, begun) = server.begin(V1);
    assert!(begun.unwrap().is_ok());
    assert_eq!(server.handshakes.len(), 1);
}

#[test]
fn a_listener_stops_while_there_is_no_place() {
    let limits = Limits::new()
        .with_pending(2)
        .with_when_full(WhenFull::StopAccepting);
    let mut server = server(limits);
    let (_first, _) = server.wait(b"");
    assert!(server.handshakes.accepts());
    let (second, token) = server.wait(b"");
    assert!(!server.handshakes.accepts());
    drop(second);
    assert_eq!(refusal(server.finish(token)), Refusal::closed(0));
    assert!(server.handshakes.accepts());
    assert_eq!(server.handshakes.limits(), &limits);
}

#[test]
fn each_source_has_that_many_places() {
    let mut server = server(Limits::new().with_per_source(2));
    let mut clients = Vec::new();
    for source in ["127.0.0.1", "127.0.0.2"] {
        for place in 0..3 {
            let (client, stream, peer) = server.connect_from(source);
            let begun = server.begin_with(stream, peer);
            assert_eq!(begun.is_ok(), place == 2);
            if let Ok(outcome) = begun {
                assert_eq!(refusal(outcome), Refusal::SourceLimitReached);
            }
            clients.push(client);
        }
    }
    assert_eq!(server.counted(), [("refused.source_limit_reached", 2)]);
    assert_eq!(server.handshakes.len(), 4);
}
