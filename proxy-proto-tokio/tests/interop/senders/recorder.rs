//! A backend that keeps what a sender sends.

use core::net::SocketAddr;
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
};

use proxy_proto_tokio::proxy_proto::{Decoded, decode};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, UnixListener},
};

use super::mode::Backend;
use crate::support::{Scratch, within};

pub(crate) enum Recorder {
    Inet(TcpListener),
    Unix(UnixListener, String),
}

/// What was received on one connection, up to the first line of the payload.
pub(crate) struct Recording {
    pub(crate) bytes: Vec<u8>,
    /// The two ends of the connection: the sender's, and that of the recorder.
    pub(crate) connection: Option<(SocketAddr, SocketAddr)>,
}

impl Recorder {
    pub(crate) async fn bind(backend: Backend, scratch: &Scratch) -> Self {
        let address = match backend {
            Backend::Inet => "127.0.0.1:0",
            Backend::Inet6 => "[::1]:0",
            Backend::Unix => {
                let path = scratch.path("recorder").display().to_string();
                let listener = UnixListener::bind(&path).unwrap();
                // The sender may run as another user.
                fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
                return Self::Unix(listener, path);
            }
        };
        Self::Inet(TcpListener::bind(address).await.unwrap())
    }

    /// As configurations have it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Inet(listener) => listener.local_addr().unwrap().to_string(),
            Self::Unix(_, path) => path.clone(),
        }
    }

    /// The first connection, which is greeted.
    pub(crate) async fn record(&self, payload: &[u8]) -> Recording {
        match self {
            Self::Inet(listener) => {
                let (stream, peer) = within("the sender", listener.accept()).await.unwrap();
                let connection = Some((peer, stream.local_addr().unwrap()));
                let bytes = received(stream, payload).await;
                Recording { bytes, connection }
            }
            Self::Unix(listener, _) => {
                let (stream, _) = within("the sender", listener.accept()).await.unwrap();
                let bytes = received(stream, payload).await;
                Recording {
                    bytes,
                    connection: None,
                }
            }
        }
    }
}

async fn received<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, payload: &[u8]) -> Vec<u8> {
    stream.write_all(b"220 recorder\r\n").await.unwrap();
    let line = payload.split_inclusive(|byte| *byte == b'\n').next();
    let line = line.unwrap();
    let mut bytes = Vec::new();
    loop {
        if has_payload(&bytes, line) {
            return bytes;
        }
        // Byte by byte, so that nothing after the line is recorded.
        let read = within("the payload", stream.read_u8()).await;
        bytes.push(read.unwrap_or_else(|error| panic!("{error} after {bytes:02x?}")));
    }
}

/// Whether this line is at the end, after a header or where there is none.
fn has_payload(bytes: &[u8], line: &[u8]) -> bool {
    let rest = match decode(bytes) {
        Decoded::Complete(header) => &bytes[header.len()..],
        Decoded::NeedMore(_) => return false,
        Decoded::Invalid(_) => bytes,
    };
    rest.ends_with(line)
}
