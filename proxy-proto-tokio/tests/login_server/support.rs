//! The example as a process, and its clients.

#[path = "../support/example.rs"]
mod example;
#[path = "../support/guide.rs"]
pub(crate) mod guide;

use core::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Instant,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{net::TcpSocket, runtime};

/// The running example, with its own configuration.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) listeners: Vec<(String, SocketAddr)>,
    pub(crate) config: ConfigFile,
}

impl Server {
    pub(crate) fn start(config: &str) -> Self {
        Self::run(Command::new(example::login_server()), config)
    }

    /// With this limit on open descriptors.
    pub(crate) fn start_limited(config: &str, descriptors: u32) -> Self {
        let mut shell = Command::new("sh");
        let limited = format!("ulimit -n {descriptors}; exec \"$0\" \"$@\"");
        shell.args(["-c", &limited]).arg(example::login_server());
        Self::run(shell, config)
    }

    fn run(mut command: Command, config: &str) -> Self {
        let config = ConfigFile::new(config);
        let process = Process::run(command.args(["--config", &config.path()]));
        let mut listeners = Vec::new();
        loop {
            let line = process.line();
            if line.starts_with("imap-login: Try: curl ") {
                break;
            }
            let fields = line
                .strip_prefix("imap-login: Listening: ")
                .expect("a listener");
            let field = |key: &str| fields.split(", ").find_map(|field| field.strip_prefix(key));
            let address = field("address=").unwrap().parse().unwrap();
            listeners.push((field("listener=").unwrap().to_owned(), address));
        }
        Self {
            process,
            listeners,
            config,
        }
    }

    pub(crate) fn address(&self, name: &str) -> SocketAddr {
        let mut listeners = self.listeners.iter();
        listeners.find(|(listener, _)| listener == name).unwrap().1
    }

    /// The next line of its log.
    pub(crate) fn line(&self) -> String {
        self.process.line()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.process.child);
        kill_process(pid, signal).unwrap();
    }

    /// Sends it a signal; returns its exit status and the lines not read yet.
    pub(crate) fn end(mut self, signal: Signal) -> (ExitStatus, Vec<String>) {
        self.signal(signal);
        let lines = self.process.remaining_lines();
        (self.process.finish().0, lines)
    }
}

/// The example as a child process, killed when dropped.
///
/// Its output is read only as far as the test requests lines, except for what fits in a buffer and a
/// pipe: a test that requests no more is a stalled reader.
pub(crate) struct Process {
    pub(crate) child: Child,
    lines: Receiver<String>,
}

impl Process {
    pub(crate) fn spawn(arguments: &[&str]) -> Self {
        Self::run(Command::new(example::login_server()).args(arguments))
    }

    fn run(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::sync_channel(0);
        thread::spawn(move || {
            for line in stdout.lines() {
                let _ = sender.send(line.unwrap());
            }
        });
        Self { child, lines }
    }

    pub(crate) fn line(&self) -> String {
        self.lines
            .recv_timeout(DEADLINE)
            .expect("a line of the log")
    }

    /// What it prints until it exits.
    pub(crate) fn remaining_lines(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.lines.recv_timeout(DEADLINE) {
                Ok(line) => lines.push(line),
                Err(RecvTimeoutError::Disconnected) => return lines,
                Err(RecvTimeoutError::Timeout) => panic!("no end after {lines:?}"),
            }
        }
    }

    /// The exit status, without reading any output.
    pub(crate) fn status(&mut self) -> ExitStatus {
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it has not ended")
    }

    /// The exit status and the standard error of a process that has closed its standard output.
    pub(crate) fn finish(&mut self) -> (ExitStatus, String) {
        let mut error = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut error).unwrap();
        (self.child.wait().unwrap(), error)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file that is removed when dropped.
pub(crate) struct ConfigFile(PathBuf);

impl ConfigFile {
    pub(crate) fn new(text: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("login-server-{}-{count}.toml", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, text).unwrap();
        Self(path)
    }

    pub(crate) fn replace(&self, text: &str) {
        fs::write(&self.0, text).unwrap();
    }

    pub(crate) fn path(&self) -> String {
        self.0.to_str().unwrap().to_owned()
    }
}

impl Drop for ConfigFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A client of the example.
pub(crate) struct Client {
    pub(crate) stream: BufReader<TcpStream>,
    pub(crate) address: SocketAddr,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::connect_from(Ipv4Addr::LOCALHOST, address)
    }

    pub(crate) fn connect_from(source: Ipv4Addr, address: SocketAddr) -> Self {
        // In std, a socket cannot be bound before it connects.
        let runtime = runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        let connecting = async {
            let socket = TcpSocket::new_v4()?;
            socket.bind((source, 0).into())?;
            socket.connect(address).await?.into_std()
        };
        let stream = runtime.block_on(connecting).unwrap();
        stream.set_nonblocking(false).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Self {
            address: stream.local_addr().unwrap(),
            stream: BufReader::new(stream),
        }
    }

    /// Sends `bytes`; a server that has already closed the connection is not an error.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes);
    }

    pub(crate) fn log_in(&mut self) {
        self.send(b"1 LOGIN alice secret\r\nz LOGOUT\r\n");
        assert_eq!(self.rest(), format!("{GREETING}1 OK Logged in\r\n{BYE}"));
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line
    }

    /// Everything up to the end of the connection, which may be a reset.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        if let Err(error) = self.stream.read_to_end(&mut rest) {
            assert_eq!(
                error.kind(),
                std::io::ErrorKind::ConnectionReset,
                "{rest:?}"
            );
        }
        String::from_utf8_lossy(&rest).into_owned()
    }
}

/// The standard error of a process that must fail before it serves.
pub(crate) fn failure(mut process: Process) -> String {
    let lines = process.remaining_lines();
    let (status, error) = process.finish();
    assert!(!status.success(), "{status}");
    assert_eq!(lines, [""; 0], "{error}");
    error
}

pub(crate) const CONFIG: &str = r#"
    haproxy_trusted_networks = "127.0.0.1"
    haproxy_timeout = 60

    [[listener]]
    name = "imap"
    address = "127.0.0.1:0"

    [[listener]]
    name = "imaps"
    address = "127.0.0.1:0"
    ssl = true

    [[listener]]
    name = "imap_haproxy"
    address = "127.0.0.1:0"
    haproxy = true

    [[listener]]
    name = "imaps_haproxy"
    address = "127.0.0.1:0"
    haproxy = true
    ssl = true
"#;

pub(crate) const GREETING: &str = "* OK [CAPABILITY IMAP4rev1 LITERAL+] login-server ready\r\n";
pub(crate) const BYE: &str = "* BYE Logging out\r\nz OK LOGOUT completed\r\n";

/// Longer than anything here should take, and shorter than the 60 s that a client has to log in: a
/// place must not become free only because the silent clients have timed out.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
