//! The login-server example as a process, and the lines it prints.

use core::net::SocketAddr;
use std::{collections::HashMap, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::{deadline::within, example, scratch::Scratch};

/// A running login-server with one listener of each kind, which trusts 127.0.0.1 alone.
#[derive(Debug)]
pub(crate) struct LoginServer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    addresses: HashMap<String, SocketAddr>,
}

/// The fields of a login line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    /// `rip` and `rport`.
    pub(crate) client: SocketAddr,
    /// `lip` and `lport`.
    pub(crate) server: SocketAddr,
    pub(crate) listener: String,
    pub(crate) peer: SocketAddr,
}

impl LoginServer {
    pub(crate) async fn start() -> Self {
        let scratch = Scratch::new();
        let config = scratch.write("login-server.toml", CONFIG);
        let mut child = Command::new(example::login_server())
            .arg("--config")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self {
            child,
            lines,
            addresses: HashMap::new(),
        };
        while server.addresses.len() < LISTENERS {
            let line = server.next_line().await.expect("a line for each listener");
            if let Some(fields) = fields_of(&line, "Listening") {
                let address = fields["address"].parse().unwrap();
                server.addresses.insert(fields["listener"].into(), address);
            }
        }
        server
    }

    /// The next event, which must be a login.
    pub(crate) async fn login(&mut self) -> Login {
        let line = self.next_event().await;
        Login::parse(&line.expect("a login"))
    }

    /// Stops it and returns the events not read yet.
    pub(crate) async fn stop(mut self) -> Vec<String> {
        self.child.kill().await.unwrap();
        let mut events = Vec::new();
        while let Some(event) = self.next_event().await {
            events.push(event);
        }
        events
    }

    pub(crate) fn address(&self, listener: &str) -> SocketAddr {
        self.addresses[listener]
    }

    async fn next_event(&mut self) -> Option<String> {
        loop {
            match self.next_line().await {
                Some(line) if line.starts_with("imap-login: Try: ") => {}
                line => return line,
            }
        }
    }

    async fn next_line(&mut self) -> Option<String> {
        within("a line of login-server", self.lines.next_line())
            .await
            .unwrap()
    }
}

impl Login {
    fn parse(line: &str) -> Self {
        let fields = fields_of(line, "Login").unwrap_or_else(|| panic!("not a login: {line}"));
        let address = |ip, port| SocketAddr::new(parse(&fields, ip), parse(&fields, port));
        Self {
            user: fields["user"].to_owned(),
            client: address("rip", "rport"),
            server: address("lip", "lport"),
            listener: fields["listener"].to_owned(),
            peer: parse(&fields, "peer"),
        }
    }
}

/// The fields of an event of this kind: `imap-login: KIND: name=value, ...`.
fn fields_of<'a>(line: &'a str, kind: &str) -> Option<HashMap<&'a str, &'a str>> {
    let rest = line.strip_prefix("imap-login: ")?;
    let rest = rest.strip_prefix(kind)?.strip_prefix(": ")?;
    Some(
        rest.split(", ")
            .filter_map(|field| field.split_once('='))
            .collect(),
    )
}

fn parse<T: core::str::FromStr>(fields: &HashMap<&str, &str>, name: &str) -> T {
    let value = fields.get(name).and_then(|value| value.parse().ok());
    value.unwrap_or_else(|| panic!("{name} in {fields:?}"))
}

const LISTENERS: usize = 4;

const CONFIG: &str = r#"
haproxy_trusted_networks = "127.0.0.1"

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
