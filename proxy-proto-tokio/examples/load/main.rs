//! Drives login-server from outside, through the listener that requires a header, and prints what
//! silent, slow and untrusted peers cost it: one table, in Markdown, with a goal for each figure.
//!
//! ```sh
//! cargo build --release -p proxy-proto-tokio --example load --example login-server
//! target/release/examples/load > proxy-proto-tokio/LOAD.md
//! target/release/examples/load silent --silent 2000
//! target/release/examples/load flood --server 127.0.0.1:10143 --pid 4711
//! ```
//!
//! The first run is the whole one, of three minutes; `--check` fails it if a goal is missed, for which
//! nothing else should run on the machine. Without `--server` each scenario starts the login-server that is
//! next to this program. A server that runs already must trust 127.1.0.0/16 and 127.2.0.0/16 but not
//! 127.3.0.0/16, where clients connect from, and have no other clients. Linux only: the figures of the
//! server's process come from `/proc`.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "counts and times of a run are far from any limit"
)]

mod clients;
#[path = "../support/connect.rs"]
mod connect;
mod drip;
mod flood;
#[path = "../support/goals.rs"]
mod goals;
#[path = "../support/login_server.rs"]
mod login_server;
mod logins;
#[path = "../support/machine.rs"]
mod machine;
mod pace;
mod process;
mod report;
mod server;
mod silent;

use core::{error::Error, net::SocketAddrV4, time::Duration};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::{goals::Row, server::Server};

/// Drives a login-server from outside, and prints its figures.
#[derive(Debug, Parser)]
struct Options {
    /// What to measure; everything if nothing is named.
    #[arg(value_enum)]
    scenarios: Vec<Scenario>,
    /// Exit with an error if a goal is missed.
    #[arg(long)]
    check: bool,
    /// Use this listener of a server that runs already.
    #[arg(long, value_name = "ADDR", requires = "pid")]
    server: Option<SocketAddrV4>,
    /// The process of that server.
    #[arg(long, requires = "server")]
    pid: Option<u32>,
    #[command(flatten)]
    load: Load,
}

/// How much of everything. The defaults are those of the full run.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Load {
    /// The deadline for a header, in seconds: for a server that is started, or of the one that runs.
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    deadline: u32,
    /// Silent connections.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    silent: u32,
    /// Logins that must leave nothing behind.
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    logins: u32,
    /// Connections of each kind in a round that compares refused with accepted ones.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    flood: u32,
    /// Rounds of which medians are reported.
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: u32,
    /// Logins per second while their latency is measured.
    #[arg(long, value_name = "N", default_value_t = 500)]
    rate: u32,
    /// The time for which latency is measured.
    #[arg(long, value_name = "SECONDS", default_value_t = 8)]
    seconds: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Scenario {
    /// Silent connections, with good clients beside them.
    Silent,
    /// Many good clients.
    Logins,
    /// A header that arrives at one byte a second.
    Drip,
    /// A flood from peers that are not trusted, with good clients beside them.
    Flood,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let is_met = run(&options).await;
    goals::exit_code("load", is_met, options.check)
}

/// Runs the scenarios and prints the report. Whether all goals are met.
async fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    machine::allow_all_descriptors()?;
    let mut rows = Vec::new();
    for scenario in Scenario::value_variants() {
        if options.scenarios.is_empty() || options.scenarios.contains(scenario) {
            let server = match options.server.zip(options.pid) {
                Some((address, process)) => Server::running(address, process),
                None => Server::start(options.load.deadline)?,
            };
            rows.extend(scenario.run(&server, &options.load).await?);
        }
    }
    print!("{}", report::report(&options.load, &rows)?);
    Ok(rows.iter().all(|row| row.is_met))
}

impl Scenario {
    async fn run(self, server: &Server, load: &Load) -> Result<Vec<Row>, Box<dyn Error>> {
        eprintln!("load: {self:?}, server is process {}", server.process.id());
        match self {
            Self::Silent => silent::run(server, load).await,
            Self::Logins => logins::run(server, load).await,
            Self::Drip => drip::run(server, load).await,
            Self::Flood => flood::run(server, load).await,
        }
    }
}

/// How long after the deadline a connection may be closed: all of them are due at about the same time.
const LATE: Duration = Duration::from_secs(1);

/// What has not happened after this long will not happen.
const PATIENCE: Duration = Duration::from_secs(10);
