//! Free ports for servers that cannot say which one they got.

use core::net::{IpAddr, SocketAddr};

use tokio::net::TcpSocket;

/// A port that nobody else is given as long as this lives.
///
/// The socket here is bound and does not listen; `SO_REUSEPORT`, which HAProxy sets and nginx is
/// told to set, lets the server bind beside it.
#[derive(Debug)]
pub(crate) struct Reserved {
    socket: TcpSocket,
}

impl Reserved {
    pub(crate) fn on(ip: &str) -> Self {
        let ip: IpAddr = ip.parse().unwrap();
        let socket = if ip.is_ipv4() {
            TcpSocket::new_v4().unwrap()
        } else {
            TcpSocket::new_v6().unwrap()
        };
        socket.set_reuseport(true).unwrap();
        socket
            .bind(SocketAddr::new(ip, 0))
            .unwrap_or_else(|error| panic!("cannot bind {ip}: {error}"));
        Self { socket }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }
}
