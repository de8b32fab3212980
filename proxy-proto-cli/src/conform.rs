//! `proxy-proto conform`: tests a receiver against the vectors.

use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;

/// Tests whether a receiver conforms to the specification.
#[derive(Args)]
pub(crate) struct Arguments {}

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        Err(Failure::usage("conform: not there yet").advise("it comes with the vectors"))
    }
}
