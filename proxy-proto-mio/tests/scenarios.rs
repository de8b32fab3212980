//! The table of connections, driven through `Handshakes`.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read},
    sync::{Arc, mpsc::Sender},
    thread,
    time::Instant,
};

use mio::{
    Events, Interest, Poll, Token,
    event::Source,
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
};
use proxy_proto_mio::{
    AcceptErrorKind, Begun, Handshakes, Socket,
    proxy_proto::{ConnectionInfo, Limits, OwnedEndpoint, Policy},
};
use proxy_proto_scenarios::{Adapter, Listener, Outcome, Served};

struct Mio;

impl Adapter for Mio {
    const NAME: &str = "mio";

    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>) {
        thread::spawn(move || match listener {
            Listener::Tcp(listener) => {
                listener.set_nonblocking(true).unwrap();
                Loop::<TcpStream>::run(TcpListener::from_std(listener), policy, &outcomes);
            }
            Listener::Unix(listener) => {
                listener.set_nonblocking(true).unwrap();
                Loop::<UnixStream>::run(UnixListener::from_std(listener), policy, &outcomes);
            }
        });
    }
}

/// A listener of mio.
trait Accept<S>: Source {
    fn accept_from(&self) -> std::io::Result<(S, OwnedEndpoint)>;
}

impl Accept<TcpStream> for TcpListener {
    fn accept_from(&self) -> std::io::Result<(TcpStream, OwnedEndpoint)> {
        self.accept().map(|(stream, peer)| (stream, peer.into()))
    }
}

impl Accept<UnixStream> for UnixListener {
    fn accept_from(&self) -> std::io::Result<(UnixStream, OwnedEndpoint)> {
        self.accept().map(|(stream, peer)| (stream, (&peer).into()))
    }
}

const LISTENER: Token = Token(0);
const SERVED: Token = Token(1);
const FIRST: Token = Token(2);

struct Loop<S> {
    poll: Poll,
    handshakes: Handshakes<S>,
    /// The connection that was handed on, and what it has sent. There is one client at a time.
    served: Option<(S, ConnectionInfo, Vec<u8>)>,
    outcomes: VecDeque<Outcome>,
}

impl<S: Socket + Read> Loop<S> {
    fn run(mut listener: impl Accept<S>, policy: Arc<Policy>, outcomes: &Sender<Outcome>) {
        let poll = Poll::new().unwrap();
        let registry = poll.registry();
        registry
            .register(&mut listener, LISTENER, Interest::READABLE)
            .unwrap();
        let mut this = Self {
            handshakes: Handshakes::new(policy, Limits::new(), FIRST),
            served: None,
            outcomes: VecDeque::new(),
            poll,
        };
        let mut events = Events::with_capacity(16);
        loop {
            let deadline = this.handshakes.next_deadline();
            let timeout = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            this.poll.poll(&mut events, timeout).unwrap();
            for event in &events {
                match event.token() {
                    LISTENER => this.accept(&listener),
                    SERVED => this.read(),
                    token => {
                        let outcome = this.handshakes.drive(token, Instant::now());
                        outcome.into_iter().for_each(|it| this.finish(it, true));
                    }
                }
            }
            while let Some(outcome) = this.handshakes.expire(Instant::now()) {
                this.finish(outcome, true);
            }
            for outcome in this.outcomes.drain(..) {
                if outcomes.send(outcome).is_err() {
                    return;
                }
            }
        }
    }

    fn accept(&mut self, listener: &impl Accept<S>) {
        loop {
            let (stream, peer) = match listener.accept_from() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => panic!("{error}"),
            };
            match self.handshakes.begin(stream, peer, Instant::now()) {
                Begun::Finished(outcome) => self.finish(outcome, false),
                Begun::Pending { token, stream, .. } => {
                    let registry = self.poll.registry();
                    registry
                        .register(stream, token, Interest::READABLE)
                        .unwrap();
                }
            }
        }
    }

    fn finish(&mut self, outcome: proxy_proto_mio::Outcome<S>, is_registered: bool) {
        match outcome {
            Ok((mut stream, info)) => {
                let registry = self.poll.registry();
                if is_registered {
                    registry.reregister(&mut stream, SERVED, Interest::READABLE)
                } else {
                    registry.register(&mut stream, SERVED, Interest::READABLE)
                }
                .unwrap();
                assert!(self.served.is_none());
                self.served = Some((stream, info, Vec::new()));
                self.read();
            }
            Err(error) => match error.into_parts() {
                (stream, AcceptErrorKind::Refused(refusal)) => {
                    drop(stream);
                    self.outcomes.push_back(Outcome::Refused(refusal));
                }
                (_, error) => panic!("{error}"),
            },
        }
    }

    fn read(&mut self) {
        if let Some((mut stream, info, mut payload)) = self.served.take() {
            match stream.read_to_end(&mut payload) {
                Ok(_) => {
                    let served = Served { info, payload };
                    self.outcomes.push_back(Outcome::Served(served));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.served = Some((stream, info, payload));
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn every_row_of_the_table() {
    proxy_proto_scenarios::run::<Mio>();
}
