//! An echo service on mio, on a plain port and on one that requires a PROXY header.
//!
//! ```sh
//! cargo run -p proxy-proto-mio --example echo -- --plain 127.0.0.1:7001 --proxy 127.0.0.1:7002 --trust 127.0.0.1
//! echo hello | curl -sNm 1 --haproxy-protocol telnet://127.0.0.1:7002
//! ```
//!
//! One thread serves all connections. Each first reads `client=ADDR server=ADDR peer=ADDR`, then all that
//! it sends. Each outcome is a line on standard output. SIGTERM and SIGINT end the service.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "tokens are few, and a read returns no more than the buffer holds"
)]

use core::{fmt, ops::Range};
use std::{
    error::Error,
    io::{self, Read, Write},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use mio::{
    Events, Interest, Poll, Token,
    event::Event,
    net::{TcpListener, TcpStream},
};
use proxy_proto_mio::{
    Begun, Handshakes, Outcome,
    proxy_proto::{HeaderMode, Limits, Policy, TrustedNetworks, io::is_transient},
};
use rustix::event::{PollFd, PollFlags, Timespec};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook_mio::v1_0::Signals;
use slab::Slab;

#[derive(Parser)]
struct Options {
    /// Where clients connect directly.
    #[arg(long, value_name = "ADDR")]
    plain: SocketAddr,
    /// Where balancers connect, with a PROXY header first.
    #[arg(long, value_name = "ADDR")]
    proxy: SocketAddr,
    /// Networks that may send a header, separated by spaces or commas.
    #[arg(long, value_name = "LIST")]
    trust: TrustedNetworks,
    /// Seconds for the whole header.
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0)]
    timeout: f64,
    /// Who must send a header.
    #[arg(long, value_enum, default_value = "required")]
    mode: Mode,
    /// How many connections may wait for their header at once.
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT_PENDING)]
    limit: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Mode {
    /// Every peer; others are refused.
    Required,
    /// Trusted peers; others are direct clients.
    BySource,
    /// Nobody, but trusted peers may.
    Optional,
}

/// The token of the signals. Those of the listeners follow, then those of the connections.
const SIGNALS: Token = Token(0);

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mode = match options.mode {
        Mode::Required => HeaderMode::Required,
        Mode::BySource => HeaderMode::BySource,
        Mode::Optional => HeaderMode::Optional,
    };
    let policy = Policy::new(options.trust)
        .with_mode(mode)
        .with_timeout(Duration::try_from_secs_f64(options.timeout)?);
    let limits = Limits::new().with_pending(options.limit);
    // Here everyone is a direct client, and no one has to wait.
    let direct = Policy::new(TrustedNetworks::new()).with_mode(HeaderMode::BySource);
    let none = Limits::new().with_pending(1);

    let poll = Poll::new()?;
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    poll.registry()
        .register(&mut signals, SIGNALS, Interest::READABLE)?;
    let first = Token(SIGNALS.0 + 1);
    let plain = Listener::bind("plain", options.plain, direct, none, first, &poll)?;
    let first = plain.tokens().end;
    let proxy = Listener::bind("proxy", options.proxy, policy, limits, first, &poll)?;
    let service = Service {
        first: proxy.tokens().end,
        connections: Slab::new(),
        poll,
    };
    serve([plain, proxy], service)?;
    Ok(())
}

/// Serves until a signal ends it.
fn serve(mut listeners: [Listener; 2], mut service: Service) -> io::Result<()> {
    let mut events = Events::with_capacity(1024);
    loop {
        let deadline = listeners.iter().filter_map(Listener::next_deadline).min();
        let timeout = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        match service.poll.poll(&mut events, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result?,
        }
        for token in events.iter().map(Event::token) {
            if token == SIGNALS {
                return Ok(());
            }
            let mut listeners = listeners.iter_mut();
            match listeners.find(|listener| listener.tokens().contains(&token)) {
                Some(listener) => listener.ready(token, &mut service)?,
                None => service.echo(token),
            }
        }
        for listener in &mut listeners {
            listener.expire(&mut service)?;
        }
    }
}

struct Listener {
    name: &'static str,
    token: Token,
    socket: TcpListener,
    /// The connections that wait for their header, with the tokens after the listener's own.
    handshakes: Handshakes<TcpStream>,
    /// When to accept again after a shortage of descriptors or memory, whose end is not an event.
    accept_at: Option<Instant>,
}

impl Listener {
    const PAUSE: Duration = Duration::from_millis(50);

    fn bind(
        name: &'static str,
        address: SocketAddr,
        policy: Policy,
        limits: Limits,
        token: Token,
        poll: &Poll,
    ) -> io::Result<Self> {
        let mut socket = TcpListener::bind(address)?;
        poll.registry()
            .register(&mut socket, token, Interest::READABLE)?;
        print(format_args!("listening {name} {}", socket.local_addr()?));
        Ok(Self {
            name,
            token,
            socket,
            handshakes: Handshakes::new(Arc::new(policy), limits, Token(token.0 + 1)),
            accept_at: None,
        })
    }

