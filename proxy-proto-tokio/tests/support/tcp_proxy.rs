//! The tcp-proxy example as a process.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use super::example;

/// A running proxy, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct TcpProxy {
    pub(crate) child: Child,
    lines: Receiver<String>,
    address: SocketAddr,
}

impl TcpProxy {
    /// Starts it with this mode and its options, on a free port of this address.
    pub(crate) fn start(listen: &str, to: SocketAddr, mode: &str) -> Self {
        let mut child = command(listen, to, mode)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let mut proxy = Self {
            child,
            lines,
            address: to,
        };
        let line = proxy.line();
        proxy.address = line.strip_prefix("listening ").unwrap().parse().unwrap();
        proxy
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next line of its output.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(DEADLINE).unwrap()
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// How it is run. Options that come before the mode may be in `mode` too.
pub(crate) fn command(listen: &str, to: SocketAddr, mode: &str) -> Command {
    let mut command = Command::new(example::program("proxy-proto-tokio", "tcp-proxy"));
    command
        .args(["--listen", &format!("{listen}:0"), "--to", &to.to_string()])
        .args(mode.split_whitespace());
    command
}

const DEADLINE: Duration = Duration::from_secs(20);
