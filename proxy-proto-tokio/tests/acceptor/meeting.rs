//! A client and an acceptor on two connected loopback sockets.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use proxy_proto_tokio::{
    AcceptError, AcceptErrorKind, ProxyAcceptor,
    proxy_proto::{ConnectionInfo, Policy, Refusal},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    task::{self, JoinHandle},
    time,
};

pub(crate) const FAR_OFF: Duration = Duration::from_secs(30);
pub(crate) const SHORT: Duration = Duration::from_millis(150);

pub(crate) const TCP4: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
pub(crate) const V2: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f";
pub(crate) const PAYLOAD: &[u8] = b"a LOGIN alice secret\r\nPROXY UNKNOWN\r\n\r\n\r\n\0\r\nQUIT\n";

pub(crate) type Accepted = Result<(TcpStream, ConnectionInfo), AcceptError<TcpStream>>;

/// A client connected to a socket that an acceptor is working on.
pub(crate) struct Meeting {
    pub(crate) client: TcpStream,
    pub(crate) accepting: JoinHandle<Accepted>,
    /// A second handle to the acceptor's socket, to see what is left unread.
    pub(crate) server: std::net::TcpStream,
}

impl Meeting {
    /// Connects from `source` to a listener on `address`, sends `first`, and only then passes the
    /// connection to an acceptor.
    pub(crate) async fn at(address: &str, source: &str, policy: Policy, first: &[u8]) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let mut client = connect(source, listener.local_addr().unwrap().port()).await;
        client.write_all(first).await.unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        let stream = stream.into_std().unwrap();
        let server = stream.try_clone().unwrap();
        let stream = TcpStream::from_std(stream).unwrap();
        let acceptor = ProxyAcceptor::new(Arc::new(policy));
        let accepting = tokio::spawn(async move { acceptor.accept(stream, peer).await });
        Self {
            client,
            accepting,
            server,
        }
    }

    /// The same, with an IPv4 listener.
    pub(crate) async fn sending(source: &str, policy: Policy, first: &[u8]) -> Self {
        Self::at("127.0.0.1:0", source, policy, first).await
    }

    /// The same, before anything is sent.
    pub(crate) async fn silent(source: &str, policy: Policy) -> Self {
        Self::sending(source, policy, b"").await
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.client.write_all(bytes).await.unwrap();
    }

    /// Sends `bytes` and waits until the acceptor has consumed them, or has finished.
    pub(crate) async fn send_and_see_consumed(&mut self, bytes: &[u8]) {
        self.send(bytes).await;
        while self.server.peek(&mut [0]).is_ok() && !self.accepting.is_finished() {
            task::yield_now().await;
        }
    }

    /// The acceptor's answer.
    pub(crate) async fn accepted(self) -> Accepted {
        let accepted = time::timeout(2 * FAR_OFF, self.accepting).await;
        accepted.expect("an answer").unwrap()
    }

    /// Why the connection was refused.
    pub(crate) async fn refusal(self) -> Refusal {
        match self.accepted().await {
            Err(error) => refusal(&error),
            Ok((_, info)) => panic!("was accepted: {info:?}"),
        }
    }
}

/// A connection from `source` to this port on the same machine.
pub(crate) async fn connect(source: &str, port: u16) -> TcpStream {
    let source = SocketAddr::new(source.parse().unwrap(), 0);
    let (socket, server) = if source.is_ipv4() {
        (TcpSocket::new_v4().unwrap(), "127.0.0.1")
    } else {
        (TcpSocket::new_v6().unwrap(), "::1")
    };
    socket.bind(source).unwrap();
    let server = SocketAddr::new(server.parse().unwrap(), port);
    let client = socket.connect(server).await.unwrap();
    client.set_nodelay(true).unwrap();
    client
}

/// Asserts that the server has closed this connection: end of file, or a reset if it left bytes unread.
pub(crate) async fn assert_closed(client: &mut TcpStream) {
    match client.read(&mut [0]).await {
        Ok(len) => assert_eq!(len, 0),
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
    }
}

pub(crate) fn policy() -> Policy {
    Policy::new("127.0.0.1 127.0.0.2".parse().unwrap()).with_timeout(FAR_OFF)
}

pub(crate) fn refusal(error: &AcceptError<TcpStream>) -> Refusal {
    match error.kind() {
        AcceptErrorKind::Refused(refusal) => *refusal,
        other => panic!("{other:?}"),
    }
}

/// A version 2 header of `len` bytes: the 28 up to the addresses, and a NOOP.
pub(crate) fn padded(len: usize) -> Vec<u8> {
    let block_len = u16::try_from(len - 16).unwrap().to_be_bytes();
    let noop_len = u16::try_from(len - 31).unwrap().to_be_bytes();
    let (fixed, rest) = V2.split_at(14);
    let addresses = rest.strip_prefix(b"\x00\x0c").unwrap();
    let mut header = [fixed, &block_len, addresses, b"\x04", &noop_len].concat();
    header.resize(len, 0);
    header
}
