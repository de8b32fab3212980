//! No wake-up is lost, for a loop that does what the docs say.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    thread,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Token, net::TcpStream};
use proxy_proto_mio::{Begun, Outcome, proxy_proto::HeaderMode};

use crate::support::{PAYLOAD, Server, V1, payload, policy, readable, send, wait_for};

/// The token of a connection that was handed on.
const OWN: Token = Token(7);

#[test]
fn registering_raises_an_event_for_payload_that_came_with_the_header() {
    let mut server = Server::new(policy("127.0.0.1"));
    let (client, begun) = server.begin(&[V1, PAYLOAD].concat());
    let (mut stream, _) = begun.unwrap().unwrap();
    server
        .poll
        .registry()
        .register(&mut stream, OWN, Interest::READABLE)
        .unwrap();
    wait_for(&mut server.poll, OWN);
    drop(client);
    assert_eq!(payload(stream), PAYLOAD);
}

/// Where mio's selector is epoll or kqueue. Elsewhere it must not be relied on, and the docs do not.
#[cfg(any(target_os = "linux", target_vendor = "apple", target_os = "freebsd"))]
#[test]
fn reregistering_raises_an_event_for_payload_that_came_with_the_header() {
    let mut server = Server::new(policy("127.0.0.1"));
    let (mut client, token) = server.wait(b"");
    client.write_all(&[V1, PAYLOAD].concat()).unwrap();
    let (mut stream, _) = server.finish(token).unwrap();
    server
        .poll
        .registry()
        .reregister(&mut stream, OWN, Interest::READABLE)
        .unwrap();
    wait_for(&mut server.poll, OWN);
    drop(client);
    assert_eq!(payload(stream), PAYLOAD);
}

#[test]
fn payload_that_came_with_the_header_is_read_at_once() {
    let mut server = Server::new(policy("127.0.0.1"));
    let (mut client, token) = server.wait(&V1[..20]);
    client.write_all(&[&V1[20..], PAYLOAD].concat()).unwrap();
    let (mut stream, _) = server.finish(token).unwrap();
    let mut buffer = [0; 64];
    let len = stream.read(&mut buffer).unwrap();
    assert_eq!(&buffer[..len], PAYLOAD);
}

#[test]
fn payload_that_comes_later_raises_an_event() {
    let mut server = Server::new(policy("127.0.0.1"));
    for split in [0, 20, V1.len()] {
        let (mut client, stream, peer) = server.connect();
        send(&mut client, &V1[..split], &stream);
        let begun = server.begin_with(stream, peer);
        client.write_all(&V1[split..]).unwrap();
        let registered = begun.is_err();
        let outcome = begun.unwrap_or_else(|token| server.finish(token));
        let (mut stream, _) = outcome.unwrap();
        let registry = server.poll.registry();
        if registered {
            registry
                .reregister(&mut stream, OWN, Interest::READABLE)
                .unwrap();
        } else {
            registry
                .register(&mut stream, OWN, Interest::READABLE)
                .unwrap();
        }
        let error = stream.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);

        client.write_all(PAYLOAD).unwrap();
        wait_for(&mut server.poll, OWN);
        drop(client);
        assert_eq!(payload(stream), PAYLOAD);
    }
}

/// The rest of a header raises an event, whatever has been consumed before, and so does the rest of a
/// signature of which nothing was.
#[test]
fn every_later_byte_of_a_header_raises_an_event() {
    for mode in [HeaderMode::Required, HeaderMode::Optional] {
        let mut server = Server::new(policy("127.0.0.1").with_mode(mode));
        for at in 0..V1.len() - 1 {
            let (mut client, token) = server.wait(&V1[..at]);
            client.write_all(&V1[at..=at]).unwrap();
            assert!(server.drive(token).is_none());
            client.write_all(&V1[at + 1..]).unwrap();
            assert!(server.finish(token).is_ok());
        }
    }
}

/// A loop as in the docs, and nothing but that: it reads when the docs say so.
struct Loop {
    server: Server,
    connections: BTreeMap<usize, (TcpStream, Vec<u8>)>,
    finished: Vec<Vec<u8>>,
}

