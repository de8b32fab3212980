//! An IMAP client that knows its own address.

use core::net::{IpAddr, SocketAddr};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream},
    net::{TcpSocket, TcpStream},
};

use super::deadline::{eventually, within};

/// A client that has been greeted.
#[derive(Debug)]
pub(crate) struct Client<S> {
    stream: BufStream<S>,
}

/// Connects from this address, any port, as soon as the server listens.
pub(crate) async fn dial(source: &str, server: SocketAddr) -> TcpStream {
    let source: IpAddr = source.parse().unwrap();
    eventually(&format!("{server} listening"), async || {
        let socket = if source.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        socket.bind(SocketAddr::new(source, 0))?;
        socket.connect(server).await
    })
    .await
}

/// Waits until something listens there.
pub(crate) async fn is_listening(server: SocketAddr) {
    let source = if server.is_ipv4() { "127.0.0.1" } else { "::1" };
    drop(dial(source, server).await);
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) async fn greeted(stream: S) -> Self {
        let mut client = Self {
            stream: BufStream::new(stream),
        };
        let greeting = client.line().await;
        assert!(greeting.starts_with("* OK "), "{greeting:?}");
        client
    }

    pub(crate) async fn log_in(&mut self, user: &str) {
        self.command(&format!("LOGIN {user} secret")).await;
    }

    /// Sends the command and reads up to its reply, which must be OK.
    pub(crate) async fn command(&mut self, command: &str) {
        let line = format!("a1 {command}\r\n");
        self.stream.write_all(line.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
        loop {
            let reply = self.line().await;
            if let Some(reply) = reply.strip_prefix("a1 ") {
                assert!(reply.starts_with("OK"), "{command}: {reply:?}");
                return;
            }
        }
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        let read = within("a line from the service", self.stream.read_line(&mut line));
        assert_ne!(read.await.unwrap(), 0, "closed by the service");
        line
    }
}
