//! The table of connections, driven through the blocking adapter, and through the poll-echo example:
//! the documentation of the gate is enough for another runtime.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

#[path = "../examples/poll-echo/handshakes.rs"]
mod handshakes;

use std::{
    io::{self, Read},
    net::TcpStream,
    os::unix::net::UnixStream,
    sync::{Arc, mpsc::Sender},
    thread,
};

use proxy_proto::{
    Limits, OwnedEndpoint, Policy,
    io::{self as proxy_io, AcceptErrorKind},
};
use proxy_proto_scenarios::{Adapter, Listener, Outcome, Served};
use rustix::{event::PollFlags, fd::AsFd};

use crate::handshakes::Handshakes;

struct Blocking;

impl Adapter for Blocking {
    const NAME: &str = "blocking";

    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>) {
        thread::spawn(move || match listener {
            Listener::Tcp(listener) => {
                serve(|| proxy_io::accept(&listener, &policy), &outcomes);
            }
            Listener::Unix(listener) => {
                serve(|| proxy_io::accept_unix(&listener, &policy), &outcomes);
            }
        });
    }
}

fn serve<S: Read>(
    accept: impl Fn() -> io::Result<proxy_io::Outcome<S>>,
    outcomes: &Sender<Outcome>,
) {
    loop {
        let outcome = match accept().unwrap() {
            Ok((mut stream, info)) => {
                let mut payload = Vec::new();
                stream.read_to_end(&mut payload).unwrap();
                Outcome::Served(Served { info, payload })
            }
            Err(error) => match error.into_parts() {
                (_, AcceptErrorKind::Refused(refusal)) => Outcome::Refused(refusal),
                (_, error) => panic!("{error}"),
            },
        };
        if outcomes.send(outcome).is_err() {
            return;
        }
    }
}

struct Poll;

impl Adapter for Poll {
    const NAME: &str = "poll";

    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>) {
        let policy = Policy::clone(&policy);
        thread::spawn(move || match listener {
            Listener::Tcp(listener) => {
                let accept = || {
                    let (stream, peer) = listener.accept().unwrap();
                    (stream, peer.into())
                };
                let local = |stream: &TcpStream| stream.local_addr().unwrap().into();
                poll(policy, &listener, accept, local, &outcomes);
            }
            Listener::Unix(listener) => {
                let accept = || {
                    let (stream, peer) = listener.accept().unwrap();
                    (stream, (&peer).into())
                };
                let local = |stream: &UnixStream| (&stream.local_addr().unwrap()).into();
                poll(policy, &listener, accept, local, &outcomes);
            }
        });
    }
}

/// Accepts from a listener that poll(2) reports, so accepting does not block.
fn poll<S: AsFd + Read>(
    policy: Policy,
    listener: &impl AsFd,
    accept: impl Fn() -> (S, OwnedEndpoint),
    local: impl Fn(&S) -> OwnedEndpoint,
    outcomes: &Sender<Outcome>,
) {
    let mut handshakes = Handshakes::new(policy, Limits::new());
    loop {
        assert!(handshakes.accepts());
        let listeners = [(listener.as_fd(), PollFlags::IN)];
        if handshakes.poll(&listeners, None).unwrap() == [true] {
            let (stream, peer) = accept();
            handshakes.begin(stream, peer);
        }
        for outcome in handshakes.outcomes() {
            let outcome = match outcome {
                Ok((mut stream, accepted)) => {
                    let info = accepted.info(local(&stream));
                    let mut payload = Vec::new();
                    stream.read_to_end(&mut payload).unwrap();
                    Outcome::Served(Served { info, payload })
                }
                Err((_, AcceptErrorKind::Refused(refusal))) => Outcome::Refused(refusal),
                Err((_, error)) => panic!("{error}"),
            };
            if outcomes.send(outcome).is_err() {
                return;
            }
        }
    }
}

#[test]
fn every_row_through_the_blocking_adapter() {
    proxy_proto_scenarios::run::<Blocking>();
}

#[test]
fn every_row_through_the_gate_driven_by_poll() {
    proxy_proto_scenarios::run::<Poll>();
}
