//! A UDP service that receives its datagrams through a balancer: it logs the client that a header
//! names, and sends the payload back to the balancer, without a header. Spec: §2, UDP.
//!
//! ```text
//! udp-echo --listen 127.0.0.1:5300 --trust 127.0.0.1
//! ```
//!
//! The reply has no header because balancers do not expect one: dnsdist matches the bare reply to
//! the request that it relayed, and so finds the client.
//!
//! `--trust` is only as good as the network. A UDP source address can be forged, so trust addresses
//! that no one else can send from, such as those of your own network.
//!
//! Runs until it is killed. It saves nothing, so SIGTERM and Ctrl-C need no handler.

use std::{
    convert::Infallible,
    error::Error,
    io::{self, Write},
    net::{SocketAddr, UdpSocket},
    process::ExitCode,
};

use clap::Parser;
use proxy_proto::{Policy, TrustedNetworks};

/// Echoes UDP datagrams that carry a PROXY protocol header, and logs who sent them.
#[derive(Parser)]
#[command(name = "udp-echo")]
struct Arguments {
    /// Address and port to listen on; with port 0, the log shows which port was chosen.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// Addresses and networks of the balancers, separated by spaces or commas. Datagrams from
    /// anywhere else are dropped.
    #[arg(long, value_name = "LIST")]
    trust: TrustedNetworks,
}

/// Maximum length of a UDP datagram, in bytes.
const DATAGRAM_MAX_LEN: usize = 65_535;

fn main() -> ExitCode {
    let Err(error) = serve(Arguments::parse());
    eprintln!("udp-echo: {error}");
    ExitCode::FAILURE
}

fn serve(arguments: Arguments) -> Result<Infallible, Box<dyn Error>> {
    let policy = Policy::new(arguments.trust);
    if policy.refuses_everyone() {
        return Err("--trust is empty, so every datagram would be dropped".into());
    }
    let socket = UdpSocket::bind(arguments.listen)?;
    log(&format!("listening: address={}", socket.local_addr()?));
    let mut buffer = vec![0; DATAGRAM_MAX_LEN];
    loop {
        let (len, peer) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            // Some systems report here that an earlier reply did not arrive.
            Err(error) if is_harmless(&error) => continue,
            Err(error) => return Err(error.into()),
        };
        log(&answer(
            &socket,
            &policy,
            peer,
            buffer.get(..len).unwrap_or_default(),
        ));
    }
}

fn is_harmless(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

/// Echoes the payload of a datagram or drops it; returns the line for the log.
fn answer(socket: &UdpSocket, policy: &Policy, peer: SocketAddr, datagram: &[u8]) -> String {
    let (header, payload) = match policy.decode_datagram(peer.into(), datagram) {
        Ok(decoded) => decoded,
        Err(refusal) => return format!("dropped: peer={peer}, reason={refusal}"),
    };
    // LOCAL: the balancer itself is the client, for a health check.
    let client = header
        .and_then(|header| header.source())
        .map_or_else(|| peer.to_string(), |source| source.to_string());
    match socket.send_to(payload, peer) {
        Ok(len) => format!("echoed: client={client}, peer={peer}, bytes={len}"),
        Err(error) => format!("not echoed: client={client}, peer={peer}, error={error}"),
    }
}

/// Does not end the service if the log is closed.
fn log(line: &str) {
    let _ = writeln!(io::stdout(), "udp-echo: {line}");
}
