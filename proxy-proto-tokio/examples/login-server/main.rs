//! A small IMAP login service, set up as mail servers are: plain, over TLS, and for a balancer that
//! must send the client's address, side by side.
//!
//! It logs each login with the client's real address, and each connection it refuses with the
//! reason. Any password is accepted, and there is no mail: it shows who is at the other end.
//!
//! DOVECOT.md compares it with Dovecot, row by row.
//!
//! ```text
//! cargo run -p proxy-proto-tokio --example login-server
//! cargo run -p proxy-proto-tokio --example login-server -- --demo
//! cargo run -p proxy-proto-tokio --example login-server -- --config FILE
//! ```
//!
//! SIGHUP reads the trusted networks again, SIGUSR1 logs the counters, and SIGTERM or Ctrl-C says
//! goodbye to the clients and ends it.

mod config;
mod connection;
mod conversation;
mod demo;
mod hint;
mod imap;
mod listener;
mod log;
mod places;
mod service;
mod signals;
mod stop;
mod tls;

use core::error::Error;
use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;

use crate::{
    config::Config,
    log::Log,
    service::Service,
    signals::{Signal, Signals},
    tls::Tls,
};

/// A small IMAP login service that knows its clients' real addresses.
#[derive(Debug, Parser)]
struct Arguments {
    /// Serve the listeners of this TOML file instead of the built-in ones.
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    config: Option<PathBuf>,

    /// Start it on free ports, connect to it in every way, and show what each client saw.
    #[arg(long)]
    demo: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = if arguments.demo {
        demo::run().await
    } else {
        serve(arguments.config).await
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("login-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(file: Option<PathBuf>) -> Result<(), Box<dyn Error>> {
    let config = Config::read(file.as_deref())?;
    let mut signals = Signals::listen()?;
    let log = Log::start(|lines| {
        let mut stdout = io::stdout().lock();
        stdout.write_all(lines.as_bytes())?;
        stdout.flush()
    })?;
    let service = Service::bind(config, &Tls::self_signed()?, &log)?;
    service.announce();
    let running = service.start();
    loop {
        match signals.next().await {
            Signal::Reload => running.reload(file.as_deref()),
            Signal::LogCounters => running.log_counters(),
            Signal::Stop => break,
        }
    }
    running.stop().await;
    log.flush().await;
    Ok(())
}
