//! An echo service on blocking sockets, on a plain port and on one that requires a PROXY header.
//!
//! ```sh
//! cargo run -p proxy-proto --example echo -- --plain 127.0.0.1:7001 --proxy 127.0.0.1:7002 --trust 127.0.0.1
//! echo hello | curl -sNm 1 --haproxy-protocol telnet://127.0.0.1:7002
//! ```
//!
//! Each connection has its own thread, so a silent client does not hold up the others. The service
//! sends `client=ADDR server=ADDR peer=ADDR`, then echoes everything that the client sends. Each
//! outcome is a line on standard output. SIGTERM and SIGINT end the service.

use std::{
    error::Error,
    io::{self, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, SyncSender},
    },
    thread,
    time::Duration,
};

use clap::{Parser, ValueEnum};
use proxy_proto::{
    ConnectionInfo, HeaderMode, Limits, Policy, Refusal, TrustedNetworks,
    io::{AcceptErrorKind, is_transient, read_header},
};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

#[derive(Parser)]
struct Options {
    /// Where clients connect directly.
    #[arg(long, value_name = "ADDR")]
    plain: SocketAddr,
    /// Where balancers connect, and send a PROXY header first.
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
    /// No one, but trusted peers may.
    Optional,
}

/// What applies to the listener for balancers, and how many connections are waiting for their
/// header.
struct Proxied {
    policy: Policy,
    limit: usize,
    pending: AtomicUsize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mode = match options.mode {
        Mode::Required => HeaderMode::Required,
        Mode::BySource => HeaderMode::BySource,
        Mode::Optional => HeaderMode::Optional,
    };
    let proxied = Proxied {
        policy: Policy::new(options.trust)
            .with_mode(mode)
            .with_timeout(Duration::try_from_secs_f64(options.timeout)?),
        limit: options.limit,
        pending: AtomicUsize::new(0),
    };
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let (plain, proxy) = (
        TcpListener::bind(options.plain)?,
        TcpListener::bind(options.proxy)?,
    );

    // Lines wait here for standard output, which never holds up a connection: a line that does not
    // fit is dropped.
    let (log, lines) = mpsc::sync_channel::<String>(1024);
    thread::spawn(move || {
        let mut out = io::stdout();
        while let Ok(line) = lines.recv() {
            if writeln!(out, "{line}").is_err() {
                return;
            }
        }
    });
    log.send(format!("listening plain {}", plain.local_addr()?))?;
    log.send(format!("listening proxy {}", proxy.local_addr()?))?;

    let to_log = log.clone();
    thread::spawn(move || listen(&plain, None, &to_log));
    let to_log = log.clone();
    thread::spawn(move || listen(&proxy, Some(Arc::new(proxied)), &to_log));

    signals.forever().next();
    Ok(())
}

/// Accepts connections until the listener fails; transient errors do not end it.
fn listen(listener: &TcpListener, proxied: Option<Arc<Proxied>>, log: &SyncSender<String>) {
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                let (proxied, log) = (proxied.clone(), log.clone());
                thread::spawn(move || serve(stream, peer, proxied.as_deref(), &log));
            }
            Err(error) if is_transient(&error) => thread::sleep(Duration::from_millis(50)),
            Err(error) => {
                eprintln!("accept: {error}");
                return;
            }
        }
    }
}

fn serve(
    mut stream: TcpStream,
    peer: SocketAddr,
    proxied: Option<&Proxied>,
    log: &SyncSender<String>,
) {
    let (listener, info) = match proxied {
        None => ("plain", direct(&stream, peer)),
        Some(proxied) => ("proxy", proxied.read_header(&stream, peer)),
    };
    let line = match &info {
        Ok(info) => {
            let (client, server) = (info.client_addr(), info.server_addr());
            format!("accepted client={client} server={server} peer={peer} listener={listener}")
        }
        Err(error) => {
            let reason = error.name();
            format!("refused reason={reason} peer={peer} error=\"{error}\"")
        }
    };
    drop(log.try_send(line));
    if let Ok(info) = info {
        // A client that has gone is not an error of the service.
        drop(echo(&mut stream, &info));
    }
}

fn direct(stream: &TcpStream, peer: SocketAddr) -> Result<ConnectionInfo, AcceptErrorKind> {
    Ok(ConnectionInfo::direct(peer, stream.local_addr()?))
}

impl Proxied {
    fn read_header(
        &self,
        stream: &TcpStream,
        peer: SocketAddr,
    ) -> Result<ConnectionInfo, AcceptErrorKind> {
        let result = if self.pending.fetch_add(1, Ordering::Relaxed) < self.limit {
            read_header(stream, peer, &self.policy)
        } else {
            Err(Refusal::LimitReached.into())
        };
        self.pending.fetch_sub(1, Ordering::Relaxed);
        result
    }
}

fn echo(stream: &mut TcpStream, info: &ConnectionInfo) -> io::Result<u64> {
    let (client, server, peer) = (info.client_addr(), info.server_addr(), info.peer_addr());
    write!(stream, "client={client} server={server} peer={peer}\r\n")?;
    io::copy(&mut stream.try_clone()?, stream)
}
