//! The command as a child process, and the services that it talks to.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// What a run of the command printed.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    /// Standard output as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap()
    }
}

pub(crate) fn command<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proxy-proto"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the command with this standard input.
pub(crate) fn run<S: AsRef<OsStr>>(arguments: &[S], input: impl AsRef<[u8]>) -> Run {
    finish(command(arguments).spawn().unwrap(), input)
}

pub(crate) fn finish(mut child: Child, input: impl AsRef<[u8]>) -> Run {
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // A command that does not read its input closes the pipe.
    let writer = thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A listening socket that one connection is accepted from; the thread returns what `serve` returns.
pub(crate) fn service<T: Send + 'static>(
    serve: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let thread = thread::spawn(move || serve(listener.accept().unwrap().0));
    (address, thread)
}

/// An address that nothing listens on: the port stays reserved while the socket is kept.
pub(crate) fn closed_port() -> (String, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    // The port of a client is not one that a server listens on.
    (client.local_addr().unwrap().to_string(), client)
}

/// Everything that the client sends until it closes its side.
pub(crate) fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    received
}

/// `proxy-proto listen`, killed when dropped.
pub(crate) struct Listen {
    child: Child,
    pub(crate) address: String,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Listen {
    /// Listens on any free port of loopback, with these options.
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::on("127.0.0.1:0", options)
    }

    pub(crate) fn on(address: &str, options: &[&str]) -> Self {
        let mut child = command(&[&["listen", address], options].concat())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert!(
                stderr.read_line(&mut line).unwrap() > 0,
                "it has not started"
            );
            if let Some(address) = line.trim_end().strip_prefix("proxy-proto: listening on ") {
                break address.to_owned();
            }
        };
        // What it reports later must not block it.
        thread::spawn(move || stderr.read_to_end(&mut Vec::new()));
        Self {
            child,
            address,
            stdout,
        }
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    pub(crate) fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// The lines of a record for people, which an empty line ends.
    pub(crate) fn record(&mut self) -> String {
        let mut record = String::new();
        loop {
            let line = self.line();
            if line.trim_end().is_empty() {
                return record;
            }
            record += &line;
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address.parse::<SocketAddr>().unwrap()).unwrap()
    }

    /// The exit status, once it has ended by itself.
    pub(crate) fn wait(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }

    /// Sends it a signal, such as that of Ctrl-C, and returns its exit status.
    pub(crate) fn signal(mut self, signal: Signal) -> i32 {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Listen {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A path for a file of this test; names are unique to a test.
pub(crate) fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Panics unless this is what may reach a terminal.
pub(crate) fn assert_ascii(printed: &[u8]) {
    let is_clean = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    let text = String::from_utf8_lossy(printed);
    assert!(printed.iter().all(is_clean), "{text:?}");
}

/// Bytes that a terminal would obey.
pub(crate) const HOSTILE: &str = "\x1b[2J\u{9b}1m\x7f\u{202e}";

/// The signature of version 2, in hex digits.
pub(crate) const SIGNATURE: &str = "0d0a0d0a000d0a515549540a";
