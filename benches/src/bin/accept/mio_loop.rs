//! On mio, in a loop that looks at each connection once before it waits for it.

use std::{
    collections::HashMap,
    io::{ErrorKind, Read},
    sync::Arc,
    time::Instant,
};

use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};
use proxy_proto::{Limits, Policy};
use proxy_proto_mio::{Begun, Handshakes};

use crate::contestants::assert_payload;

const LISTENER: Token = Token(0);
const CONNECTIONS: Token = Token(1 << 20);

/// The loop, and the connections whose payload has not arrived.
struct Loop {
    poll: Poll,
    events: Events,
    listener: TcpListener,
    waiting: HashMap<Token, TcpStream>,
    next: usize,
    served: usize,
}

pub(crate) fn bare(listener: std::net::TcpListener, _: &Arc<Policy>, connections: usize) {
    let mut it = Loop::new(listener);
    while it.served < connections {
        for token in it.wait() {
            if token == LISTENER {
                while let Some((stream, _)) = it.accept() {
                    it.read(stream, false);
                }
            } else {
                it.go_on(token);
            }
        }
    }
}

pub(crate) fn ours(listener: std::net::TcpListener, policy: &Arc<Policy>, connections: usize) {
    let mut it = Loop::new(listener);
    let mut handshakes = Handshakes::new(Arc::clone(policy), Limits::new(), Token(1));
    while it.served < connections {
        for token in it.wait() {
            if token == LISTENER {
                let now = Instant::now();
                while let Some((stream, peer)) = it.accept() {
                    match handshakes.begin(stream, peer, now) {
                        Begun::Finished(outcome) => it.read(outcome.unwrap().0, false),
                        Begun::Pending { token, stream, .. } => {
                            let registry = it.poll.registry();
                            registry
                                .register(stream, token, Interest::READABLE)
                                .unwrap();
                        }
                    }
                }
            } else if handshakes.tokens().contains(&token) {
                if let Some(outcome) = handshakes.drive(token, Instant::now()) {
                    it.read(outcome.unwrap().0, true);
                }
            } else {
                it.go_on(token);
            }
        }
    }
}

impl Loop {
    fn new(listener: std::net::TcpListener) -> Self {
        listener.set_nonblocking(true).unwrap();
        let mut listener = TcpListener::from_std(listener);
        let poll = Poll::new().unwrap();
        let registry = poll.registry();
        registry
            .register(&mut listener, LISTENER, Interest::READABLE)
            .unwrap();
        Self {
            poll,
            events: Events::with_capacity(256),
            listener,
            waiting: HashMap::new(),
            next: CONNECTIONS.0,
            served: 0,
        }
    }

    fn wait(&mut self) -> Vec<Token> {
        self.poll.poll(&mut self.events, None).unwrap();
        self.events.iter().map(|event| event.token()).collect()
    }

    fn accept(&self) -> Option<(TcpStream, std::net::SocketAddr)> {
        match self.listener.accept() {
            Ok(accepted) => Some(accepted),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn go_on(&mut self, token: Token) {
        if let Some(stream) = self.waiting.remove(&token) {
            self.read(stream, true);
        }
    }

    /// Reads the payload, or waits for it under a token of its own.
    fn read(&mut self, mut stream: TcpStream, registered: bool) {
        let mut buffer = [0; 512];
        match stream.read(&mut buffer) {
            Ok(len) => {
                assert_payload(&buffer[..len]);
                self.served += 1;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let token = Token(self.next);
                self.next += 1;
                let registry = self.poll.registry();
                if registered {
                    registry.reregister(&mut stream, token, Interest::READABLE)
                } else {
                    registry.register(&mut stream, token, Interest::READABLE)
                }
                .unwrap();
                self.waiting.insert(token, stream);
            }
            Err(error) => panic!("{error}"),
        }
    }
}
