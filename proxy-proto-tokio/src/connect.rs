//! The sending side: a connection that begins with a header.

use std::{io, net::SocketAddr};

use proxy_proto::{
    Addresses, ConnectionInfo, EncodeError, Encoder, Endpoint, Header, TransportProtocol,
};
use tokio::net::TcpStream;

/// Connects, and sends this header before anything else, in one segment if the path permits: see
/// [`SENDER_SEGMENT_LEN`](proxy_proto::SENDER_SEGMENT_LEN).
///
/// The header is what an [`Encoder`] or a [`Forward`](proxy_proto::Forward) writes: version 1 or 2,
/// or [LOCAL](Encoder::local) for a health check. The caller sets the deadline.
///
/// # Errors
///
/// Those of the socket.
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
/// let stream = connect(server, &Encoder::v1(addresses)?.to_vec()?).await?;
/// # drop(stream);
/// # let mut sent = String::new();
/// # listener.accept().await?.0.read_to_string(&mut sent).await?;
/// # assert_eq!(sent, "PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n");
/// # Ok(())
/// # }
/// ```
pub async fn connect(server: SocketAddr, header: &[u8]) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(server).await?;
    let mut rest = header;
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
/// The header that came with it is sent on unchanged. For a direct client, it is one of version 2 with
/// the client's and the server's address; of UNSPEC, if these are UNIX sockets.
///
/// # Errors
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
            let header = direct_header(info).map_err(io::Error::other)?;
            connect(server, &header).await
        }
    }
}

fn direct_header(info: &ConnectionInfo) -> Result<Vec<u8>, EncodeError> {
    let encoder = match (info.client_addr(), info.server_addr()) {
        (Endpoint::Ip(client), Endpoint::Ip(server)) => Encoder::v2(
            TransportProtocol::Stream,
            Addresses::ip_mapped(client, server),
        ),
        _ => Encoder::v2(TransportProtocol::Unspec, Addresses::Unspec),
    };
    encoder?.to_vec()
}
