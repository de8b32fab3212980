//! An example that serves on one address, as a process, and the lines that it prints.

use core::net::SocketAddr;
use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::{deadline::within, example, tool::terminate};

/// A running example, which prints its address first.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Service {
    /// Starts one of `proxy-proto-tokio`, which prints `listening ADDRESS`, with this address, and what
    /// else its command line has.
    pub(crate) async fn start(name: &str, address: &str, arguments: &[&str]) -> Self {
        let arguments = [&[address], arguments].concat();
        Self::of("proxy-proto-tokio", name, &arguments, "listening ").await
    }

    /// Starts one of this package, which prints its address after these words.
    pub(crate) async fn of(package: &str, name: &str, arguments: &[&str], words: &str) -> Self {
        let mut child = Command::new(example::program(package, name))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = next(&mut lines).await;
        let address = line.strip_prefix(words).unwrap().parse().unwrap();
        Self {
            child,
            lines,
            address,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What web services answer to a client whose header names its own address.
    pub(crate) fn answer_to(&self, own: &str) -> String {
        format!("client={own} server={} peer={own}", self.address)
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> String {
        next(&mut self.lines).await
    }

    /// Sends it SIGTERM.
    pub(crate) fn terminate(&self) {
        terminate(&self.child);
    }

    /// Waits until it has ended, which must be a success.
    pub(crate) async fn ended(mut self) {
        let status = within("the end of the example", self.child.wait()).await;
        assert!(status.unwrap().success());
    }
}

async fn next(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = within("a line of the example", lines.next_line()).await;
    line.unwrap().expect("a running example")
}
