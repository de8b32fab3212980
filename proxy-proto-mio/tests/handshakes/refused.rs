//! Connections that are not handed on, and why.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use proxy_proto_mio::proxy_proto::{DecodeErrorKind, Refusal};

use crate::support::{PAYLOAD, Server, TIMEOUT, V1, payload, policy, readable, refusal, reset};

fn server() -> Server {
    Server::new(policy("127.0.0.1"))
}

#[test]
fn a_peer_that_is_not_trusted_is_refused_before_a_byte_is_read() {
    let mut server = Server::new(policy("127.0.0.2"));
    let (client, begun) = server.begin(V1);
    let error = begun.unwrap().unwrap_err();
    assert_eq!(error.peer_addr(), client.local_addr().unwrap());
    assert_eq!(error.kind().name(), "not_trusted");
    drop(client);
    assert_eq!(payload(error.into_stream()), V1);
    assert_eq!(server.counted(), [("refused.not_trusted", 1)]);
}

#[test]
fn bytes_that_cannot_be_a_header_are_refused_at_every_byte() {
    let mut server = server();
    for at in 0..V1.len() {
        let mut sent = V1.to_vec();
        sent[at] = b'!';
        let (mut client, begun) = server.begin(&sent[..at]);
        client.write_all(&sent[at..]).unwrap();
        let Refusal::InvalidHeader(error) = refusal(server.finish(begun.unwrap_err())) else {
            panic!();
        };
        // The last but one must be the carriage return, which is missed at the first byte after it.
        assert!(error.offset == at || at == V1.len() - 2);
        assert_eq!(
            matches!(error.kind, DecodeErrorKind::NoProxyHeader { .. }),
            at < 6
        );
    }
    let all = u64::try_from(V1.len()).unwrap();
    let expected = [
        ("versions.v1.error", all - 6),
        ("not_found_disallowed", 6),
        ("refused.invalid_header", all),
    ];
    assert_eq!(server.counted(), expected);
}

#[test]
fn a_client_without_a_header_is_refused_at_its_first_bytes() {
    let mut server = server();
    let (client, begun) = server.begin(b"EHLO there\r\n");
    let error = begun.unwrap().unwrap_err();
    assert_eq!(error.kind().name(), "invalid_header");
    assert!(!error.is_probe());
    drop(client);
    assert_eq!(payload(error.into_stream()), b"EHLO there\r\n");
}

#[test]
fn a_close_is_refused_wherever_it_comes() {
    let mut server = server();
    for at in 0..V1.len() {
        let (client, token) = server.wait(&V1[..at]);
        drop(client);
        assert_eq!(refusal(server.finish(token)), Refusal::closed(at));
    }
    assert_eq!(server.counted()[0], ("refused.closed_before_header", 1));
}

#[test]
fn a_reset_is_refused_wherever_it_comes() {
    let mut server = server();
    for at in 0..V1.len() {
        let (client, token) = server.wait(&V1[..at]);
        let peer = client.local_addr().unwrap();
        reset(client);
        let error = server.finish(token).unwrap_err();
        // The socket no longer knows it.
        assert_eq!(error.peer_addr(), peer);
        assert_eq!(refusal(Err(error)), Refusal::closed(at));
    }
}

#[test]
fn a_peer_may_be_gone_before_the_connection_begins() {
    let mut server = server();
    for (sent, refused) in [
        (&b""[..], Refusal::closed(0)),
        (b"PROXY", Refusal::closed(5)),
    ] {
        let (mut client, stream, peer) = server.connect();
        client.write_all(sent).unwrap();
        drop(client);
        readable(&stream);
        let outcome = server.begin_with(stream, peer);
        let outcome = outcome.unwrap_or_else(|token| server.finish(token));
        assert_eq!(refusal(outcome), refused);
    }
    let (client, stream, peer) = server.connect();
    reset(client);
    readable(&stream);
    let error = server.begin_with(stream, peer).unwrap().unwrap_err();
    assert!(error.is_probe());
}

#[test]
fn the_deadline_is_one_for_the_whole_header_however_it_drips() {
    let mut server = server();
    let accepted_at = server.now;
    let deadline = accepted_at + TIMEOUT;
    let (mut client, token) = server.wait(b"");
    assert_eq!(server.handshakes.next_deadline(), Some(deadline));
    for byte in &V1[..20] {
        server.now += Duration::from_millis(100);
        client.write_all(&[*byte]).unwrap();
        assert!(server.drive(token).is_none());
        assert!(server.handshakes.expire(server.now).is_none());
        assert_eq!(server.handshakes.next_deadline(), Some(deadline));
    }
    let before = deadline - Duration::from_nanos(1);
    assert!(server.handshakes.expire(before).is_none());
    let outcome = server.handshakes.expire(deadline).unwrap();
    assert_eq!(refusal(outcome), Refusal::timed_out(TIMEOUT, 20));
    assert!(server.handshakes.expire(deadline).is_none());
    assert_eq!(server.handshakes.next_deadline(), None);
    assert_eq!(server.counted(), [("refused.timed_out", 1)]);
}

#[test]
fn all_whose_time_is_up_expire_in_one_turn() {
    let mut server = server();
    let mut clients = Vec::new();
    for number in 0..10_u32 {
        clients.push(server.wait(b""));
        server.now += Duration::from_secs(1) * (number % 2);
    }
    let at = server.now + TIMEOUT - Duration::from_secs(2);
    let mut ended = 0;
    while let Some(outcome) = server.handshakes.expire(at) {
        assert_eq!(refusal(outcome), Refusal::timed_out(TIMEOUT, 0));
        ended += 1;
    }
    // The first eight began by then, and the last two a second later.
    assert_eq!((ended, server.handshakes.len()), (8, 2));
}

#[test]
fn a_loop_that_is_late_still_accepts_a_header_that_is_there() {
    let mut server = server();
    let (mut client, token) = server.wait(b"");
    client.write_all(&[V1, PAYLOAD].concat()).unwrap();
    server.now += 2 * TIMEOUT;
    assert!(server.drive(token).unwrap().is_ok());
}

#[test]
fn a_time_before_the_first_connection_is_that_connection() {
    let mut server = server();
    let (_client, _token) = server.wait(b"");
    let earlier = server.now.checked_sub(Duration::from_secs(1));
    let earlier = earlier.unwrap_or_else(Instant::now);
    assert!(server.handshakes.expire(earlier).is_none());
    assert!(server.handshakes.next_deadline() > Some(earlier));
}
