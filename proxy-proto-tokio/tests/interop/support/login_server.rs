//! The login-server and pop3 examples as processes, and the lines they print.

use core::net::SocketAddr;
use std::{collections::HashMap, path::PathBuf, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::{deadline::within, example, scratch::Scratch, tool::terminate};

/// A running service, which trusts 127.0.0.1 alone unless it is started with a configuration.
#[derive(Debug)]
pub(crate) struct LoginServer {
    /// `imap` or `pop3`: what its lines start with.
    protocol: &'static str,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    addresses: HashMap<String, SocketAddr>,
}

/// The fields of a login line.
#[derive(Debug)]
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
        Self::with(IMAP).await
    }

    /// With this configuration.
    pub(crate) async fn with(config: &str) -> Self {
        Self::run("imap", example::login_server(), config).await
    }

    pub(crate) async fn start_pop3() -> Self {
        Self::run("pop3", example::program("proxy-proto", "pop3"), POP3).await
    }

    async fn run(protocol: &'static str, program: PathBuf, config: &str) -> Self {
        let scratch = Scratch::new();
        let listeners = config.matches("[[listener]]").count();
        let config = scratch.write("config.toml", config);
        let mut child = Command::new(program)
            .arg("--config")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self {
            protocol,
            child,
            lines,
            addresses: HashMap::new(),
        };
        while server.addresses.len() < listeners {
            let line = server.next_line().await.expect("a line for each listener");
            if let Some(fields) = fields_of(&line, protocol, "Listening") {
                let address = fields["address"].parse().unwrap();
                server.addresses.insert(fields["listener"].into(), address);
            }
        }
        server
    }

    /// The next event, which must be a login.
    pub(crate) async fn login(&mut self) -> Login {
        let line = self.next_event().await;
        Login::parse(&line.expect("a login"), self.protocol)
    }

    /// Ends it by SIGTERM, so that it writes what it has logged, and returns the events not read yet.
    pub(crate) async fn stop(mut self) -> Vec<String> {
        terminate(&self.child);
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
        let hint = format!("{}-login: Try: ", self.protocol);
        loop {
            match self.next_line().await {
                Some(line) if line.starts_with(&hint) => {}
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
    fn parse(line: &str, protocol: &str) -> Self {
        let fields =
            fields_of(line, protocol, "Login").unwrap_or_else(|| panic!("not a login: {line}"));
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
fn fields_of<'a>(line: &'a str, protocol: &str, kind: &str) -> Option<HashMap<&'a str, &'a str>> {
    let rest = line.strip_prefix(protocol)?.strip_prefix("-login: ")?;
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

const IMAP: &str = r#"
haproxy_trusted_networks = "127.0.0.1"

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

const POP3: &str = r#"
haproxy_trusted_networks = "127.0.0.1"
users = ["alice"]

[[listener]]
name = "pop3"
address = "127.0.0.1:0"

[[listener]]
name = "pop3_haproxy"
address = "127.0.0.1:0"
haproxy = true
"#;
