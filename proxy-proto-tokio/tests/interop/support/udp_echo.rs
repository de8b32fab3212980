//! The udp-echo example as a process, and the lines that it prints.

use core::net::SocketAddr;
use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::{deadline::within, example};

/// A running udp-echo, which trusts loopback.
#[derive(Debug)]
pub(crate) struct UdpEcho {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl UdpEcho {
    pub(crate) async fn start(listen: &str) -> Self {
        let mut child = Command::new(example::program("proxy-proto", "udp-echo"))
            .args(["--listen", listen, "--trust", "127.0.0.1 ::1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = next(&mut lines).await;
        let address = line.strip_prefix("udp-echo: listening: address=").unwrap();
        Self {
            _child: child,
            lines,
            address: address.parse().unwrap(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The client and the length of the next payload that is not a health check's.
    ///
    /// The header of a health check is LOCAL, so the balancer itself is the client.
    pub(crate) async fn echoed(&mut self) -> (SocketAddr, usize) {
        loop {
            let line = next(&mut self.lines).await;
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

async fn next(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = within("a line of udp-echo", lines.next_line()).await;
    line.unwrap().expect("a running udp-echo")
}
