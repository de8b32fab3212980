//! `proxy-proto conform`: tests receivers against the vectors.

mod case;
mod exchange;
mod matrix;
mod observation;
mod observer;
mod processes;
mod progress;
mod receiver;
mod recipe;
mod report;
mod session;
mod suite;
mod vector;
mod verdict;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Args;

use crate::{failure::Failure, runtime, values};
use observer::Settings;

/// Tests whether a receiver conforms to the specification.
///
/// Each vector is sent over a connection of its own, whole and in two segments. Whether the receiver
/// serves the connection, and for which client, is compared with what the specification says.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The receiver, which must accept headers from this machine.
    #[arg(value_name = "HOST:PORT", required_unless_present_any = ["receiver", "list_receivers", "matrix"], conflicts_with_all = ["receiver", "list_receivers", "matrix"])]
    address: Option<String>,
    #[command(flatten)]
    service: Settings,

    /// Run only this case, and show its bytes and times: the id of a vector, or that and /split. May be
    /// repeated.
    #[arg(long = "case", value_name = "ID")]
    cases: Vec<String>,
    /// Print the report as a JSON object.
    #[arg(long, conflicts_with = "matrix")]
    json: bool,
    /// Write the report to this file as JUnit XML too.
    #[arg(long, value_name = "FILE", conflicts_with = "matrix")]
    junit: Option<PathBuf>,

    /// Start this receiver, one of those that --list-receivers prints, and test it; may be repeated.
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Receivers on this machine",
        conflicts_with = "Settings"
    )]
    receiver: Vec<String>,
    /// Print which receivers can be started.
    #[arg(long, help_heading = "Receivers on this machine")]
    list_receivers: bool,
    /// Start each receiver, or those named, and write CONFORMANCE-MATRIX.md and
    /// conformance-matrix.csv into this directory.
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "Receivers on this machine",
        conflicts_with = "Settings"
    )]
    matrix: Option<PathBuf>,
    /// Read the recipes of receivers from here: a directory for each, with a recipe.toml.
    #[arg(long, value_name = "DIR", help_heading = "Receivers on this machine")]
    recipes: Option<PathBuf>,

    /// Seconds to wait for an answer or a close; more than the receiver waits for a header.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = values::seconds, help_heading = "Timing")]
    wait: Duration,
    /// Seconds between the two parts that are sent.
    #[arg(long, value_name = "SECONDS", default_value = "0.3", value_parser = values::seconds, help_heading = "Timing")]
    pause: Duration,
    /// How many connections to open at once.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..), help_heading = "Timing")]
    jobs: u16,
}

const EXAMPLES: &str = r"Verdicts:
  pass         it does what the specification requires or recommends
  fail         it does what the specification forbids
  lenient      it accepts what the specification recommends or permits refusing
  strict       it refuses what the specification recommends or permits accepting
  not checked  what it does could have other reasons, or does not show the client

Examples:
  # A web server with a page that shows the address of the client
  proxy-proto conform 127.0.0.1:8080 --http /whoami

  # An echo service whose first line has the address
  proxy-proto conform 127.0.0.1:7002 --send 'hello\r\n' --shown 'client=(?<address>[^ ]+)'

  # A mail server whose log has the address
  proxy-proto conform 127.0.0.1:1143 --send 'a LOGIN {token} x\r\nb LOGOUT\r\n' --served '^\* OK' \
    --log /var/log/mail.log --shown 'user=<{token}>.*rip=(?<address>[^,]+)'

  # One case, with bytes and times
  proxy-proto conform 127.0.0.1:8080 --http /whoami --case v1-bad-octet-256

  # HAProxy as it is installed here
  proxy-proto conform --receiver haproxy

Exit status: 0 nothing fails, or the matrix is written; 1 something fails or nothing is served,
64 wrong usage, 69 no receiver, 74 input or output error, or a receiver does not start;
130 after Ctrl-C or SIGTERM.";

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        runtime::block_on(async {
            // What is dropped here ends the receivers that were started. First of all, a signal no longer
            // ends this process.
            tokio::select! {
                biased;
                () = runtime::interrupted() => Ok(INTERRUPTED.into()),
                result = session::run(self) => result,
            }
        })
    }
}

/// The exit status of a command that a signal ended, as shells have it for SIGINT.
const INTERRUPTED: u8 = 130;
