//! curl, which sends version 1 for itself. It accepts as HTTP/0.9 whatever the service sends.

use std::path::Path;

use super::{
    mode::{Backend, Client, Header, Mode, Names},
    run::{Sender, serve_each},
};
use crate::support::serve;

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn every_mode_of_curl() {
    let sender = Sender {
        name: "curl",
        version: &["curl", "--version"],
        shares_port: false,
        start: |scratch, sections| {
            serve_each(scratch, sections, |_, command, log| {
                let (program, arguments) = command.split_once(' ').unwrap();
                let arguments: Vec<_> = arguments.split(' ').map(Path::new).collect();
                serve(program, &arguments, log)
            })
        },
        modes: &[MODES],
    };
    sender.run().await;
}

const MODES: &[Mode] = &[
    own(
        "curl-v1-tcp4",
        "curl -sN --http0.9 --haproxy-protocol http://BACKEND/",
    ),
    own(
        "curl-v1-tcp6",
        "curl -sN --http0.9 --haproxy-protocol http://BACKEND/",
    )
    .backend(Backend::Inet6),
    own(
        "curl-v1-unix",
        "curl -sN --http0.9 --haproxy-protocol --unix-socket BACKEND http://x/",
    )
    .backend(Backend::Unix)
    .header(Header::Unknown),
];

const fn own(id: &'static str, command: &'static str) -> Mode {
    Mode::new(id, 1, command)
        .client(Client::Absent)
        .names(Names::Connection)
        .payload(b"GET / HTTP/1.1\r\n")
}
