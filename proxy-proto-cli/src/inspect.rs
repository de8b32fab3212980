//! The example `inspect` of the library: decodes and encodes, without subcommands.

use std::process::ExitCode;

use clap::Parser;

use crate::{decode, encode, failure::Failure};

/// Shows what PROXY protocol headers contain. Exit status: 0 complete, 1 invalid, 2 more bytes
/// needed, 64 wrong usage, 74 input or output error.
#[derive(Parser)]
#[command(name = "inspect")]
pub(crate) struct Inspect {
    #[command(flatten)]
    decode: decode::Arguments,
    /// Encode each line of JSON on standard input, in the shape of --jsonl, to a line of hex digits;
    /// "crc32c": true adds a checksum.
    #[arg(long, exclusive = true)]
    encode: bool,
}

impl Inspect {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        if self.encode {
            encode::lines()
        } else {
            self.decode.run()
        }
    }
}
