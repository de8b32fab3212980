//! Connections that are handed on, with what is known of them and their whole payload.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream as Client},
};

use proxy_proto_mio::proxy_proto::{Decoded, HeaderMode, Limits, decode};

use crate::support::{FIRST, PAYLOAD, Server, V1, assert_accepted, policy, readable, send};

/// Headers of all kinds, and their clients: `None` for the peer.
fn headers() -> Vec<(Vec<u8>, Option<&'static str>)> {
    let v2 = |fixed: &[u8; 4], rest: &[u8]| [b"\r\n\r\n\0\r\nQUIT\n", &fixed[..], rest].concat();
    let v4 = b"\xc0\0\x02\x01\xc6\x33\x64\x07\xdc\x04\0\x8f";
    let authority = b"\x02\0\x04imap";
    let mut unix = [0; 216];
    unix[..5].copy_from_slice(b"/peer");
    vec![
        (V1.to_vec(), Some("192.0.2.1:56324")),
        (
            b"PROXY TCP6 2001:db8::1 ::1 1 2\r\n".to_vec(),
            Some("[2001:db8::1]:1"),
        ),
        (b"PROXY UNKNOWN\r\n".to_vec(), None),
        (v2(b"\x21\x11\0\x0c", v4), Some("192.0.2.1:56324")),
        (
            v2(b"\x21\x11\0\x13", &[&v4[..], authority].concat()),
            Some("192.0.2.1:56324"),
        ),
        (v2(b"\x21\x31\0\xd8", &unix), Some("unix:/peer")),
        (v2(b"\x21\0\0\0", b""), None),
        (v2(b"\x20\0\0\0", b""), None),
    ]
}

#[test]
fn a_whole_header_is_accepted_at_once() {
    for (header, client_addr) in headers() {
        let mut server = Server::new(policy("127.0.0.1"));
        let (client, begun) = server.begin(&[&header, PAYLOAD].concat());
        let info = assert_accepted(client, begun.unwrap(), PAYLOAD);
        let expected = client_addr.map_or(info.peer_addr().to_string(), str::to_owned);
        assert_eq!(info.client_addr().to_string(), expected);
        assert_eq!(
            info.local_addr().to_string(),
            format!("127.0.0.1:{}", server.port())
        );
        let Decoded::Complete(sent) = decode(&header) else {
            panic!();
        };
        assert_eq!(info.header(), Some(sent));
        assert!(server.handshakes.is_empty());
        assert_eq!(server.handshakes.next_deadline(), None);
    }
}

#[test]
fn a_header_may_be_split_at_every_byte() {
    let mut server = Server::new(policy("127.0.0.1"));
    for (header, client_addr) in headers() {
        for at in 0..header.len() {
            let (mut client, token) = server.wait(&header[..at]);
            client
                .write_all(&[&header[at..], PAYLOAD].concat())
                .unwrap();
            let info = assert_accepted(client, server.finish(token), PAYLOAD);
            assert_eq!(info.is_proxied(), client_addr.is_some());
            assert_eq!(info.header().unwrap().as_bytes(), header);
        }
    }
    assert!(server.handshakes.is_empty());
}

#[test]
fn a_header_may_come_byte_by_byte() {
    let mut server = Server::new(policy("127.0.0.1"));
    for (header, _) in headers() {
        let (mut client, token) = server.wait(b"");
        let (last, before) = header.split_last().unwrap();
        for byte in before {
            client.write_all(&[*byte]).unwrap();
            assert!(server.drive(token).is_none());
        }
        client.write_all(&[&[*last], PAYLOAD].concat()).unwrap();
        assert_accepted(client, server.drive(token).unwrap(), PAYLOAD);
    }
}

#[test]
fn a_header_may_be_longer_than_one_look_shows() {
    let noop = [&b"\x04\x0f\xfd"[..], &[0; 4093]].concat();
    let header = [&b"\r\n\r\n\0\r\nQUIT\n\x21\0\x10\0"[..], &noop].concat();
    let mut server = Server::new(policy("127.0.0.1").with_max_header_len(header.len()));
    let (mut client, stream, peer) = server.connect();
    send(&mut client, &[&header, PAYLOAD].concat(), &stream);
    let outcome = match server.begin_with(stream, peer) {
        Ok(outcome) => outcome,
        Err(token) => server.finish(token),
    };
    let info = assert_accepted(client, outcome, PAYLOAD);
    assert_eq!(info.header().unwrap().as_bytes(), header);
}

