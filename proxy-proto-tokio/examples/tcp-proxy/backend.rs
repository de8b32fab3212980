//! Connections to the backend.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::mpsc::SyncSender,
    time::Duration,
};

use proxy_proto_tokio::{connect, proxy_proto::ConnectionInfo};
use tokio::{io::copy_bidirectional, net::TcpStream, time};

use crate::header::Outgoing;

/// Relays the bytes of both sides until both have ended.
pub(crate) async fn relay(
    client: &mut TcpStream,
    info: &ConnectionInfo,
    to: SocketAddr,
    header: Outgoing,
) -> io::Result<()> {
    let mut first = header.encode(info).map_err(io::Error::other)?;
    // What the client has sent already goes with the header. That may be nothing: where the server
    // speaks first, the client waits for it, and so must not be waited for.
    first.reserve(PAYLOAD_LEN);
    match client.try_read_buf(&mut first) {
        Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
        _ => {}
    }
    let mut backend = open(to, &first).await?;
    client.set_nodelay(true)?;
    backend.set_nodelay(true)?;
    copy_bidirectional(client, &mut backend).await?;
    Ok(())
}

/// Connects again and again, and logs when the backend has begun or ceased to accept. The header is
/// LOCAL, so that the backend knows that there is no client.
pub(crate) async fn watch(
    to: SocketAddr,
    header: Outgoing,
    pause: Duration,
    log: SyncSender<String>,
) -> io::Result<()> {
    let header = header.encode_check().map_err(io::Error::other)?;
    let mut was_up = None;
    loop {
        let error = open(to, &header).await.err();
        if was_up != Some(error.is_none()) {
            was_up = Some(error.is_none());
            drop(log.try_send(match error {
                None => format!("up backend={to}"),
                Some(error) => format!("down backend={to} error=\"{error}\""),
            }));
        }
        time::sleep(pause).await;
    }
}

async fn open(to: SocketAddr, first: &[u8]) -> io::Result<TcpStream> {
    time::timeout(CONNECT_TIMEOUT, connect(to, first)).await?
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// More would not fit in the first segment.
const PAYLOAD_LEN: usize = 1024;
