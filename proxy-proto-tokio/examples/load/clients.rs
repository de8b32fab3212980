//! The clients. Each has an address of its own.

use core::net::{Ipv4Addr, SocketAddrV4};
use std::io::{self, ErrorKind};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

use crate::{PATIENCE, connect};

/// Where clients connect from: the second byte of their addresses.
#[derive(Clone, Copy)]
pub(crate) struct Network(u8);

impl Network {
    pub(crate) const GOOD: Self = Self(1);
    pub(crate) const SLOW: Self = Self(2);
    pub(crate) const UNTRUSTED: Self = Self(3);
}

/// Connects the client of this number.
pub(crate) async fn connect(
    server: SocketAddrV4,
    network: Network,
    number: u32,
) -> io::Result<TcpStream> {
    let [.., high, low] = number.to_be_bytes();
    let source = Ipv4Addr::new(127, network.0, high, low);
    connect::connect(server, source).await
}

/// Logs in with a header, and leaves once the login has been acknowledged.
pub(crate) async fn log_in(server: SocketAddrV4, number: u32) -> io::Result<()> {
    in_time(async {
        let mut stream = connect(server, Network::GOOD, number).await?;
        stream.write_all(&[HEADER, LOGIN].concat()).await?;
        let mut replies = Vec::new();
        while !replies.ends_with(ACKNOWLEDGED) {
            if stream.read_buf(&mut replies).await? == 0 {
                return Err(unexpected("a good client was refused", &replies));
            }
        }
        Ok(())
    })
    .await
}

/// Sends the same from a peer that is not trusted, which must be refused.
pub(crate) async fn be_refused(server: SocketAddrV4, number: u32) -> io::Result<()> {
    in_time(async {
        let mut stream = connect(server, Network::UNTRUSTED, number).await?;
        // Fails if the connection is closed by now.
        let _ = stream.write_all(&[HEADER, LOGIN].concat()).await;
        await_close(&mut stream).await
    })
    .await
}

/// Waits until the server closes the connection, on which it must send nothing. Closing with bytes
/// unread resets it.
pub(crate) async fn await_close(stream: &mut TcpStream) -> io::Result<()> {
    match stream.read_u8().await {
        Ok(byte) => Err(unexpected(
            "a client that must be refused was served",
            &[byte],
        )),
        Err(error) => match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset => Ok(()),
            _ => Err(error),
        },
    }
}

async fn in_time(client: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    let in_time = time::timeout(PATIENCE, client).await;
    in_time.unwrap_or_else(|_| Err(io::Error::other("a client was neither served nor refused")))
}

fn unexpected(what: &str, received: &[u8]) -> io::Error {
    io::Error::other(format!("{what}: \"{}\"", received.escape_ascii()))
}

pub(crate) const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
const LOGIN: &[u8] = b"1 LOGIN alice secret\r\n";
const ACKNOWLEDGED: &[u8] = b"1 OK Logged in\r\n";