#[test]
fn a_direct_client_by_source_is_handed_on_without_a_look() {
    let by_source = policy("127.0.0.2").with_mode(HeaderMode::BySource);
    let mut server = Server::new(by_source);
    let (client, begun) = server.begin(V1);
    let info = assert_accepted(client, begun.unwrap(), V1);
    assert_eq!(info.client_addr(), info.peer_addr());
    assert!(info.header().is_none());

    let (mut client, stream, peer) = server.connect_from("127.0.0.2");
    send(&mut client, V1, &stream);
    let outcome = server.begin_with(stream, peer).unwrap();
    assert_accepted(client, outcome, b"");
    assert_eq!(
        server.counted(),
        [("versions.v1.found", 1), ("not_found_allowed", 1)]
    );
}

#[test]
fn a_v4_mapped_peer_is_trusted_as_its_ipv4_address() {
    let mut server = Server::bind("[::]:0", policy("127.0.0.1"), Limits::new());
    let (client, begun) = server.begin(V1);
    let info = assert_accepted(client, begun.unwrap(), b"");
    assert!(
        info.peer_addr()
            .to_string()
            .starts_with("[::ffff:127.0.0.1]:")
    );
    assert!(info.is_proxied());
}

#[test]
fn a_client_may_close_its_side_after_the_header() {
    let mut server = Server::new(policy("127.0.0.1"));
    for at in [0, 20, V1.len()] {
        let (mut client, stream, peer) = server.connect();
        send(&mut client, &V1[..at], &stream);
        let begun = server.begin_with(stream, peer);
        client.write_all(&V1[at..]).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let outcome = begun.unwrap_or_else(|token| server.finish(token));
        let (mut stream, _) = outcome.unwrap();
        readable(&stream);
        assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
        stream.write_all(b"bye").unwrap();
        drop(stream);
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "bye");
    }
}

#[test]
fn a_token_belongs_to_a_connection_until_it_is_finished() {
    let limits = Limits::new().with_pending(3);
    let mut server = Server::with_limits(policy("127.0.0.1"), limits);
    assert_eq!(server.handshakes.tokens().start, FIRST);
    let waiting: Vec<_> = (0..3).map(|_| server.wait(b"PROXY")).collect();
    let tokens: Vec<_> = waiting.iter().map(|(_, token)| *token).collect();
    assert!(
        tokens
            .iter()
            .all(|token| server.handshakes.tokens().contains(token))
    );
    assert_eq!(server.handshakes.tokens().end.0, FIRST.0 + 3);
    assert_eq!(server.handshakes.len(), 3);

    for (mut client, token) in waiting {
        client.write_all(&V1[5..]).unwrap();
        assert!(server.finish(token).is_ok());
        assert!(server.handshakes.drive(token, server.now).is_none());
    }
    let outside = mio::Token(0);
    assert!(server.handshakes.drive(outside, server.now).is_none());
    assert!(server.handshakes.remove(outside).is_none());
    assert!(tokens.contains(&server.wait(b"").1));
}

#[test]
fn a_connection_can_be_removed_without_an_outcome() {
    let mut server = Server::new(policy("127.0.0.1"));
    let (client, token) = server.wait(b"PROXY");
    let stream = server.handshakes.remove(token).unwrap();
    assert_eq!(stream.peer_addr().ok(), client.local_addr().ok());
    assert_eq!(server.handshakes.next_deadline(), None);
    assert_eq!(server.counted(), []);
}

#[test]
fn the_peer_of_the_caller_is_the_one_that_counts() {
    let mut server = Server::new(policy("10.0.0.1"));
    let (mut client, stream, _): (Client, _, _) = server.connect();
    send(&mut client, V1, &stream);
    let peer: SocketAddr = "10.0.0.1:40528".parse().unwrap();
    let outcome = server.begin_with(stream, peer).unwrap();
    assert_eq!(assert_accepted(client, outcome, b"").peer_addr(), peer);
}
