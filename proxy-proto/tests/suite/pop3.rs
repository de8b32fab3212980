//! The pop3 example, as a user runs it: who is greeted, what is answered, and what is logged.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::common::example::{Lines, example};

/// A running pop3, which trusts 127.0.0.1 and ends with its handle.
struct Pop3 {
    process: Child,
    log: Lines,
    plain: SocketAddr,
    proxied: SocketAddr,
}

const CONFIG: &str = r#"
haproxy_trusted_networks = "127.0.0.1"
haproxy_timeout = 60
users = ["alice", "bob"]

[[listener]]
name = "pop3"
address = "127.0.0.1:0"

[[listener]]
name = "pop3_haproxy"
address = "127.0.0.1:0"
haproxy = true
"#;

const TCP4: &str = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 110\r\n";
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

impl Pop3 {
    fn start() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let config = env::temp_dir().join(format!("pop3-{}-{number}.toml", process::id()));
        fs::write(&config, CONFIG).unwrap();
        let mut process = Command::new(example("pop3"))
            .arg("--config")
            .arg(&config)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Lines::of(process.stdout.take().unwrap());
        let [plain, proxied] = [
            "haproxy=false, listener=pop3",
            "haproxy=true, listener=pop3_haproxy",
        ]
        .map(|rest| {
            let line = log.next();
            let line = line.strip_prefix("pop3-login: Listening: address=");
            let (address, fields) = line.and_then(|line| line.split_once(", ")).unwrap();
            assert_eq!(fields, rest);
            assert!(log.next().starts_with("pop3-login: Try: curl "));
            address.parse().unwrap()
        });
        fs::remove_file(config).unwrap();
        Self {
            process,
            log,
            plain,
            proxied,
        }
    }
}

impl Drop for Pop3 {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A client, line by line.
struct Client {
    stream: BufReader<TcpStream>,
    own: SocketAddr,
}

impl Client {
    fn connect(server: SocketAddr, header: &[u8]) -> Self {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.write_all(header).unwrap();
        Self {
            own: stream.local_addr().unwrap(),
            stream: BufReader::new(stream),
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    /// Empty once the service has closed the connection; closing with bytes unread resets it.
    fn line(&mut self) -> String {
        let mut line = String::new();
        drop(self.stream.read_line(&mut line));
        line
    }

    /// Asserts what each command is answered.
    fn talk<'a>(&mut self, steps: impl IntoIterator<Item = (&'a str, &'a str)>) {
        for (command, wanted) in steps {
            self.send(format!("{command}\r\n").as_bytes());
            for line in wanted.split_inclusive('\n') {
                assert_eq!(self.line().trim_end(), line.trim_end(), "{command}");
            }
        }
    }
}

const LOGIN: [(&str, &str); 2] = [
    ("USER alice", "+OK Any password"),
    ("PASS any thing", "+OK Logged in"),
];

#[test]
fn each_login_is_logged_with_the_clients_own_address() {
    let pop3 = Pop3::start();
    let mut direct = Client::connect(pop3.plain, b"");
    let mut relayed = Client::connect(pop3.proxied, TCP4.as_bytes());
    assert_eq!(relayed.line(), "+OK pop3 ready\r\n");
    assert_eq!(direct.line(), "+OK pop3 ready\r\n");
    direct.talk(LOGIN);
    let (own, port) = (direct.own, pop3.plain.port());
    assert_eq!(
        pop3.log.next(),
        format!(
            "pop3-login: Login: user=<alice>, rip=127.0.0.1, rport={}, lip=127.0.0.1, \
             lport={port}, listener=pop3, peer={own}",
            own.port()
        )
    );
    relayed.talk(LOGIN);
    assert_eq!(
        pop3.log.next(),
        format!(
            "pop3-login: Login: user=<alice>, rip=192.0.2.1, rport=56324, lip=198.51.100.7, \
             lport=110, listener=pop3_haproxy, peer={}",
            relayed.own
        )
    );
}

#[test]
fn every_command_is_answered_where_it_is_allowed() {
    let pop3 = Pop3::start();
    let mut client = Client::connect(pop3.proxied, TCP4.as_bytes());
    client.line();
    client.talk([
        ("CAPA", "+OK Capabilities\nUSER\n."),
        ("STAT", "-ERR Unknown command here"),
        ("USER mallory", "+OK Any password"),
        ("PASS x", "-ERR No such user"),
        ("PASS x", "-ERR Unknown command here"),
    ]);
    client.talk(LOGIN);
    client.talk([
        ("stat", "+OK 1 54"),
        ("LIST", "+OK 1 message\n1 54\n."),
        ("LIST 1", "+OK 1 54"),
        (
            "RETR 1",
            "+OK 54 octets\nSubject: Welcome\n\nYour address is 192.0.2.1:56324.\n.",
        ),
        ("RETR 2", "-ERR No such message"),
        ("NOOP", "+OK"),
        ("RSET", "+OK"),
        ("QUIT", "+OK Bye"),
    ]);
    assert_eq!(client.line(), "");
}

/// The balancer's health check is greeted, and may even log in.
#[test]
fn a_health_check_is_greeted_and_not_logged() {
    let pop3 = Pop3::start();
    let mut check = Client::connect(pop3.proxied, LOCAL);
    assert_eq!(check.line(), "+OK pop3 ready\r\n");
    check.talk(LOGIN);
    drop(check);
    drop(TcpStream::connect(pop3.proxied).unwrap());
    let mut client = Client::connect(pop3.proxied, TCP4.as_bytes());
    client.line();
    client.talk(LOGIN);
    assert!(pop3.log.next().contains("rip=192.0.2.1, "));
}

#[test]
fn a_client_without_a_header_is_refused_and_logged() {
    let pop3 = Pop3::start();
    let mut client = Client::connect(pop3.proxied, b"USER alice\r\n");
    assert_eq!(client.line(), "");
    let line = pop3.log.next();
    assert!(
        line.starts_with("pop3-login: Aborted: invalid header: "),
        "{line}"
    );
    assert!(line.ends_with(", listener=pop3_haproxy"), "{line}");
}

#[test]
fn no_input_ends_more_than_its_own_connection() {
    let pop3 = Pop3::start();
    let too_long = [b'x'; 4096];
    let many_errors = b"\r\n".repeat(6);
    for sent in [
        &too_long[..],
        &many_errors,
        b"\xff\0\xff \n \n\n\n\nUSER alice\nPASS x\n",
    ] {
        let mut client = Client::connect(pop3.plain, sent);
        assert_eq!(client.line(), "+OK pop3 ready\r\n");
        // To the end, which the service makes.
        drop(client.stream.read_to_end(&mut Vec::new()));
    }
    let mut client = Client::connect(pop3.plain, b"");
    client.line();
    client.talk(LOGIN);
    assert!(
        pop3.log
            .next()
            .starts_with("pop3-login: Login: user=<alice>, ")
    );
}

#[test]
fn silent_clients_hold_up_no_other() {
    let pop3 = Pop3::start();
    let _silent: Vec<_> = (0..8)
        .map(|_| TcpStream::connect(pop3.proxied).unwrap())
        .collect();
    let mut client = Client::connect(pop3.proxied, TCP4.as_bytes());
    assert_eq!(client.line(), "+OK pop3 ready\r\n");
}
