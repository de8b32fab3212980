//! An echo service on tokio, on a plain port and on one that requires a PROXY header.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --example echo -- --plain 127.0.0.1:7001 --proxy 127.0.0.1:7002 --trust 127.0.0.1
//! echo hello | curl -sNm 1 --haproxy-protocol telnet://127.0.0.1:7002
//! ```
//!
//! Each connection has its own task, so a silent client does not hold up the others. The service
//! sends `client=ADDR server=ADDR peer=ADDR`, then echoes everything that the client sends. Each
//! outcome is a line on standard output. SIGTERM and SIGINT end the service.

use std::{
    error::Error,
    io::{self, Write},
    net::SocketAddr,
    sync::{
        Arc,
        mpsc::{self, SyncSender},
    },
    thread,
    time::Duration,
};

use clap::{Parser, ValueEnum};
use proxy_proto_tokio::{
    AcceptErrorKind, ProxyAcceptor,
    proxy_proto::{
        ConnectionInfo, HeaderMode, Limits, Policy, Refusal, TrustedNetworks, io::is_transient,
    },
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::Semaphore,
    time,
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

/// What applies to the listener for balancers, and the places for connections that are waiting for
/// their header.
#[derive(Clone)]
struct Proxied {
    acceptor: ProxyAcceptor,
    places: Arc<Semaphore>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mode = match options.mode {
        Mode::Required => HeaderMode::Required,
        Mode::BySource => HeaderMode::BySource,
        Mode::Optional => HeaderMode::Optional,
    };
    let policy = Policy::new(options.trust)
        .with_mode(mode)
        .with_timeout(Duration::try_from_secs_f64(options.timeout)?);
    let proxied = Proxied {
        acceptor: ProxyAcceptor::new(Arc::new(policy)),
        places: Arc::new(Semaphore::new(options.limit)),
    };
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let plain = TcpListener::bind(options.plain).await?;
    let proxy = TcpListener::bind(options.proxy).await?;

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

    tokio::select! {
        error = listen(plain, None, &log) => return Err(error.into()),
        error = listen(proxy, Some(proxied), &log) => return Err(error.into()),
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    Ok(())
}

/// Accepts connections until the listener fails; transient errors do not end it.
async fn listen(
    listener: TcpListener,
    proxied: Option<Proxied>,
    log: &SyncSender<String>,
) -> io::Error {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                tokio::spawn(serve(stream, peer, proxied.clone(), log.clone()));
            }
            Err(error) if is_transient(&error) => time::sleep(Duration::from_millis(50)).await,
            Err(error) => return error,
        }
    }
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    proxied: Option<Proxied>,
    log: SyncSender<String>,
) {
    let (listener, accepted) = match proxied {
        None => ("plain", direct(stream, peer)),
        Some(proxied) => ("proxy", proxied.accept(stream, peer).await),
    };
    let line = match &accepted {
        Ok((_, info)) => {
            let (client, server) = (info.client_addr(), info.server_addr());
            format!("accepted client={client} server={server} peer={peer} listener={listener}")
        }
        Err(error) => {
            let reason = error.name();
            format!("refused reason={reason} peer={peer} error=\"{error}\"")
        }
    };
    drop(log.try_send(line));
    if let Ok((stream, info)) = accepted {
        // A client that has gone is not an error of the service.
        drop(echo(stream, &info).await);
    }
}

fn direct(
    stream: TcpStream,
    peer: SocketAddr,
) -> Result<(TcpStream, ConnectionInfo), AcceptErrorKind> {
    let info = ConnectionInfo::direct(peer, stream.local_addr()?);
    Ok((stream, info))
}

impl Proxied {
    async fn accept(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<(TcpStream, ConnectionInfo), AcceptErrorKind> {
        let Ok(_place) = self.places.try_acquire() else {
            return Err(Refusal::LimitReached.into());
        };
        let accepted = self.acceptor.accept(stream, peer).await;
        accepted.map_err(|error| error.into_parts().1)
    }
}

async fn echo(mut stream: TcpStream, info: &ConnectionInfo) -> io::Result<u64> {
    let (client, server, peer) = (info.client_addr(), info.server_addr(), info.peer_addr());
    let greeting = format!("client={client} server={server} peer={peer}\r\n");
    stream.write_all(greeting.as_bytes()).await?;
    let (mut reader, mut writer) = stream.split();
    tokio::io::copy(&mut reader, &mut writer).await
}
