//! The sending side: a connection that begins with a header.

use std::{io, net::SocketAddr};

use proxy_proto::{ConnectionInfo, Encoder, Header, Version};
use tokio::net::TcpStream;

/// Connects, and sends these bytes before anything else, in one call: a header, or a header and the
/// first bytes of the payload. They leave in one segment if the path permits (see
/// [`SENDER_SEGMENT_LEN`](proxy_proto::SENDER_SEGMENT_LEN)): HAProxy, nginx, Dovecot and others drop a
/// header that arrives in two.
///
/// The header is what an [`Encoder`] or a [`Forward`](proxy_proto::Forward) writes: version 1 or 2, one
/// [for a connection](Encoder::for_connection) that was accepted, or [LOCAL](Encoder::local) for a
/// health check. If there is payload already, append it. Do not wait for it: in many protocols the
/// server speaks first.
///
/// A small write that follows may be delayed until the header is acknowledged, unless `TCP_NODELAY` is
/// set on the stream. The caller sets the deadline.
///
/// For a UNIX socket, or from a certain source address, connect as usual, and `write_all` the same
/// bytes first.
///
/// # Errors
///
/// Those of the socket.
///
/// # Panics
///
/// Outside a tokio runtime with I/O.
///
/// # Cancel safety
///
/// Dropping the future closes the connection.
///
/// # Examples
///
/// ```
/// use proxy_proto_tokio::{connect, proxy_proto::{Addresses, Encoder}};
/// # use tokio::{io::AsyncReadExt, net::TcpListener};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let listener = TcpListener::bind("127.0.0.1:0").await?;
/// # let server = listener.local_addr()?;
/// let addresses = Addresses::ip("192.0.2.1:56324".parse()?, "198.51.100.7:143".parse()?)?;
/// let mut first = Encoder::v1(addresses)?.to_vec()?;
/// first.extend(b"a1 NOOP\r\n");
/// let stream = connect(server, &first).await?;
/// # drop(stream);
/// # let mut sent = String::new();
/// # listener.accept().await?.0.read_to_string(&mut sent).await?;
/// # assert_eq!(sent, "PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\na1 NOOP\r\n");
/// # Ok(())
/// # }
/// ```
pub async fn connect(server: SocketAddr, first: &[u8]) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(server).await?;
    let mut rest = first;
    while !rest.is_empty() {
        stream.writable().await?;
        match stream.try_write(rest) {
            Ok(len) => rest = rest.get(len..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(stream)
}

/// Connects on behalf of the client of a connection that was accepted.
///
/// The header that came with it is sent on unchanged, with its TLVs. For a direct client, it is one of
/// version 2, as [`Encoder::for_connection`] makes it. For another one, or to send payload with it, see
/// [`connect`].
///
/// # Errors
///
/// As for [`connect`].
///
/// # Panics
///
/// As [`connect`].
///
/// # Cancel safety
///
/// As for [`connect`].
pub async fn connect_for(server: SocketAddr, info: &ConnectionInfo) -> io::Result<TcpStream> {
    match info.header() {
        Some(header) => connect(server, Header::as_bytes(&header)).await,
        None => {
            let header = Encoder::for_connection(info, Version::V2).to_vec();
            connect(server, &header.map_err(io::Error::other)?).await
        }
    }
}
