//! An example that serves on one address, as a process.

use core::net::SocketAddr;
use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::{deadline::within, example};

/// A running example that prints `listening ADDRESS` first.
#[derive(Debug)]
pub(crate) struct Service {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Service {
    /// Starts it with this address, and what else its command line has.
    pub(crate) async fn start(name: &str, address: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(example::program("proxy-proto-tokio", name))
            .arg(address)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = next(&mut lines).await;
        let address = line.strip_prefix("listening ").unwrap().parse().unwrap();
        Self {
            _child: child,
            lines,
            address,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> String {
        next(&mut self.lines).await
    }
}

async fn next(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = within("a line of the example", lines.next_line()).await;
    line.unwrap().expect("a running example")
}
