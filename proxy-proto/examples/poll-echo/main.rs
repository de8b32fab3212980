//! An echo service on poll(2) alone: one thread, any number of connections, a header first on each.
//!
//! ```sh
//! cargo run -p proxy-proto --example poll-echo -- --listen 127.0.0.1:7003 --trust 127.0.0.1
//! echo hello | curl -sNm 1 --haproxy-protocol telnet://127.0.0.1:7003
//! ```
//!
//! `handshakes.rs` is all that it takes to drive the gate on a runtime of your own. SIGTERM and SIGINT
//! end the service.

mod handshakes;

use std::{
    error::Error,
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    time::Duration,
};

use clap::Parser;
use proxy_proto::{Limits, Policy, TrustedNetworks, io::is_transient};
use rustix::{event::PollFlags, fd::AsFd};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    low_level::pipe,
};

use crate::handshakes::{Handshakes, Outcome};

#[derive(Parser)]
struct Options {
    /// Where balancers connect.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// Networks that may send a header, separated by spaces or commas.
    #[arg(long, value_name = "LIST")]
    trust: TrustedNetworks,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let listener = TcpListener::bind(options.listen)?;
    listener.set_nonblocking(true)?;
    let (signals, signalled) = UnixStream::pair()?;
    pipe::register(SIGINT, signalled.try_clone()?)?;
    pipe::register(SIGTERM, signalled)?;
    log(&format!("listening {}", listener.local_addr()?));

    let mut handshakes = Handshakes::new(Policy::new(options.trust), Limits::new());
    let mut clients: Vec<Client> = Vec::new();
    let mut pause = None;
    loop {
        // After an error of accept(2) the listener is still readable: not looked at for a while.
        let may_accept = pause.is_none() && handshakes.accepts();
        let on_accept = if may_accept {
            PollFlags::IN
        } else {
            PollFlags::empty()
        };
        let mut others = vec![
            (signals.as_fd(), PollFlags::IN),
            (listener.as_fd(), on_accept),
        ];
        let sockets = clients.iter();
        others.extend(sockets.map(|client| (client.stream.as_fd(), client.waits_for())));
        let mut ready = handshakes.poll(&others, pause.take())?.into_iter();
        if ready.next() == Some(true) {
            return Ok(());
        }
        if ready.next() == Some(true) {
            match accept(&listener) {
                Ok((stream, peer)) => handshakes.begin(stream, peer),
                Err(error) if is_transient(&error) => pause = Some(ACCEPT_PAUSE),
                Err(error) => return Err(error.into()),
            }
        }
        clients.retain_mut(|client| ready.next() != Some(true) || client.go_on());
        let outcomes = handshakes.outcomes().into_iter();
        clients.extend(outcomes.filter_map(Client::new));
    }
}

fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    let (stream, peer) = listener.accept()?;
    stream.set_nonblocking(true)?;
    Ok((stream, peer))
}

/// A client that gets back what it sends.
struct Client {
    stream: TcpStream,
    /// What it gets first. Nothing is read until this is sent.
    unsent: Vec<u8>,
}

impl Client {
    fn new(outcome: Outcome<TcpStream>) -> Option<Self> {
        match outcome {
            Ok((stream, accepted)) => {
                let info = accepted.info(stream.local_addr().ok()?);
                let (client, server) = (info.client_addr(), info.server_addr());
                log(&format!("accepted client={client} server={server}"));
                let unsent = format!("client={client} server={server}\r\n").into();
                Some(Self { stream, unsent })
            }
            Err((peer, error)) => {
                log(&format!("refused peer={peer} error=\"{error}\""));
                None
            }
        }
    }

    fn waits_for(&self) -> PollFlags {
        if self.unsent.is_empty() {
            PollFlags::IN
        } else {
            PollFlags::OUT
        }
    }

    /// Reads or writes once; false if the connection has ended.
    fn go_on(&mut self) -> bool {
        match self.read_or_write() {
            Ok(len) => len > 0,
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
    }

    fn read_or_write(&mut self) -> io::Result<usize> {
        if self.unsent.is_empty() {
            let mut buffer = [0; 4096];
            let len = self.stream.read(&mut buffer)?;
            self.unsent.extend(buffer.iter().take(len));
            return Ok(len);
        }
        let len = self.stream.write(&self.unsent)?;
        self.unsent.drain(..len);
        Ok(len)
    }
}

/// A line on standard output, which may be closed.
fn log(line: &str) {
    drop(writeln!(io::stdout(), "{line}"));
}

/// After an error of accept(2), which may pass.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
