//! swaks, which names in the header whatever its command line says.

use std::path::Path;

use super::{
    mode::{Client, Header, Mode, Names},
    run::{Sender, serve_each},
};
use crate::support::serve;

#[tokio::test]
#[ignore = "needs swaks: .ci/run interop"]
async fn every_mode_of_swaks() {
    let sender = Sender {
        name: "swaks",
        version: &["swaks", "--version"],
        shares_port: false,
        start: |scratch, sections| {
            serve_each(scratch, sections, |_, options, log| {
                let command = format!("{COMMON} {options}");
                let arguments: Vec<_> = command.split_whitespace().map(Path::new).collect();
                serve("swaks", &arguments, log)
            })
        },
        modes: &[MODES],
    };
    sender.run().await;
}

const COMMON: &str = "--from b@example.com --to a@example.com --quit-after CONNECT";

const MODES: &[Mode] = &[
    sent(
        "swaks-v1-tcp4",
        1,
        "--server BACKEND
        --proxy-family TCP4
        --proxy-source 192.0.2.1 --proxy-source-port 1000
        --proxy-dest 198.51.100.2 --proxy-dest-port 25",
    ),
    sent(
        "swaks-v1-tcp6",
        1,
        "--server BACKEND
        --proxy-family TCP6
        --proxy-source 2001:db8::1 --proxy-source-port 1000
        --proxy-dest 2001:db8::2 --proxy-dest-port 25",
    )
    .names(INET6),
    sent(
        "swaks-v2-tcp4",
        2,
        "--server BACKEND
        --proxy-version 2 --proxy-family AF_INET
        --proxy-source 192.0.2.1 --proxy-source-port 1000
        --proxy-dest 198.51.100.2 --proxy-dest-port 25",
    ),
    sent(
        "swaks-v2-tcp6",
        2,
        "--server BACKEND
        --proxy-version 2 --proxy-family AF_INET6
        --proxy-source 2001:db8::1 --proxy-source-port 1000
        --proxy-dest 2001:db8::2 --proxy-dest-port 25",
    )
    .names(INET6),
    sent(
        "swaks-v2-udp4",
        2,
        "--server BACKEND
        --proxy-version 2 --proxy-family AF_INET --proxy-protocol DGRAM
        --proxy-source 192.0.2.1 --proxy-source-port 1000
        --proxy-dest 198.51.100.2 --proxy-dest-port 25",
    )
    .datagrams(),
    sent(
        "swaks-v2-unix",
        2,
        "--server BACKEND
        --proxy-version 2 --proxy-family AF_UNIX
        --proxy-source 192.0.2.1 --proxy-source-port 1000
        --proxy-dest 198.51.100.2 --proxy-dest-port 25",
    )
    .header(Header::Invalid(15)),
    sent(
        "swaks-v2-local",
        2,
        "--server BACKEND
        --proxy-version 2 --proxy-family AF_INET --proxy-command LOCAL
        --proxy-source 192.0.2.1 --proxy-source-port 1000
        --proxy-dest 198.51.100.2 --proxy-dest-port 25",
    )
    .header(Header::Invalid(12)),
    sent(
        "swaks-v2-udp4-local",
        2,
        "--server BACKEND
        --proxy-version 2 --proxy-family AF_INET
        --proxy-protocol DGRAM --proxy-command LOCAL
        --proxy-source 192.0.2.1 --proxy-source-port 1000
        --proxy-dest 198.51.100.2 --proxy-dest-port 25",
    )
    .header(Header::Invalid(12)),
];

const fn sent(id: &'static str, version: u8, options: &'static str) -> Mode {
    Mode::new(id, version, options)
        .client(Client::Absent)
        .ungreeted()
        .names(Names::These("192.0.2.1:1000", "198.51.100.2:25"))
        .payload(b"QUIT\r\n")
}

const INET6: Names = Names::These("[2001:db8::1]:1000", "[2001:db8::2]:25");
