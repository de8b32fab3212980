//! The login-server example as its users run it: a process of its own, judged by what it prints and
//! by what its clients see.
//!
//! Linux only, where all of 127.0.0.0/8 are addresses to connect from.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

use core::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
};

use tokio::{net::TcpSocket, runtime};

#[test]
fn a_header_tells_the_client_of_a_login() {
    let server = Server::start(CONFIG);
    for (header, addresses) in [
        (
            b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n".as_slice(),
            "rip=192.0.2.1, rport=56324, lip=198.51.100.7, lport=143",
        ),
        (
            b"PROXY TCP6 2001:db8::1 2001:db8::7 56324 143\r\n",
            "rip=2001:db8::1, rport=56324, lip=2001:db8::7, lport=143",
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\
              \xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f",
            "rip=192.0.2.1, rport=56324, lip=198.51.100.7, lport=143",
        ),
        (
            &v2_unix("/run/client, rport=1", "\0imap"),
            r"rip=unix:/run/client\x2c rport\x3d1, lip=unix:@imap",
        ),
    ] {
        let mut client = Client::connect(server.address("imap_haproxy"));
        client.send(header);
        client.log_in();
        let peer = client.address;
        assert_eq!(
            server.line(),
            format!(
                "imap-login: Login: user=<alice>, method=PLAIN, {addresses}, \
                 listener=imap_haproxy, peer={peer}"
            )
        );
    }
}

