//! UNIX sockets: the same, though mio itself cannot peek at them.

use std::{io::Write, os::unix::net::UnixStream as Client, sync::Arc, time::Instant};

use mio::{Interest, Poll, net::UnixStream};
use proxy_proto_mio::{
    Begun, Handshakes, Outcome,
    proxy_proto::{Endpoint, HeaderMode, Limits, UnixAddress},
};

use crate::support::{FIRST, PAYLOAD, V1, payload, policy, send, wait_for};

struct Server {
    poll: Poll,
    handshakes: Handshakes<UnixStream>,
}

impl Server {
    fn new(trusted: &str, mode: HeaderMode) -> Self {
        let policy = Arc::new(policy(trusted).with_mode(mode));
        Self {
            poll: Poll::new().unwrap(),
            handshakes: Handshakes::new(policy, Limits::new(), FIRST),
        }
    }

    fn outcome(&mut self, first: &[u8], rest: &[u8]) -> Outcome<UnixStream> {
        let (mut client, server) = Client::pair().unwrap();
        server.set_nonblocking(true).unwrap();
        let server = UnixStream::from_std(server);
        send(&mut client, first, &server);
        let peer = server.peer_addr().unwrap();
        let token = match self.handshakes.begin(server, &peer, Instant::now()) {
            Begun::Finished(outcome) => {
                client.write_all(rest).unwrap();
                return outcome;
            }
            Begun::Pending { token, stream, .. } => {
                let registry = self.poll.registry();
                registry
                    .register(stream, token, Interest::READABLE)
                    .unwrap();
                token
            }
        };
        client.write_all(rest).unwrap();
        drop(client);
        loop {
            wait_for(&mut self.poll, token);
            if let Some(outcome) = self.handshakes.drive(token, Instant::now()) {
                return outcome;
            }
        }
    }
}

#[test]
fn a_header_may_be_split_at_every_byte() {
    for mode in [HeaderMode::Required, HeaderMode::Optional] {
        let mut server = Server::new("unix", mode);
        for at in 0..=V1.len() {
            let (stream, info) = server
                .outcome(&V1[..at], &[&V1[at..], PAYLOAD].concat())
                .unwrap();
            assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
            assert_eq!(info.peer_addr(), Endpoint::Unix(UnixAddress::UNNAMED));
            assert_eq!(info.local_addr(), Endpoint::Unix(UnixAddress::UNNAMED));
            assert_eq!(payload(stream), PAYLOAD);
        }
    }
}

#[test]
fn a_peer_is_refused_unless_unix_is_trusted() {
    let mut server = Server::new("0.0.0.0/0", HeaderMode::Required);
    let error = server.outcome(V1, b"").unwrap_err();
    assert_eq!(error.kind().name(), "not_trusted");
    assert_eq!(error.peer_addr(), Endpoint::Unix(UnixAddress::UNNAMED));
}

#[test]
fn a_close_is_refused() {
    let mut server = Server::new("unix", HeaderMode::Required);
    for (sent, name) in [
        (&b""[..], "closed_before_header"),
        (b"PROXY", "closed_in_header"),
    ] {
        let error = server.outcome(sent, b"").unwrap_err();
        assert_eq!(error.kind().name(), name);
    }
}
