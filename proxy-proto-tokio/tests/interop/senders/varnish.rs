//! Varnish, which relays bytes in both directions where the VCL says `pipe`.

use core::fmt::Write;
use std::path::Path;

use super::{
    mode::{Backend, Front, Mode, Names, V1_TCP4},
    run::Sender,
};
use crate::support::{Scratch, serve};

#[tokio::test]
#[ignore = "needs varnish: .ci/run interop"]
async fn every_mode_of_varnish() {
    let sender = Sender {
        name: "Varnish",
        version: &["varnishd", "-V"],
        shares_port: false,
        start: |scratch, sections| Box::new(start(scratch, sections)),
        modes: &[MODES],
    };
    sender.run().await;
}

/// One process: the first line of a section is where it listens, the others are a backend.
fn start(scratch: &Scratch, sections: &[String]) -> tokio::process::Child {
    let (mut backends, mut choice) = (String::new(), String::new());
    let mut arguments: Vec<String> = ["-F", "-j", "none", "-T", "none", "-s", "malloc,16m"]
        .map(str::to_owned)
        .into();
    for (number, section) in sections.iter().enumerate() {
        let (listen, backend) = section.split_once('\n').unwrap();
        let address = listen.strip_prefix("-a ").unwrap();
        arguments.extend(["-a".to_owned(), format!("a{number}={address}")]);
        writeln!(backends, "backend b{number} {{ {backend} }}").unwrap();
        writeln!(
            choice,
            "if (local.socket == \"a{number}\") {{ set req.backend_hint = b{number}; }}"
        )
        .unwrap();
    }
    let vcl = format!("vcl 4.1;\n{backends}sub vcl_recv {{\n{choice}return (pipe);\n}}\n");
    let vcl = scratch.write("default.vcl", &vcl).display().to_string();
    let work = scratch.path("work").display().to_string();
    arguments.extend(["-n".to_owned(), work, "-f".to_owned(), vcl]);
    let arguments: Vec<_> = arguments.iter().map(Path::new).collect();
    serve("varnishd", &arguments, &scratch.path("log"))
}

const MODES: &[Mode] = &[
    Mode::new(
        "varnish-v1-tcp4",
        1,
        "-a FRONT
        .host = \"BACKEND_IP\"; .port = \"BACKEND_PORT\"; .proxy_header = 1;",
    )
    .payload(GET),
    Mode::new(
        "varnish-v1-tcp6",
        1,
        "-a FRONT
        .host = \"BACKEND_IP\"; .port = \"BACKEND_PORT\"; .proxy_header = 1;",
    )
    .payload(GET)
    .front(Front::Inet6),
    Mode::new(
        "varnish-v1-unix",
        1,
        "-a FRONT
        .host = \"BACKEND_IP\"; .port = \"BACKEND_PORT\"; .proxy_header = 1;",
    )
    .payload(GET)
    .front(Front::Unix)
    .names(NOWHERE),
    Mode::new(
        "varnish-v1-to-unix-server",
        1,
        "-a FRONT
        .path = \"BACKEND\"; .proxy_header = 1;",
    )
    .payload(GET)
    .backend(Backend::Unix),
    Mode::new(
        "varnish-v1-chained-from-tcp4",
        1,
        "-a FRONT,PROXY
        .host = \"BACKEND_IP\"; .port = \"BACKEND_PORT\"; .proxy_header = 1;",
    )
    .payload(GET)
    .after(V1_TCP4)
    .names(NAMES),
    Mode::new(
        "varnish-v2-tcp4",
        2,
        "-a FRONT
        .host = \"BACKEND_IP\"; .port = \"BACKEND_PORT\"; .proxy_header = 2;",
    )
    .payload(GET),
    Mode::new(
        "varnish-v2-tcp6",
        2,
        "-a FRONT
        .host = \"BACKEND_IP\"; .port = \"BACKEND_PORT\"; .proxy_header = 2;",
    )
    .payload(GET)
    .front(Front::Inet6),
    Mode::new(
        "varnish-v2-unix",
        2,
        "-a FRONT
        .host = \"BACKEND_IP\"; .port = \"BACKEND_PORT\"; .proxy_header = 2;",
    )
    .payload(GET)
    .front(Front::Unix)
    .names(NOWHERE),
    Mode::new(
        "varnish-v2-to-unix-server",
        2,
        "-a FRONT
        .path = \"BACKEND\"; .proxy_header = 2;",
    )
    .payload(GET)
    .backend(Backend::Unix),
    Mode::new(
        "varnish-v2-chained-from-tcp4",
        2,
        "-a FRONT,PROXY
        .host = \"BACKEND_IP\"; .port = \"BACKEND_PORT\"; .proxy_header = 2;",
    )
    .payload(GET)
    .after(V1_TCP4)
    .names(NAMES),
];

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const NAMES: Names = Names::These("192.0.2.1:56324", "198.51.100.2:443");
/// What Varnish has for clients on a UNIX socket.
const NOWHERE: Names = Names::These("0.0.0.0:0", "0.0.0.0:0");
