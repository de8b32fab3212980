//! Free ports for servers that cannot report which one they were given.

use core::{
    net::{IpAddr, SocketAddr},
    ops::Range,
};
use std::{
    net::{TcpListener, UdpSocket},
    process,
    sync::{LazyLock, Mutex},
};

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

/// An address for a server that cannot share a reserved port. Its port is below those that the kernel
/// gives out, so that nothing else is given it before the server starts.
pub(crate) fn unshared(ip: &str) -> SocketAddr {
    static PORTS: LazyLock<Mutex<Range<u16>>> = LazyLock::new(|| {
        // Two processes with these tests are unlikely to look in the same place.
        let offset = u16::try_from(process::id() % 20_000).unwrap();
        Mutex::new(offset.saturating_add(10_000)..32_768)
    });
    let ip: IpAddr = ip.parse().unwrap();
    let is_free = |port: &u16| TcpListener::bind((ip, *port)).is_ok();
    let port = PORTS.lock().unwrap().find(is_free);
    (ip, port.unwrap()).into()
}
