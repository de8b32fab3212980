//! The client of a sender.

use core::net::SocketAddr;
use std::os::{
    linux::net::SocketAddrExt,
    unix::net::{SocketAddr as UnixSocketAddr, UnixStream as StdUnixStream},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream},
    net::UnixStream,
};

use super::{
    check::Ends,
    keys::{KEYS, SERVER},
    mode::{Certificate, Client, Front, Mode},
};
use crate::support::{Reserved, Scratch, dial, eventually, unshared, within};

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Where a sender listens.
pub(crate) enum Bound {
    /// The port stays reserved, for a sender that can share it.
    Inet {
        address: SocketAddr,
        _reserved: Option<Reserved>,
    },
    Unix(String),
    Abstract(String),
}

/// A client that has connected, or a sender that has none.
pub(crate) struct Visit {
    stream: Option<BufStream<Box<dyn Stream>>>,
    /// Where the client is, and where it connected.
    pub(crate) addresses: Option<Ends>,
}

impl Bound {
    /// A free address of this kind; `number` makes its file unique.
    pub(crate) fn free(front: Front, scratch: &Scratch, number: usize, shares: bool) -> Self {
        let name = format!("front-{number}");
        let ip = match front {
            Front::Inet => "127.0.0.44",
            Front::Inet6 => "::1",
            Front::Dual => "::",
            Front::Unix => return Self::Unix(scratch.path(&name).display().to_string()),
            Front::Abstract => {
                let directory = scratch.directory().file_name().unwrap();
                return Self::Abstract(format!("{}-{name}", directory.to_string_lossy()));
            }
        };
        let reserved = shares.then(|| Reserved::with_udp_on(ip));
        Self::Inet {
            address: reserved
                .as_ref()
                .map_or_else(|| unshared(ip), Reserved::address),
            _reserved: reserved,
        }
    }

    /// As configurations have it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Inet { address, .. } => address.to_string(),
            Self::Unix(name) | Self::Abstract(name) => name.clone(),
        }
    }

    async fn connect(&self) -> (Box<dyn Stream>, Option<Ends>) {
        let path = match self {
            Self::Inet { address, .. } => {
                let stream = match address.ip() {
                    ip if !ip.is_unspecified() => dial(source(ip.is_ipv6()), *address).await,
                    _ => dial(source(false), ([127, 0, 0, 1], address.port()).into()).await,
                };
                let addresses = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
                return (Box::new(stream), Some(addresses));
            }
            Self::Unix(path) => UnixSocketAddr::from_pathname(path).unwrap(),
            Self::Abstract(name) => {
                // The name that HAProxy gives it has the zeros after it.
                let mut padded = [0; 107];
                padded[..name.len()].copy_from_slice(name.as_bytes());
                UnixSocketAddr::from_abstract_name(padded).unwrap()
            }
        };
        let stream = eventually("the sender listening", async || {
            StdUnixStream::connect_addr(&path)
        });
        let stream = stream.await;
        stream.set_nonblocking(true).unwrap();
        (Box::new(UnixStream::from_std(stream).unwrap()), None)
    }
}

impl Visit {
    /// One of which only this is known.
    pub(crate) fn of(ends: Option<Ends>) -> Self {
        Self {
            stream: None,
            addresses: ends,
        }
    }

    /// Connects as the mode says, and sends the payload.
    pub(crate) async fn start(mode: &Mode, front: &Bound) -> Self {
        if let Client::Absent = mode.client {
            return Self::of(None);
        }
        let (stream, addresses) = front.connect().await;
        let stream = within("TLS", dress(mode.client, stream)).await;
        let mut stream = BufStream::new(stream);
        stream.write_all(mode.payload).await.unwrap();
        stream.flush().await.unwrap();
        Self {
            stream: Some(stream),
            addresses,
        }
    }

    /// The next line that the service sends; `None` at the end of the connection, or without a client.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let stream = self.stream.as_mut()?;
        let mut line = String::new();
        let read = within("a line from the service", stream.read_line(&mut line)).await;
        // A connection that the service refuses may be reset.
        let read = read.unwrap_or_default();
        (read > 0).then(|| line.trim_end().to_owned())
    }
}

/// What the client does before the payload.
async fn dress(client: Client, mut stream: Box<dyn Stream>) -> Box<dyn Stream> {
    match client {
        Client::Absent => stream,
        Client::Plain { first } => {
            stream.write_all(first).await.unwrap();
            stream
        }
        Client::Tls { certificate, alpn } => {
            let identity = match certificate {
                Certificate::Absent => None,
                Certificate::Trusted => Some(&KEYS.client),
                Certificate::Rogue => Some(&KEYS.rogue),
            };
            Box::new(KEYS.server.handshake(identity, stream, SERVER, alpn).await)
        }
    }
}

const fn source(is_ipv6: bool) -> &'static str {
    if is_ipv6 { "::1" } else { "127.0.0.5" }
}
