#![doc = include_str!("../docs/crate.md")]

mod arguments;
mod ascii;
mod capture;
mod clock;
#[cfg(feature = "conform")]
mod conform;
mod decode;
mod encode;
mod failure;
mod generate;
mod hex;
mod inspect;
mod lines;
mod listen;
mod outgoing;
mod probe;
mod runtime;
mod send;
mod style;
mod target;
mod tls;
mod values;

use std::process::ExitCode;

/// Runs the command `proxy-proto` with the arguments of this process.
#[must_use]
pub fn run() -> ExitCode {
    arguments::parse::<arguments::CommandLine>().map_or_else(
        |status| status,
        |arguments| failure::report(arguments.command.run()),
    )
}

/// Runs `inspect`, the example of `proxy-proto`, with the arguments of this process: `decode`, and
/// `encode --jsonl` as an option.
#[must_use]
pub fn inspect() -> ExitCode {
    arguments::parse::<inspect::Inspect>().map_or_else(
        |status| status,
        |arguments| failure::report(arguments.run()),
    )
}
