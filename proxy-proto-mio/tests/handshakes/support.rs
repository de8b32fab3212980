//! A server with one listener, and its clients.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream as Client},
    sync::Arc,
    time::{Duration, Instant},
};

use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};
use proxy_proto_mio::{
    Begun, Handshakes, Outcome,
    proxy_proto::{ConnectionInfo, Limits, Policy, Refusal, io::AcceptErrorKind},
};
use rustix::{
    event::{PollFd, PollFlags},
    fd::AsFd,
    net::{AddressFamily, SocketType, sockopt},
};

pub(crate) const V1: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
pub(crate) const PAYLOAD: &[u8] = b"PROXY UNKNOWN\r\n\r\n\r\n\0\r\nQUIT\n";

pub(crate) const TIMEOUT: Duration = Duration::from_secs(3);
pub(crate) const FIRST: Token = Token(100);
const LISTENER: Token = Token(0);

pub(crate) fn policy(trusted: &str) -> Policy {
    Policy::new(trusted.parse().unwrap()).with_timeout(TIMEOUT)
}

pub(crate) struct Server {
    pub(crate) poll: Poll,
    pub(crate) handshakes: Handshakes<TcpStream>,
    /// The time that is passed in.
    pub(crate) now: Instant,
    listener: TcpListener,
}

impl Server {
    pub(crate) fn new(policy: Policy) -> Self {
        Self::with_limits(policy, Limits::new())
    }

    pub(crate) fn with_limits(policy: Policy, limits: Limits) -> Self {
        Self::bind("127.0.0.1:0", policy, limits)
    }

    pub(crate) fn bind(address: &str, policy: Policy, limits: Limits) -> Self {
        let poll = Poll::new().unwrap();
        let mut listener = TcpListener::bind(address.parse().unwrap()).unwrap();
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)
            .unwrap();
        Self {
            poll,
            handshakes: Handshakes::new(Arc::new(policy), limits, FIRST),
            now: Instant::now(),
            listener,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// A client at 127.0.0.1, and the server's end of its connection.
    pub(crate) fn connect(&self) -> (Client, TcpStream, SocketAddr) {
        self.connect_from("127.0.0.1")
    }

    pub(crate) fn connect_from(&self, source: &str) -> (Client, TcpStream, SocketAddr) {
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        rustix::net::bind(&socket, &SocketAddr::new(source.parse().unwrap(), 0)).unwrap();
        let address = SocketAddr::new("127.0.0.1".parse().unwrap(), self.port());
        rustix::net::connect(&socket, &address).unwrap();
        let client = Client::from(socket);
        client.set_nodelay(true).unwrap();
        let (stream, peer) = self.listener.accept().unwrap();
        (client, stream, peer)
    }

    /// Begins with a connection of 127.0.0.1 that has already sent this much, and registers it if it
    /// has to wait.
    pub(crate) fn begin(&mut self, sent: &[u8]) -> (Client, Result<Outcome<TcpStream>, Token>) {
        let (mut client, stream, peer) = self.connect();
        send(&mut client, sent, &stream);
        let begun = self.begin_with(stream, peer);
        (client, begun)
    }

    pub(crate) fn begin_with(
        &mut self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<Outcome<TcpStream>, Token> {
        match self.handshakes.begin(stream, peer, self.now) {
            Begun::Finished(outcome) => Ok(outcome),
            Begun::Pending {
                token,
                stream,
                dropped,
                ..
            } => {
                assert!(dropped.is_none());
                self.poll
                    .registry()
                    .register(stream, token, Interest::READABLE)
                    .unwrap();
                Err(token)
            }
        }
    }

    /// One that has to wait, after it has sent this much.
    pub(crate) fn wait(&mut self, sent: &[u8]) -> (Client, Token) {
        let (client, begun) = self.begin(sent);
        (client, begun.unwrap_err())
    }

    /// Waits for the event of this token, and drives it.
    pub(crate) fn drive(&mut self, token: Token) -> Option<Outcome<TcpStream>> {
        wait_for(&mut self.poll, token);
        self.handshakes.drive(token, self.now)
    }

    /// Drives this token by events until it is finished.
    pub(crate) fn finish(&mut self, token: Token) -> Outcome<TcpStream> {
        loop {
            if let Some(outcome) = self.drive(token) {
                return outcome;
            }
        }
    }

    /// The counters that are not 0, without the prefix that all have.
    pub(crate) fn counted(&self) -> Vec<(&'static str, u64)> {
        let all = self.handshakes.counters().iter();
        all.filter(|(_, value)| *value > 0)
            .map(|(name, value)| (name.strip_prefix("proxy_proto.").unwrap(), value))
            .collect()
    }
}

/// Waits for an event of this token. An event that is never raised is a lost wake-up, and the test
/// fails rather than hang.
pub(crate) fn wait_for(poll: &mut Poll, token: Token) {
    const LOST: Duration = Duration::from_secs(60);
    let mut events = Events::with_capacity(16);
    loop {
        poll.poll(&mut events, Some(LOST)).unwrap();
        assert!(!events.is_empty(), "no event of {token:?}");
        if events.iter().any(|event| event.token() == token) {
            return;
        }
    }
}

/// Sends this, and waits until it has arrived.
pub(crate) fn send(client: &mut impl Write, bytes: &[u8], server: impl AsFd) {
    if !bytes.is_empty() {
        client.write_all(bytes).unwrap();
        readable(server);
    }
}

/// Waits until there is something to read, or the end.
pub(crate) fn readable(socket: impl AsFd) {
    let mut sockets = [PollFd::new(&socket, PollFlags::IN)];
    rustix::event::poll(&mut sockets, None).unwrap();
}

/// Closes by a reset.
pub(crate) fn reset(client: Client) {
    sockopt::set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
    drop(client);
}

/// Why a connection was refused.
#[track_caller]
pub(crate) fn refusal(outcome: Outcome<TcpStream>) -> Refusal {
    let error = outcome.unwrap_err();
    match error.kind() {
        AcceptErrorKind::Refused(refusal) => *refusal,
        other => panic!("{other:?}"),
    }
}

/// Reads all that the client sends until it closes.
pub(crate) fn payload(mut stream: impl Read + AsFd) -> Vec<u8> {
    let mut payload = Vec::new();
    loop {
        match stream.read_to_end(&mut payload) {
            Ok(_) => return payload,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => readable(&stream),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Ends the client, and checks that the server has this connection with its whole payload.
#[track_caller]
pub(crate) fn assert_accepted(
    client: Client,
    outcome: Outcome<TcpStream>,
    expected: &[u8],
) -> ConnectionInfo {
    let (stream, info) = outcome.unwrap();
    drop(client);
    let found = payload(stream);
    assert_eq!(
        found.escape_ascii().to_string(),
        expected.escape_ascii().to_string()
    );
    info
}
