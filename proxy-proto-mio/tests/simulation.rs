//! `Handshakes` under a scripted driver: events in any order, without a cause, and for connections that
//! are over.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    os::{fd::OwnedFd, unix::net::UnixStream as StdStream},
    sync::Arc,
    time::{Duration, Instant},
};

use mio::{Token, net::UnixStream};
use proxy_proto_mio::{
    AcceptErrorKind, Begun, Handshakes, Outcome,
    proxy_proto::{Counters, Limits, Policy},
};
use proxy_proto_scenarios::{Ended, Simulated, simulate};

const FIRST: Token = Token(7);

struct Mio {
    handshakes: Handshakes<UnixStream>,
    now: Instant,
    queue: VecDeque<(StdStream, SocketAddr)>,
    /// The last token of each client, which may belong to another by now.
    tokens: BTreeMap<u16, Token>,
    events: Vec<Token>,
    ended: Vec<(u16, Ended)>,
}

impl Simulated for Mio {
    const NAME: &str = "mio";

    fn new(policy: Arc<Policy>, limits: Limits, _: u64) -> Self {
        Self {
            handshakes: Handshakes::new(policy, limits, FIRST),
            now: Instant::now(),
            queue: VecDeque::new(),
            tokens: BTreeMap::new(),
            events: Vec::new(),
            ended: Vec::new(),
        }
    }

    fn set_policy(&mut self, policy: Arc<Policy>) {
        self.handshakes.set_policy(policy);
    }

    fn connect(&mut self, stream: StdStream, peer: SocketAddr) {
        self.queue.push_back((stream, peer));
    }

    fn event(&mut self, port: u16) {
        self.events.extend(self.tokens.get(&port));
    }

    fn fail_accept(&mut self) {}

    fn advance(&mut self, by: Duration) {
        self.now += by;
    }

    fn turn(&mut self) -> Vec<(u16, Ended)> {
        self.accept();
        // The last first: sockets are readable in any order.
        while let Some(token) = self.events.pop() {
            let outcome = self.handshakes.drive(token, self.now);
            outcome.into_iter().for_each(|it| self.finish(it));
        }
        while let Some(outcome) = self.handshakes.expire(self.now) {
            self.finish(outcome);
        }
        // There may be a place now.
        self.accept();
        self.ended.drain(..).collect()
    }

    fn backlog(&self) -> usize {
        self.queue.len()
    }

    fn pending(&self) -> usize {
        self.handshakes.len()
    }

    fn counters(&self) -> Counters {
        *self.handshakes.counters()
    }
}

impl Mio {
    fn accept(&mut self) {
        while self.handshakes.accepts() {
            let Some((stream, peer)) = self.queue.pop_front() else {
                return;
            };
            let stream = UnixStream::from_std(stream);
            match self.handshakes.begin(stream, peer, self.now) {
                Begun::Finished(outcome) => self.finish(outcome),
                Begun::Pending { token, dropped, .. } => {
                    self.tokens.insert(peer.port(), token);
                    dropped.into_iter().for_each(|it| self.finish(Err(it)));
                }
            }
        }
    }

    fn finish(&mut self, outcome: Outcome<UnixStream>) {
        self.ended.push(match outcome {
            Ok((stream, info)) => {
                let port = info.peer_addr().port().unwrap();
                let stream = StdStream::from(OwnedFd::from(stream));
                let read = Vec::new();
                (port, Ended::Served { info, read, stream })
            }
            Err(error) => {
                let port = error.peer_addr().port().unwrap();
                match error.into_parts() {
                    (_, AcceptErrorKind::Refused(refusal)) => (port, Ended::Refused(refusal)),
                    (_, error) => panic!("{error}"),
                }
            }
        });
    }
}

#[test]
fn each_connection_has_the_outcome_of_its_row() {
    simulate::<Mio>();
}
