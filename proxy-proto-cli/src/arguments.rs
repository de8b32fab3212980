//! The arguments of the command, and the function of each subcommand.

use std::{env, process::ExitCode};

use clap::{Parser, Subcommand};

#[cfg(feature = "conform")]
use crate::conform;
use crate::{
    ascii, decode, encode,
    failure::{self, Failure},
    generate, listen, probe, send,
};

/// Decodes, encodes and sends PROXY protocol headers, shows those that arrive, and tests receivers.
#[derive(Parser)]
#[command(name = "proxy-proto", version)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Decode(decode::Arguments),
    Encode(encode::Arguments),
    Send(send::Arguments),
    Probe(probe::Arguments),
    Listen(listen::Arguments),
    #[cfg(feature = "conform")]
    Conform(conform::Arguments),
    Man(generate::ManArguments),
    Completions(generate::CompletionsArguments),
}

impl Command {
    /// Runs the subcommand, and returns the exit status.
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        match self {
            Self::Decode(arguments) => arguments.run(),
            Self::Encode(arguments) => arguments.run(),
            Self::Send(arguments) => arguments.run(),
            Self::Probe(arguments) => arguments.run(),
            Self::Listen(arguments) => arguments.run(),
            #[cfg(feature = "conform")]
            Self::Conform(arguments) => arguments.run(),
            Self::Man(arguments) => arguments.run(),
            Self::Completions(arguments) => arguments.run(),
        }
    }
}

/// The arguments of this process.
///
/// # Errors
///
/// The exit status, if there is nothing to run: usage or help has been printed.
pub(crate) fn parse<A: Parser>() -> Result<A, ExitCode> {
    A::try_parse().map_err(explain::<A>)
}

/// Prints the error or the help text, with the arguments that it may quote escaped.
fn explain<A: Parser>(error: clap::Error) -> ExitCode {
    let arguments = env::args_os().map(|argument| ascii::escaped(&argument.to_string_lossy()));
    let error = A::try_parse_from(arguments).err().unwrap_or(error);
    // If printing fails, there is nowhere left to report it.
    let _ = error.print();
    if error.use_stderr() {
        failure::USAGE.into()
    } else {
        ExitCode::SUCCESS
    }
}
