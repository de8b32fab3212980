//! A small POP3 service on blocking threads: a plain listener, and one on which a PROXY header must
//! come first.
//!
//! ```sh
//! cargo run -p proxy-proto --example pop3
//! curl pop3://alice:any@127.0.0.1:1110/1
//! curl --haproxy-protocol pop3://alice:any@127.0.0.1:10110/1
//! ```
//!
//! It logs each login with the client's real address, and the one message in every mailbox shows it.
//! `--config FILE` replaces the built-in `default.toml`. Runs until it is killed.

mod config;
mod lines;
mod session;

use std::{
    error::Error,
    fmt,
    io::{self, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    thread,
    time::Duration,
};

use clap::Parser;
use proxy_proto::{
    ConnectionInfo, Endpoint, Policy,
    io::{accept, is_transient},
};

use crate::{config::Config, lines::Lines, session::Session};

#[derive(Parser)]
struct Arguments {
    /// Serve the users and the listeners of this TOML file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::read(Arguments::parse().config.as_deref())?;
    let mut listeners = Vec::new();
    for listener in &config.listeners {
        let socket = TcpListener::bind(listener.address)?;
        let (address, haproxy, name) = (socket.local_addr()?, listener.haproxy, &listener.name);
        log(format_args!(
            "Listening: address={address}, haproxy={haproxy}, listener={name}"
        ));
        if let Some(user) = config.users.first() {
            let option = if haproxy { "--haproxy-protocol " } else { "" };
            log(format_args!(
                "Try: curl {option}pop3://{user}:any@{address}/1"
            ));
        }
        listeners.push((socket, config.policy(listener), name));
    }
    let config = &config;
    thread::scope(|scope| {
        for (socket, policy, name) in &listeners {
            for _ in 0..THREADS {
                scope.spawn(move || serve(socket, policy, name, config));
            }
        }
    });
    Ok(())
}

/// One of the threads of a listener: accepts a connection, and serves it to its end. So a silent
/// client holds up one thread, and no more clients are served at once than there are threads.
fn serve(socket: &TcpListener, policy: &Policy, name: &str, config: &Config) {
    loop {
        match accept(socket, policy) {
            Ok(Ok((stream, info))) => {
                // A client that leaves or is too slow is not an error of the service.
                drop(converse(stream, &info, name, config));
            }
            Ok(Err(error)) if error.is_probe() => {}
            Ok(Err(error)) => log(format_args!("Aborted: {error}, listener={name}")),
            Err(error) if is_transient(&error) => thread::sleep(ACCEPT_PAUSE),
            Err(error) => return log(format_args!("Accept failed: {error}, listener={name}")),
        }
    }
}

fn converse(
    stream: TcpStream,
    info: &ConnectionInfo,
    name: &str,
    config: &Config,
) -> io::Result<()> {
    let message = format!(
        "Subject: Welcome\r\n\r\nYour address is {}.\r\n",
        info.client_addr()
    );
    let mut session = Session::new(&config.users, message);
    let mut lines = Lines::new(stream);
    lines.write(Session::GREETING, LOGIN_TIMEOUT)?;
    while !session.is_over() {
        let timeout = if session.is_logged_in() {
            IDLE_TIMEOUT
        } else {
            LOGIN_TIMEOUT
        };
        let reply = session.answer(&lines.next(timeout)?);
        // After a LOCAL header it is the balancer that logs in, for its health check.
        if let Some(user) = reply.login.filter(|_| !info.is_local()) {
            let [remote, local] = [('r', info.client_addr()), ('l', info.server_addr())]
                .map(|(side, endpoint)| address(side, endpoint));
            let peer = info.peer_addr();
            log(format_args!(
                "Login: user=<{user}>, {remote}, {local}, listener={name}, peer={peer}"
            ));
        }
        lines.write(&reply.text, timeout)?;
    }
    Ok(())
}

/// The address as `rip` or `lip`, and the port. A UNIX socket has neither, and its name could be
/// anything.
fn address(side: char, endpoint: Endpoint<'_>) -> String {
    match endpoint {
        Endpoint::Ip(address) => {
            format!("{side}ip={}, {side}port={}", address.ip(), address.port())
        }
        Endpoint::Unix(_) => format!("{side}ip=unix"),
    }
}

/// Writes a line to standard output, which may be closed.
fn log(event: fmt::Arguments<'_>) {
    drop(writeln!(io::stdout(), "pop3-login: {event}"));
}

/// Threads of each listener.
const THREADS: usize = 32;

/// The time for each command, and for each reply, before the login.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(30);

/// The same after it: the minimum for an automatic logout (RFC 1939 §3).
const IDLE_TIMEOUT: Duration = Duration::from_secs(10 * 60);

const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
