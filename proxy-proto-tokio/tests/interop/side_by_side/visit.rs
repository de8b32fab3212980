//! One client's visit to one server: what it does, and how that ends.

use core::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::Command,
    time,
};

use crate::support::{Client as Imap, dial, within};

/// What a client does.
pub(super) enum Client {
    /// Sends these pieces first.
    Own {
        pieces: fn(&Who) -> Vec<Vec<u8>>,
        then: Then,
    },
    /// Logs in with curl, with this scheme and these options.
    Curl {
        scheme: &'static str,
        options: &'static [&'static str],
    },
    /// Logs in with Python's imaplib: `plain` or `tls`.
    Imaplib { security: &'static str },
}

pub(super) enum Then {
    /// Logs in, if the server sends a greeting.
    LogIn,
    /// The same, where the login is one of the pieces.
    LogOut,
    /// Closes its own direction after this many lines from the server, of which the greeting is the
    /// first, and waits until the server closes the other.
    LeaveAfter(usize),
}

/// What distinguishes a client from all others, so that its log lines are found.
#[derive(Debug)]
pub(super) struct Who {
    /// The address that it connects from.
    pub(super) source: Ipv4Addr,
    /// It connects to HAProxy.
    pub(super) is_relayed: bool,
    /// The source address in its header, if it sends one.
    pub(super) claimed: Ipv4Addr,
    /// The same over IPv6.
    pub(super) claimed_v6: Ipv6Addr,
    /// A server crashes.
    pub(super) is_crash: bool,
    pub(super) user: String,
}

impl Who {
    /// Its addresses, and what they are called in the tables.
    pub(super) fn addresses(&self) -> [(IpAddr, &'static str); 3] {
        let source = if self.is_relayed { "CLIENT" } else { "PEER" };
        [
            (self.source.into(), source),
            (self.claimed.into(), "CLIENT"),
            (self.claimed_v6.into(), "CLIENT"),
        ]
    }

    /// Whether no other client connects from its address.
    pub(super) fn is_alone(&self) -> bool {
        self.source != Ipv4Addr::LOCALHOST
    }
}

/// How the visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saw {
    LoggedIn,
    /// The greeting, and no login.
    Greeting,
    /// An alert of TLS.
    Alert,
    /// The connection was closed without a byte.
    Nothing,
}

pub(super) async fn run(client: &Client, who: &Who, server: SocketAddr) -> Saw {
    match client {
        Client::Own { pieces, then } => {
            let mut stream = dial(&who.source.to_string(), server).await;
            send(&mut stream, pieces(who)).await;
            end(stream, then, &who.user).await
        }
        Client::Curl { scheme, options } => {
            let url = format!("{scheme}://{server}/");
            let login = format!("{}:secret", who.user);
            let source = who.source.to_string();
            let mut arguments = vec!["--silent", "--insecure", "--max-time", "20"];
            arguments.extend([
                "--interface",
                &source,
                "--user",
                &login,
                "--request",
                "NOOP",
                &url,
            ]);
            arguments.extend(*options);
            program("curl", &arguments).await
        }
        Client::Imaplib { security } => {
            let (ip, port) = (server.ip().to_string(), server.port().to_string());
            let arguments = ["-c", IMAPLIB, &ip, &port, security, &who.user];
            program("python3", &arguments).await
        }
    }
}

/// Sends each piece once the server has had time to read the one before, or has closed.
async fn send(stream: &mut TcpStream, pieces: Vec<Vec<u8>>) {
    stream.set_nodelay(true).unwrap();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 && time::timeout(PAUSE, stream.readable()).await.is_ok() {
            return;
        }
        // An error is one of reading too.
        let _ = stream.write_all(piece).await;
    }
}

async fn end(stream: TcpStream, then: &Then, user: &str) -> Saw {
    let lines = match *then {
        Then::LeaveAfter(lines) => lines,
        Then::LogIn | Then::LogOut => {
            if first_byte(&stream).await == Some(b'*') {
                let mut client = Imap::greeted(stream).await;
                if matches!(then, Then::LogIn) {
                    client.log_in(user).await;
                }
                client.command("LOGOUT").await;
                return Saw::LoggedIn;
            }
            0
        }
    };
    let mut stream = BufReader::new(stream);
    let mut received = Vec::new();
    // A reset is an end too.
    for _ in 0..lines {
        let _ = within("a line", stream.read_until(b'\n', &mut received)).await;
    }
    let _ = stream.shutdown().await;
    let _ = within("the end", stream.read_to_end(&mut received)).await;
    match received.first() {
        None => Saw::Nothing,
        Some(b'*') => Saw::Greeting,
        Some(&ALERT) => Saw::Alert,
        Some(other) => panic!("{user} received {other:#x}"),
    }
}

/// `None` if there is none.
async fn first_byte(stream: &TcpStream) -> Option<u8> {
    let mut first = [0];
    let len = within("an answer or the end", stream.peek(&mut first)).await;
    len.is_ok_and(|len| len == 1).then_some(first[0])
}

async fn program(name: &str, arguments: &[&str]) -> Saw {
    let mut command = Command::new(name);
    command.args(arguments).kill_on_drop(true);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let status = within(name, command.status()).await.unwrap();
    if status.success() {
        Saw::LoggedIn
    } else {
        Saw::Nothing
    }
}

/// The type of its record.
const ALERT: u8 = 21;

/// Dovecot, which does not wait for the rest of a header, closes in this time. The timeout is longer.
const PAUSE: Duration = Duration::from_secs(1);

/// Logs in and out.
const IMAPLIB: &str = r#"
import imaplib, ssl, sys
host, port, security, user = sys.argv[1:]
if security == "tls":
    context = ssl._create_unverified_context()
    client = imaplib.IMAP4_SSL(host, int(port), ssl_context=context, timeout=10)
else:
    client = imaplib.IMAP4(host, int(port), timeout=10)
assert client.login(user, "secret")[0] == "OK"
assert client.noop()[0] == "OK"
assert client.logout()[0] == "BYE"
"#;
