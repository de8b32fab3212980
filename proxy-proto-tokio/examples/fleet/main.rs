//! HAProxy over three login-servers, of which one is killed and one is drained while thousands of clients
//! log in: every login that was acknowledged must be in a log, once, with the client's own address.
//!
//! ```sh
//! cargo build --release -p proxy-proto-tokio --example fleet --example login-server
//! target/release/examples/fleet proxy-proto-tokio
//! target/release/examples/fleet --logins 600 --rate 100 --check /tmp
//! ```
//!
//! It writes `FLEET.md` and `fleet.svg` into the directory. The first command is the full run, of a
//! minute; with `--check`, a run fails if anything is not as it must be. Needs `haproxy` in the path, and
//! Linux, where every address in 127.0.0.0/8 can be a source. All of it stays on loopback, on free ports.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "counts and times of a run are far from any limit"
)]

mod backend;
mod checks;
mod clients;
#[path = "../support/connect.rs"]
mod connect;
#[path = "../support/goals.rs"]
mod goals;
mod haproxy;
mod history;
#[path = "../support/login_server.rs"]
mod login_server;
#[path = "../support/machine.rs"]
mod machine;
mod operator;
mod page;
mod picture;
mod poll;
#[path = "../support/statistics.rs"]
mod statistics;

use core::{error::Error, time::Duration};
use std::{fs, path::PathBuf, process::ExitCode};

use clap::Parser;
use tokio::sync::watch;

use crate::{backend::Backend, haproxy::Haproxy, history::History};

/// Runs HAProxy over three login-servers, and reports what became of every login.
#[derive(Debug, Parser)]
struct Options {
    /// Where FLEET.md and fleet.svg are written.
    directory: PathBuf,
    /// Exit with an error if anything is not as it must be.
    #[arg(long)]
    check: bool,
    /// Configure HAProxy with this file.
    #[arg(long, value_name = "FILE", default_value = haproxy::CONFIG)]
    config: PathBuf,
    #[command(flatten)]
    load: Load,
}

/// How much of everything. The defaults are those of the full run.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Load {
    /// Logins of all clients together.
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    logins: u32,
    /// Logins per second.
    #[arg(long, value_name = "N", default_value_t = 800)]
    rate: u32,
    /// How long after the greeting a client answers it: the time to it and back.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 50)]
    distance: u32,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let is_met = run(&options).await;
    goals::exit_code("fleet", is_met, options.check)
}

/// Runs everything and writes the page with its picture. Whether all goals are met.
async fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    machine::allow_all_descriptors()?;
    let [one, two, three] = Backend::start_all()?;
    let backends = [one.address(), two.address(), three.address()];
    let haproxy = Haproxy::start(&options.config, backends).await?;

    let (progress, logged_in) = watch::channel(0);
    let (attempts, steps) = tokio::try_join!(
        clients::run(haproxy.front(), options.load, progress),
        operator::run(&haproxy, one, two, options.load, logged_in),
    )?;
    let three = three.end(rustix::process::Signal::TERM).await?;
    let balancer = haproxy.end().await?;

    let history = History::new(attempts, steps, three, balancer);
    let rows = checks::rows(&history, options.load);
    picture::draw(&history, &options.directory.join("fleet.svg"))?;
    let page = page::write(&history, options.load, &rows)?;
    fs::write(options.directory.join("FLEET.md"), page)?;
    Ok(rows.iter().all(|row| row.is_met))
}

/// The backends, in the order of HAProxy's configuration.
const NAMES: [&str; 3] = ["one", "two", "three"];
const KILLED: usize = 0;
const DRAINED: usize = 1;

/// What has not happened after this long will not happen.
const PATIENCE: Duration = Duration::from_secs(30);