#[test]
fn without_endpoints_in_a_header_the_client_is_the_peer() {
    let server = Server::start(CONFIG);
    for (listener, header) in [
        ("imap", b"".as_slice()),
        ("imap_haproxy", b"PROXY UNKNOWN\r\n"),
        ("imap_haproxy", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"),
    ] {
        let address = server.address(listener);
        let mut client = Client::connect(address);
        client.send(header);
        client.log_in();
        let peer = client.address;
        assert_eq!(
            server.line(),
            format!(
                "imap-login: Login: user=<alice>, method=PLAIN, rip=127.0.0.1, rport={}, \
                 lip=127.0.0.1, lport={}, listener={listener}, peer={peer}",
                peer.port(),
                address.port()
            )
        );
    }
}

#[test]
fn an_untrusted_source_is_refused_before_it_sends_a_byte() {
    let server = Server::start(CONFIG);
    let mut client =
        Client::connect_from(Ipv4Addr::new(127, 0, 0, 9), server.address("imap_haproxy"));
    assert_eq!(client.rest(), "");
    assert_eq!(server.line(), aborted("not trusted", &client));
}

#[test]
fn a_header_not_whole_in_time_ends_the_connection_before_any_greeting() {
    let server = Server::start(&CONFIG.replace("haproxy_timeout = 60", "haproxy_timeout = 1"));
    for part in ["", "PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r"] {
        let mut client = Client::connect(server.address("imap_haproxy"));
        client.send(part.as_bytes());
        assert_eq!(client.rest(), "");
        assert_eq!(
            server.line(),
            aborted("no complete header within 1 s", &client)
        );
    }
}

#[test]
fn bytes_that_are_no_header_are_named() {
    let server = Server::start(CONFIG);
    for (sent, reason) in [
        (
            "1 LOGIN alice secret\r\n",
            "invalid header: unexpected byte 0x31 in the signature at byte 0",
        ),
        (
            "PROXY TCP4 192.0.2.256 198.51.100.7 56324 143\r\n",
            "invalid header: number greater than 255 in the source address at byte 21",
        ),
    ] {
        let mut client = Client::connect(server.address("imap_haproxy"));
        client.send(sent.as_bytes());
        assert_eq!(client.rest(), "");
        assert_eq!(server.line(), aborted(reason, &client));
    }
}

#[test]
fn a_failed_handshake_is_logged() {
    let server = Server::start(CONFIG);
    let mut client = Client::connect(server.address("imaps"));
    client.send(b"1 LOGIN alice secret\r\n");
    client.rest();
    let line = server.line();
    assert!(
        line.starts_with("imap-login: Aborted: TLS handshake failed: "),
        "{line}"
    );
    assert!(
        line.ends_with(&format!(", peer={}, listener=imaps", client.address)),
        "{line}"
    );
}

#[test]
fn who_leaves_without_a_byte_is_not_logged() {
    let server = Server::start(CONFIG);
    for listener in ["imap", "imaps", "imap_haproxy"] {
        drop(Client::connect(server.address(listener)));
    }
    let (status, lines) = server.end("INT");
    assert!(status.success(), "{status}");
    assert_eq!(lines, [""; 0]);
}

#[test]
fn a_user_name_forges_no_line() {
    let server = Server::start(CONFIG);
    let forged = "x>, rip=192.0.2.66\r\nimap-login: Login: user=<root\\\u{1b}\u{fc}";
    let mut client = Client::connect(server.address("imap"));
    client.send(
        format!(
            "1 LOGIN {{{}+}}\r\n{forged} y\r\n2 LOGOUT\r\n",
            forged.len()
        )
        .as_bytes(),
    );
    client.rest();
    let line = server.line();
    assert!(
        line.starts_with(
            r"imap-login: Login: user=<x\x3e\x2c rip\x3d192.0.2.66\x0d\x0aimap-login: Login: user\x3d\x3croot\x5c\x1b\xc3\xbc>, method=PLAIN, rip=127.0.0.1, "
        ),
        "{line}"
    );
    let (_, lines) = server.end("INT");
    assert_eq!(lines, [""; 0]);
}

#[test]
fn every_command_gets_its_answer() {
    let server = Server::start(CONFIG);
    let longest_line = format!("a NOOP{}\r\n", " ".repeat(8192 - "a NOOP\r\n".len()));
    for (sent, replies) in [
        (
            "a NOOP\r\nb noop\r\n",
            "a OK NOOP completed\r\nb OK NOOP completed\r\n",
        ),
        (
            "a CAPABILITY\r\n",
            "* CAPABILITY IMAP4rev1 LITERAL+\r\na OK CAPABILITY completed\r\n",
        ),
        (
            "a LOGIN u p\r\nb LOGIN u p\r\n",
            "a OK Logged in\r\nb BAD Already logged in\r\n",
        ),
        ("a LOGIN \"u \\\"\\\\\" \"\"\r\n", "a OK Logged in\r\n"),
        (
            "a LOGIN {1}\r\nu {0}\r\n\r\n",
            "+ Go ahead\r\n+ Go ahead\r\na OK Logged in\r\n",
        ),
        ("a LOGIN {3+}\r\nu\r\n {1+}\r\np\r\n", "a OK Logged in\r\n"),
        ("a LOGIN {1}\r\nu p\r\n", "+ Go ahead\r\na OK Logged in\r\n"),
        ("a LOGIN u \r\n", "a OK Logged in\r\n"),
        ("a LOGIN u\r\n", "a BAD Space expected\r\n"),
        ("a LOGIN \"u\" p q\r\n", "a BAD Line end expected\r\n"),
        ("a LOGIN \"u p\r\n", "a BAD Quoted string without end\r\n"),
        (
            "a LOGIN \"\\u\" p\r\n",
            "a BAD Backslash before neither quote nor backslash\r\n",
        ),
        ("a LOGIN {x}\r\n", "a BAD Literal expected\r\n"),
        (
            "a LOGIN {1} {1}\r\nu p\r\n",
            "+ Go ahead\r\na BAD Literal expected\r\n",
        ),
        (
            "a LOGIN {4097}\r\nb NOOP\r\n",
            "a BAD Literal too long\r\nb OK NOOP completed\r\n",
        ),
        (
            "a LOGIN {99999999999999999999}\r\n",
            "a BAD Literal too long\r\n",
        ),
        ("a LOGIN {4097+}\r\n", "* BYE Command too long\r\n"),
        ("a LIST \"\" *\r\n", "a BAD Unknown command\r\n"),
        ("a NOOP x\r\n", "a BAD Line end expected\r\n"),
        ("a\r\n", "a BAD Space expected\r\n"),
        (
            "\r\n* NOOP\r\n+ NOOP\r\n",
            "* BAD Tag expected\r\n* BAD Tag expected\r\n* BAD Tag expected\r\n",
        ),
        (&longest_line, "a BAD Line end expected\r\n"),
        (&format!(" {longest_line}"), "* BYE Command too long\r\n"),
        (&"x".repeat(100_000), "* BYE Command too long\r\n"),
    ] {
        let has_end = replies.starts_with("* BYE");
        let logout = if has_end { "" } else { "z LOGOUT\r\n" };
        let bye = if has_end { "" } else { BYE };
        let mut whole = Client::connect(server.address("imap"));
        whole.send(format!("{sent}{logout}").as_bytes());
        assert_eq!(
            whole.rest(),
            format!("{GREETING}{replies}{bye}"),
            "{sent:?}"
        );
        if sent.len() <= 100 {
            let mut split = Client::connect(server.address("imap"));
            for byte in format!("{sent}{logout}").as_bytes() {
                split.send(&[*byte]);
            }
            assert_eq!(
                split.rest(),
                format!("{GREETING}{replies}{bye}"),
                "{sent:?}, split"
            );
        }
    }
}

#[test]
fn a_signal_ends_it_and_every_session_is_told() {
    for signal in ["INT", "TERM"] {
        let server = Server::start(CONFIG);
        let mut user = Client::connect(server.address("imap"));
        user.send(b"1 LOGIN alice secret\r\n");
        assert_eq!(user.line(), GREETING);
        assert_eq!(user.line(), "1 OK Logged in\r\n");
        let mut silent = Client::connect(server.address("imap_haproxy"));

        let (status, lines) = server.end(signal);
        assert!(status.success(), "{status}");
        assert!(
            lines
                .first()
                .is_some_and(|line| line.contains("user=<alice>"))
        );
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(user.rest(), "* BYE The service ends\r\n");
        assert_eq!(silent.rest(), "");
    }
}

#[test]
fn a_wrong_configuration_is_named_by_key_and_value() {
    for (config, named) in [
        ("", ["listener", "at least one"]),
        ("listener = []", ["listener", "at least one"]),
        ("haproxy_timout = 3", ["haproxy_timout", "3"]),
        ("haproxy_timeout = 0", ["haproxy_timeout", "0 is not"]),
        ("haproxy_timeout = -1", ["haproxy_timeout", "-1 is not"]),
        ("haproxy_timeout = 3601", ["haproxy_timeout", "3601 is not"]),
        (
            "haproxy_timeout = 99999999999999999999",
            ["haproxy_timeout", "99999999999999999999"],
        ),
        ("haproxy_timeout = 1.5", ["haproxy_timeout", "1.5"]),
        ("haproxy_timeout = \"3\"", ["haproxy_timeout", "\"3\""]),
        (
            "haproxy_trusted_networks = \"::1 10.0.0.1/8\"",
            ["haproxy_trusted_networks", "\"10.0.0.1/8\" has bits set"],
        ),
        (
            "haproxy_trusted_networks = \"10.0.0.0/33\"",
            ["haproxy_trusted_networks", "\"10.0.0.0/33\" is neither"],
        ),
        (
            "haproxy_trusted_networks = 7",
            ["haproxy_trusted_networks", "7"],
        ),
        ("[[listener]]\nname = \"a\"", ["listener", "address"]),
        (
            "[[listener]]\naddress = \"127.0.0.1:0\"",
            ["listener", "name"],
        ),
        (
            "[[listener]]\nname = \"a, b\"\naddress = \"127.0.0.1:0\"",
            ["name", "\"a, b\" is not"],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"localhost:143\"",
            ["address", "\"localhost:143\""],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nproxy = true",
            ["proxy", "true"],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nssl = \"yes\"",
            ["ssl", "\"yes\""],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nhaproxy = true",
            ["haproxy = true", "haproxy_trusted_networks = \"\""],
        ),
        (
            "haproxy_trusted_networks = \" , \"\n[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nhaproxy = true",
            ["haproxy = true", "haproxy_trusted_networks = \"\""],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:1143\"\n\
             [[listener]]\nname = \"b\"\naddress = \"127.0.0.1:1143\"",
            [
                "listener \"b\": address = \"127.0.0.1:1143\"",
                "listener \"a\"",
            ],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\n\
             [[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"",
            ["name = \"a\"", "twice"],
        ),
    ] {
        let file = ConfigFile::new(config);
        let error = failure(Process::spawn(&["--config", &file.path()]));
        for part in named {
            assert!(
                error.contains(part),
                "{part:?} in the error of {config:?}: {error}"
            );
        }
    }
}

#[test]
fn a_missing_file_is_named() {
    let error = failure(Process::spawn(&["--config", "/nonexistent/imap.toml"]));
    assert!(error.contains("--config /nonexistent/imap.toml"), "{error}");
}

#[test]
fn all_listeners_are_bound_or_none_is_served() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let file = ConfigFile::new(&format!(
        "[[listener]]\nname = \"free\"\naddress = \"127.0.0.1:0\"\n\
         [[listener]]\nname = \"taken\"\naddress = \"{address}\""
    ));
    let error = failure(Process::spawn(&["--config", &file.path()]));
    let named = format!("listener \"taken\": address = \"{address}\"");
    assert!(error.contains(&named), "{error}");
}

#[test]
fn the_demo_sees_what_it_expects() {
    let mut demo = Process::spawn(&["--demo"]);
    let lines = demo.remaining_lines();
    let (status, error) = demo.finish();
    assert!(status.success(), "{status}: {error}");
    let columns = ["CLIENT", "LISTENER", "SAW", "LOGGED"];
    assert_eq!(
        lines
            .first()
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>(),
        columns
    );
    assert!(lines.len() > 20, "{lines:?}");
}

/// A running example with a configuration of its own.
struct Server {
    process: Process,
    listeners: Vec<(String, SocketAddr)>,
    _config: ConfigFile,
}

impl Server {
    fn start(config: &str) -> Self {
        let config = ConfigFile::new(config);
        let process = Process::spawn(&["--config", &config.path()]);
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
            _config: config,
        }
    }

    fn address(&self, name: &str) -> SocketAddr {
        let mut listeners = self.listeners.iter();
        listeners.find(|(listener, _)| listener == name).unwrap().1
    }

    /// The next line of its log.
    fn line(&self) -> String {
        self.process.line()
    }

    /// Sends it a signal; its exit status and what it logged that was not asked for yet.
    fn end(mut self, signal: &str) -> (ExitStatus, Vec<String>) {
        let id = self.process.child.id();
        let kill = format!("kill -{signal} {id}");
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        let lines = self.process.remaining_lines();
        (self.process.finish().0, lines)
    }
}

/// The example as a child, killed at the end of the test.
struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    fn spawn(arguments: &[&str]) -> Self {
        let mut child = Command::new(example())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines() {
                let _ = sender.send(line.unwrap());
            }
        });
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines
            .recv_timeout(DEADLINE)
            .expect("a line of the log")
    }

    /// What it prints until it ends.
    fn remaining_lines(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.lines.recv_timeout(DEADLINE) {
                Ok(line) => lines.push(line),
                Err(RecvTimeoutError::Disconnected) => return lines,
                Err(RecvTimeoutError::Timeout) => panic!("no end after {lines:?}"),
            }
        }
    }

    /// The exit status and the standard error of a process that closed its standard output.
    fn finish(&mut self) -> (ExitStatus, String) {
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

/// A file that is gone after the test.
struct ConfigFile(PathBuf);

impl ConfigFile {
    fn new(text: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("login-server-{}-{count}.toml", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> String {
        self.0.to_str().unwrap().to_owned()
    }
}

impl Drop for ConfigFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

struct Client {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Client {
    fn connect(address: SocketAddr) -> Self {
        Self::connect_from(Ipv4Addr::LOCALHOST, address)
    }

    fn connect_from(source: Ipv4Addr, address: SocketAddr) -> Self {
        // std has no socket that can be bound before it connects.
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

    /// Sends what the server still takes: one that has closed the connection already takes nothing.
    fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes);
    }

    fn log_in(&mut self) {
        self.send(b"1 LOGIN alice secret\r\nz LOGOUT\r\n");
        assert_eq!(self.rest(), format!("{GREETING}1 OK Logged in\r\n{BYE}"));
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line
    }

    /// All that comes until the server closes the connection, by a reset too.
    fn rest(&mut self) -> String {
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

/// The built example, which Cargo puts beside the directory of the tests.
fn example() -> PathBuf {
    let test = env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    let example = profile.join("examples").join("login-server");
    assert!(
        example.exists(),
        "{} is missing: `cargo test` builds it, `cargo test --test` does not; \
         run `cargo build -p proxy-proto-tokio --example login-server` first",
        example.display()
    );
    example
}

/// The standard error of a process that must fail before it serves.
fn failure(mut process: Process) -> String {
    let lines = process.remaining_lines();
    let (status, error) = process.finish();
    assert!(!status.success(), "{status}");
    assert_eq!(lines, [""; 0], "{error}");
    error
}

/// The line of an abort at `imap_haproxy`.
fn aborted(reason: &str, client: &Client) -> String {
    let peer = client.address;
    format!("imap-login: Aborted: {reason}, peer={peer}, listener=imap_haproxy")
}

/// A version 2 header with the names of UNIX stream sockets.
fn v2_unix(source: &str, destination: &str) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x31\x00\xd8".to_vec();
    for name in [source, destination] {
        let mut field = [0; 108];
        field.as_mut_slice().write_all(name.as_bytes()).unwrap();
        header.extend_from_slice(&field);
    }
    header
}

const CONFIG: &str = r#"
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
"#;

const GREETING: &str = "* OK [CAPABILITY IMAP4rev1 LITERAL+] login-server ready\r\n";
const BYE: &str = "* BYE Logging out\r\nz OK LOGOUT completed\r\n";

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(60);
