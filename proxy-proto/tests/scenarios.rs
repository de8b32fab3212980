//! The table of connections, driven through the blocking adapter.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    io::{self, Read},
    sync::{Arc, mpsc::Sender},
    thread,
};

use proxy_proto::{
    Policy,
    io::{self as proxy_io, AcceptErrorKind},
};
use proxy_proto_scenarios::{Adapter, Listener, Outcome, Served};

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

#[test]
fn every_row_of_the_table() {
    proxy_proto_scenarios::run::<Blocking>();
}
