//! Servers that require a header, with the configurations that `conform` tests them with.

use core::net::SocketAddr;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde::Deserialize;

use super::{processes, reserved::unshared, scratch::Scratch};

/// What is known about a server.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its directory in `proxy-proto-cli/receivers`.
    pub(crate) name: &'static str,
    /// What is in the answer to a connection of the sender's own that is served.
    pub(crate) served: &'static str,
    /// What the answer shows of the connection that a header describes.
    shown: &'static str,
    /// What it does with a header that is not in one segment.
    pub(crate) pieces: Pieces,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pieces {
    Joined,
    Rejected,
}

/// The servers that have such a configuration. Dovecot's lets no one log in, so it has tests of its own, with
/// its own configuration.
pub(crate) const RECEIVERS: [Row; 8] = [
    row("haproxy", OK, BOTH, Pieces::Rejected),
    row("nginx-http", OK, BOTH, Pieces::Rejected),
    row("nginx-stream", "127.0.0.1 ", BOTH, Pieces::Rejected),
    row("varnish", OK, BOTH, Pieces::Joined),
    row("apache", OK, "\nClient: {client}\r\n", Pieces::Joined),
    row(
        "postfix",
        "220 ",
        "client=[{client}] {client port}\r\n",
        Pieces::Rejected,
    ),
    row(
        "lighttpd",
        OK,
        "\n{client} {client port}\n",
        Pieces::Rejected,
    ),
    row("envoy", OK, BOTH, Pieces::Joined),
];

const OK: &str = " 200 OK\r\n";
const BOTH: &str = "{client} {client port}\n{server} {server port}\n";

const fn row(name: &'static str, served: &'static str, shown: &'static str, pieces: Pieces) -> Row {
    Row {
        name,
        served,
        shown,
        pieces,
    }
}

impl Row {
    /// What the answer must contain.
    pub(crate) fn shown(&self, client: SocketAddr, server: SocketAddr) -> String {
        self.shown
            .replace("{client}", &client.ip().to_string())
            .replace("{client port}", &client.port().to_string())
            .replace("{server}", &server.ip().to_string())
            .replace("{server port}", &server.port().to_string())
    }
}

/// A running server; it may still be binding its port.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    /// What a client sends after the header.
    pub(crate) request: String,
    child: Child,
    _scratch: Scratch,
}

/// The part of a recipe that matters here.
#[derive(Deserialize)]
struct Recipe {
    #[serde(default)]
    prepare: Vec<Vec<String>>,
    start: Vec<String>,
    service: Service,
}

#[derive(Deserialize)]
struct Service {
    http: Option<String>,
    #[serde(default)]
    send: String,
}

impl Receiver {
    pub(crate) fn start(row: &Row) -> Self {
        let scratch = Scratch::new();
        let directory = scratch.directory().to_str().unwrap();
        let address = unshared("127.0.0.1");
        for file in fs::read_dir(directory_of(row.name)).unwrap() {
            let file = file.unwrap();
            let text = fs::read_to_string(file.path()).unwrap();
            let text = text
                .replace("@DIR@", directory)
                .replace("@PORT@", &address.port().to_string());
            scratch.write(file.file_name().to_str().unwrap(), &text);
        }
        let recipe = fs::read_to_string(scratch.path("recipe.toml")).unwrap();
        let recipe: Recipe = toml::from_str(&recipe).unwrap();
        for command in &recipe.prepare {
            assert!(prepared(command).status().unwrap().success(), "{command:?}");
        }
        let output = File::create(scratch.path("output")).unwrap();
        let child = prepared(&recipe.start)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {:?}: {error}", recipe.start));
        let Service { http, send } = recipe.service;
        Self {
            address,
            request: http.map_or(send, |path| format!("GET {path} HTTP/1.0\r\n\r\n")),
            child,
            _scratch: scratch,
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        processes::end(&mut self.child);
    }
}

fn directory_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../proxy-proto-cli/receivers")
        .join(name)
}

fn prepared(command: &[String]) -> Command {
    let (program, arguments) = command.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