    fn tokens(&self) -> Range<Token> {
        self.token..self.handshakes.tokens().end
    }

    fn next_deadline(&self) -> Option<Instant> {
        let deadline = self.handshakes.next_deadline();
        deadline.into_iter().chain(self.accept_at).min()
    }

    fn ready(&mut self, token: Token, service: &mut Service) -> io::Result<()> {
        if token == self.token {
            return self.accept(service);
        }
        if let Some(outcome) = self.handshakes.drive(token, Instant::now()) {
            service.begin(self.name, outcome, true);
        }
        Ok(())
    }

    /// Does what is due without an event.
    fn expire(&mut self, service: &mut Service) -> io::Result<()> {
        let now = Instant::now();
        while let Some(outcome) = self.handshakes.expire(now) {
            service.begin(self.name, outcome, true);
        }
        if self.accept_at.is_some_and(|at| at <= now) {
            self.accept(service)?;
        }
        Ok(())
    }

    /// Accepts until that would block: there is no event for connections that are left in the queue.
    fn accept(&mut self, service: &mut Service) -> io::Result<()> {
        self.accept_at = None;
        loop {
            let (stream, peer) = match self.socket.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if is_transient(&error) => {
                    self.accept_at = Some(Instant::now() + Self::PAUSE);
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            match self.handshakes.begin(stream, peer, Instant::now()) {
                Begun::Finished(outcome) => service.begin(self.name, outcome, false),
                Begun::Pending {
                    token,
                    stream,
                    dropped,
                    ..
                } => {
                    let registry = service.poll.registry();
                    if registry
                        .register(stream, token, Interest::READABLE)
                        .is_err()
                    {
                        self.handshakes.remove(token);
                    }
                    if let Some(error) = dropped {
                        service.begin(self.name, Err(error), true);
                    }
                }
            }
        }
    }
}

struct Service {
    poll: Poll,
    connections: Slab<Connection>,
    /// The token of the first connection.
    first: Token,
}

struct Connection {
    stream: TcpStream,
    unsent: Vec<u8>,
}

impl Service {
    /// Begins to serve a connection, or drops it.
    fn begin(&mut self, listener: &str, outcome: Outcome<TcpStream>, is_registered: bool) {
        let (mut stream, info) = match outcome {
            Ok(accepted) => accepted,
            Err(error) => {
                let (reason, peer) = (error.kind().name(), error.peer_addr());
                print(format_args!(
                    "refused reason={reason} peer={peer} error=\"{error}\""
                ));
                return;
            }
        };
        let (client, server, peer) = (info.client_addr(), info.server_addr(), info.peer_addr());
        let addresses = format!("client={client} server={server} peer={peer}");
        print(format_args!("accepted {addresses} listener={listener}"));

        let place = self.connections.vacant_entry();
        let token = Token(self.first.0 + place.key());
        let (registry, interest) = (
            self.poll.registry(),
            Interest::READABLE | Interest::WRITABLE,
        );
        let registered = if is_registered {
            registry.reregister(&mut stream, token, interest)
        } else {
            registry.register(&mut stream, token, interest)
        };
        if registered.is_ok() {
            let unsent = format!("{addresses}\r\n").into_bytes();
            place.insert(Connection { stream, unsent });
            // At once: the event for what came with the header may be spent.
            self.echo(token);
        }
    }

    fn echo(&mut self, token: Token) {
        let key = token.0 - self.first.0;
        // An event may be left of a connection that has ended.
        if let Some(connection) = self.connections.get_mut(key) {
            match connection.echo() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                _ => drop(self.connections.remove(key)),
            }
        }
    }
}

impl Connection {
    /// Returns what the client sends until it closes. Ends with `WouldBlock` where it goes on at the
    /// next event; reads only when all is sent, so that a client that does not read fills no memory.
    fn echo(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        loop {
            while !self.unsent.is_empty() {
                let sent = retry(|| self.stream.write(&self.unsent))?;
                self.unsent.drain(..sent);
            }
            match retry(|| self.stream.read(&mut buffer))? {
                0 => return Ok(()),
                len => self.unsent.extend_from_slice(&buffer[..len]),
            }
        }
    }
}

fn retry(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Writes a line to standard output, or drops it where that would block: a pipe that is writable has
/// room for a line.
fn print(line: fmt::Arguments<'_>) {
    let stdout = io::stdout();
    let mut outputs = [PollFd::new(&stdout, PollFlags::OUT)];
    if rustix::event::poll(&mut outputs, Some(&Timespec::default())) == Ok(1) {
        let _ = rustix::io::write(&stdout, format!("{line}\n").as_bytes());
    }
}
