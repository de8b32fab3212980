//! Free ports for servers that cannot report which one they were given.

use core::net::{IpAddr, SocketAddr};
use std::net::UdpSocket;

use tokio::net::TcpSocket;

/// A TCP port that is given to no one else as long as this lives.
///
/// The socket here is bound and does not listen; `SO_REUSEPORT`, which HAProxy sets, and nginx and
/// dnsdist set if configured to, lets the server bind the same port.
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

    /// One whose number was free for UDP too, just now. It cannot be reserved: a second socket would
    /// receive some of the server's datagrams.
    pub(crate) fn with_udp_on(ip: &str) -> Self {
        loop {
            let reserved = Self::on(ip);
            if UdpSocket::bind(reserved.address()).is_ok() {
                return reserved;
            }
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }
}
