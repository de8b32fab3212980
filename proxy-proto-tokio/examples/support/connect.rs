//! Clients with addresses of their own in 127.0.0.0/8, so that ports do not run out.

use core::net::{Ipv4Addr, SocketAddrV4};
use std::io;

use tokio::net::{TcpSocket, TcpStream};

/// Connects from any port of this address.
pub(crate) async fn connect(server: SocketAddrV4, source: Ipv4Addr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddrV4::new(source, 0).into())?;
    let stream = socket.connect(server.into()).await?;
    stream.set_nodelay(true)?;
    // Closing resets the connection, which would otherwise linger for a minute: with thousands that
    // do, the kernel is what is measured.
    stream.set_zero_linger()?;
    Ok(stream)
}
