//! The udp-echo example as a process, and the lines that it prints.

use core::net::SocketAddr;

use super::service::Service;

/// A running udp-echo, which trusts loopback.
#[derive(Debug)]
pub(crate) struct UdpEcho(Service);

impl UdpEcho {
    pub(crate) async fn start(listen: &str) -> Self {
        let arguments = ["--listen", listen, "--trust", "127.0.0.1 ::1"];
        let words = "udp-echo: listening: address=";
        Self(Service::of("proxy-proto", "udp-echo", &arguments, words).await)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// The client and the length of the next payload that is not a health check's.
    ///
    /// The header of a health check is LOCAL, so the balancer itself is the client.
    pub(crate) async fn echoed(&mut self) -> (SocketAddr, usize) {
        loop {
            let line = self.0.line().await;
            let fields = line.strip_prefix("udp-echo: echoed: client=");
            let fields = fields.and_then(|fields| fields.split_once(", peer="));
            let fields =
                fields.and_then(|(client, rest)| Some((client, rest.split_once(", bytes=")?)));
            let Some((client, (peer, len))) = fields else {
                panic!("not an echo: {line}");
            };
            if client != peer {
                return (client.parse().unwrap(), len.parse().unwrap());
            }
        }
    }
}