impl Loop {
    fn finish(&mut self, outcome: Outcome<TcpStream>, registered: bool) {
        let (mut stream, _) = outcome.unwrap();
        let after = self.connections.last_key_value().map(|(last, _)| *last + 1);
        let token = after.unwrap_or(self.server.handshakes.tokens().end.0);
        let registry = self.server.poll.registry();
        if registered {
            registry
                .reregister(&mut stream, Token(token), Interest::READABLE)
                .unwrap();
        } else {
            registry
                .register(&mut stream, Token(token), Interest::READABLE)
                .unwrap();
        }
        self.connections.insert(token, (stream, Vec::new()));
        self.read(token);
    }

    fn read(&mut self, token: usize) {
        let Some((stream, received)) = self.connections.get_mut(&token) else {
            return;
        };
        match stream.read_to_end(received) {
            Ok(_) => {
                let (_, received) = self.connections.remove(&token).unwrap();
                self.finished.push(received);
            }
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
        }
    }

    fn turn(&mut self) {
        let mut events = Events::with_capacity(8);
        let now = Instant::now();
        let timeout = self.server.handshakes.next_deadline();
        let timeout = timeout.map(|at| at.saturating_duration_since(now));
        self.server.poll.poll(&mut events, timeout).unwrap();
        self.server.now = Instant::now();
        for event in &events {
            let token = event.token();
            if self.server.handshakes.tokens().contains(&token) {
                let now = self.server.now;
                if let Some(outcome) = self.server.handshakes.drive(token, now) {
                    self.finish(outcome, true);
                }
            } else {
                self.read(token.0);
            }
        }
        while let Some(outcome) = self.server.handshakes.expire(self.server.now) {
            self.finish(outcome, true);
        }
    }
}

#[test]
fn no_byte_is_left_unread_whatever_the_timing() {
    const CLIENTS: usize = 200;
    let sent = [V1, PAYLOAD, PAYLOAD].concat();
    for mode in [HeaderMode::Required, HeaderMode::Optional] {
        let policy = policy("127.0.0.1").with_mode(mode);
        let policy = policy.with_timeout(Duration::from_secs(3600));
        let server = Server::new(policy);
        let mut clients = Vec::new();
        let mut begun = Vec::new();
        for number in 0..CLIENTS {
            let (client, stream, peer) = server.connect();
            clients.push((number, client));
            begun.push((stream, peer));
        }
        // Three parts each, split elsewhere for each client, and sent while the loop runs.
        let sender = thread::spawn({
            let sent = sent.clone();
            move || {
                for part in 0..3 {
                    for (number, client) in &mut clients {
                        let end = |part| match part {
                            0 => 0,
                            1 => *number % V1.len(),
                            2 => V1.len() + *number % PAYLOAD.len(),
                            _ => sent.len(),
                        };
                        client.write_all(&sent[end(part)..end(part + 1)]).unwrap();
                    }
                }
            }
        });
        let mut server_loop = Loop {
            server,
            connections: BTreeMap::new(),
            finished: Vec::new(),
        };
        for (stream, peer) in begun {
            let server = &mut server_loop.server;
            server.now = Instant::now();
            match server.handshakes.begin(stream, peer, server.now) {
                Begun::Finished(outcome) => server_loop.finish(outcome, false),
                Begun::Pending { token, stream, .. } => {
                    let registry = server.poll.registry();
                    registry
                        .register(stream, token, Interest::READABLE)
                        .unwrap();
                }
            }
        }
        while server_loop.finished.len() < CLIENTS {
            server_loop.turn();
        }
        sender.join().unwrap();
        let expected = [PAYLOAD, PAYLOAD].concat();
        assert!(
            server_loop
                .finished
                .iter()
                .all(|received| *received == expected)
        );
    }
}

#[test]
fn a_look_at_an_unregistered_stream_leaves_it_as_it_is() {
    let mut server = Server::new(policy("127.0.0.1"));
    let (mut client, stream, peer) = server.connect();
    let Begun::Pending { stream, .. } = server.handshakes.begin(stream, peer, server.now) else {
        panic!();
    };
    client.write_all(V1).unwrap();
    readable(&*stream);
    let mut buffer = [0; 64];
    let len = stream.peek(&mut buffer).unwrap();
    assert_eq!(&buffer[..len], V1);
}
