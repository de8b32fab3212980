//! Headers that a trusted peer may send: nothing of a client's own bytes is consumed or waited on.

use std::io::Write;

use proxy_proto_mio::proxy_proto::{Gate, HeaderMode, Refusal};

use crate::support::{
    PAYLOAD, Server, TIMEOUT, V1, assert_accepted, policy, readable, refusal, send,
};

fn server() -> Server {
    Server::new(policy("127.0.0.1").with_mode(HeaderMode::Optional))
}

#[test]
fn a_client_without_a_header_is_handed_on_with_all_its_bytes() {
    let mut server = server();
    for sent in ["a1 NOOP\r\n", "PROXX", "P", "PROXY\r\n"] {
        let (mut client, begun) = server.begin(&sent.as_bytes()[..1]);
        client.write_all(&sent.as_bytes()[1..]).unwrap();
        client.write_all(b"-").unwrap();
        let outcome = begun.unwrap_or_else(|token| server.finish(token));
        let info = assert_accepted(client, outcome, format!("{sent}-").as_bytes());
        assert!(info.header().is_none());
    }
    assert_eq!(server.counted(), [("not_found_allowed", 4)]);
}

#[test]
fn a_header_is_accepted_wherever_it_is_split() {
    let mut server = server();
    for at in 0..V1.len() {
        let (mut client, token) = server.wait(&V1[..at]);
        client.write_all(&[&V1[at..], PAYLOAD].concat()).unwrap();
        assert!(assert_accepted(client, server.finish(token), PAYLOAD).is_proxied());
    }
}

#[test]
fn a_part_of_a_signature_is_looked_at_again_without_an_event() {
    let mut server = server();
    let begun_at = server.now;
    let (mut client, stream, peer) = server.connect();
    send(&mut client, b"PROXY", &stream);
    let token = server.begin_with(stream, peer).unwrap_err();
    let look_at = begun_at + Gate::LOOK_AGAIN;
    assert_eq!(server.handshakes.next_deadline(), Some(look_at));

    // Looking sooner changes nothing, and does not put off the next look.
    assert!(server.handshakes.drive(token, begun_at).is_none());
    assert!(server.handshakes.expire(begun_at).is_none());
    assert_eq!(server.handshakes.next_deadline(), Some(look_at));

    // There is nothing new yet.
    assert!(server.handshakes.expire(look_at).is_none());
    let look_at = look_at + Gate::LOOK_AGAIN;
    assert_eq!(server.handshakes.next_deadline(), Some(look_at));

    // The rest is found without asking the poll.
    client.write_all(&V1[5..]).unwrap();
    let outcome = loop {
        if let Some(outcome) = server.handshakes.expire(look_at) {
            break outcome;
        }
        let Some(next) = server.handshakes.next_deadline() else {
            panic!("never looked at again");
        };
        server.now = next;
        if let Some(outcome) = server.handshakes.expire(next) {
            break outcome;
        }
    };
    assert!(assert_accepted(client, outcome, b"").is_proxied());
    assert_eq!(server.handshakes.next_deadline(), None);
}

#[test]
fn a_whole_signature_is_no_longer_looked_at_without_an_event() {
    let mut server = server();
    let deadline = server.now + TIMEOUT;
    let (mut client, token) = server.wait(&V1[..5]);
    client.write_all(&V1[5..20]).unwrap();
    assert!(server.drive(token).is_none());
    // What was to be looked at again is no reason to look any more.
    while let Some(next) = server.handshakes.next_deadline() {
        if next == deadline {
            break;
        }
        assert!(server.handshakes.expire(next).is_none());
    }
    client.write_all(&V1[20..]).unwrap();
    assert!(server.finish(token).is_ok());
}

#[test]
fn a_look_belongs_to_one_connection_and_not_to_the_next_one_of_its_token() {
    let mut server = server();
    let (mut client, token) = server.wait(b"PROXY");
    client.write_all(&V1[5..]).unwrap();
    assert!(server.finish(token).is_ok());

    let (_silent, again) = server.wait(b"");
    assert_eq!(again, token);
    let deadline = server.now + TIMEOUT;
    assert!(
        server
            .handshakes
            .expire(server.now + Gate::LOOK_AGAIN)
            .is_none()
    );
    assert_eq!(server.handshakes.next_deadline(), Some(deadline));
}

#[test]
fn a_part_of_a_signature_times_out() {
    let mut server = server();
    let deadline = server.now + TIMEOUT;
    let (_client, _) = server.wait(b"PROXY");
    let mut looks = 0;
    let outcome = loop {
        let next = server.handshakes.next_deadline().unwrap();
        looks += 1;
        if let Some(outcome) = server.handshakes.expire(next) {
            assert_eq!(next, deadline);
            break outcome;
        }
    };
    assert_eq!(refusal(outcome), Refusal::timed_out(TIMEOUT, 5));
    assert_eq!(looks, TIMEOUT.as_millis() / Gate::LOOK_AGAIN.as_millis());
}

#[test]
fn a_close_without_a_byte_is_refused_as_ever() {
    let mut server = server();
    let (client, stream, peer) = server.connect();
    drop(client);
    readable(&stream);
    let outcome = server.begin_with(stream, peer).unwrap();
    assert_eq!(refusal(outcome), Refusal::closed(0));
}

#[test]
fn a_deadline_before_the_next_look_comes_first() {
    let timeout = Gate::LOOK_AGAIN / 2;
    let policy = policy("127.0.0.1").with_timeout(timeout);
    let mut server = Server::new(policy.with_mode(HeaderMode::Optional));
    let (_client, _) = server.wait(b"PROXY");
    let deadline = server.now + timeout;
    assert_eq!(server.handshakes.next_deadline(), Some(deadline));
    let outcome = server.handshakes.expire(deadline).unwrap();
    assert_eq!(refusal(outcome), Refusal::timed_out(timeout, 5));
}
