//! The command as a process.

use core::net::SocketAddr;
use std::process::Stdio;

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::deadline::within;

/// What a run of the command printed.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command with this standard input.
pub(crate) async fn run(arguments: &[&str], input: &str) -> Run {
    let mut child = command(arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = async {
        // A command that does not read its input closes the pipe.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await.unwrap()
    };
    let output = within("the command", output).await;
    Run {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `proxy-proto listen --jsonl`, which trusts loopback.
pub(crate) struct Listen {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Listen {
    pub(crate) async fn start(options: &[&str]) -> Self {
        let listen = ["listen", "127.0.0.1:0", "--trust", "127.0.0.0/8", "--jsonl"];
        let mut child = command(&[&listen[..], options].concat()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut messages = BufReader::new(child.stderr.take().unwrap()).lines();
        let started = within("the command listening", messages.next_line()).await;
        let started = started.unwrap().unwrap();
        let address = started.strip_prefix("proxy-proto: listening on ").unwrap();
        let address = address.parse().unwrap();
        // What it reports later must not block it.
        tokio::spawn(async move { while let Ok(Some(_)) = messages.next_line().await {} });
        Self {
            _child: child,
            lines,
            address,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next record that fits.
    pub(crate) async fn record(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = within("a record", self.lines.next_line()).await.unwrap();
            let record = serde_json::from_str(&line.unwrap()).unwrap();
            if fits(&record) {
                return record;
            }
        }
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proxy-proto"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}
