//! A TCP proxy to one backend, which adds, forwards, merges or strips PROXY headers.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --example echo -- --plain 127.0.0.1:7001 --proxy 127.0.0.1:7002 --trust 127.0.0.1
//! cargo run -p proxy-proto-tokio --example tcp-proxy -- --listen 127.0.0.1:7010 --to 127.0.0.1:7002 add
//! echo hello | curl -sNm 1 telnet://127.0.0.1:7010
//! ```
//!
//! `add` is for clients that connect directly. The other modes are for balancers, which must be
//! trusted and send a header: the backend receives the same one (`forward`), one with TLVs of this
//! proxy (`merge`), or none (`strip`). Each connection is a line on standard output when it ends.

mod backend;
mod header;
mod options;

use std::{
    error::Error,
    io::{self, Write},
    sync::{
        Arc,
        mpsc::{self, SyncSender},
    },
    thread,
};

use clap::Parser;
use proxy_proto_tokio::{EventKind, ProxyListener};

use options::Options;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let (to, header) = (options.to, options.header());
    let log = log();
    let reported = log.clone();
    let mut listener =
        ProxyListener::bind(options.listen, Arc::new(options.policy()))?.on_event(move |event| {
            drop(reported.try_send(match &event.kind {
                kind if kind.is_probe() => return,
                EventKind::Refused { peer, reason, .. } => {
                    format!("refused peer={peer} error=\"{reason}\"")
                }
                kind => format!("paused error=\"{kind}\""),
            }));
        });
    log.send(format!("listening {}", listener.local_addr()))?;
    if let Some(pause) = options.check() {
        tokio::spawn(backend::watch(to, header, pause, log.clone()));
    }

    loop {
        let (mut stream, info) = listener.accept().await?;
        let log = log.clone();
        tokio::spawn(async move {
            let relayed = backend::relay(&mut stream, &info, to, header).await;
            let (client, server) = (info.client_addr(), info.server_addr());
            drop(log.try_send(match relayed {
                Ok(()) => format!("relayed client={client} server={server}"),
                Err(error) => format!("failed client={client} server={server} error=\"{error}\""),
            }));
        });
    }
}

/// Where lines wait for standard output, which never holds up a connection: a line that does not fit
/// is dropped.
fn log() -> SyncSender<String> {
    let (log, lines) = mpsc::sync_channel::<String>(1024);
    thread::spawn(move || {
        let mut out = io::stdout();
        while let Ok(line) = lines.recv() {
            if writeln!(out, "{line}").is_err() {
                return;
            }
        }
    });
    log
}
