//! `proxy-proto encode`: makes headers.

mod request;

use std::process::ExitCode;

use clap::Args;

use crate::{failure::Failure, lines};

/// Makes headers.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Encode each line of JSON on standard input, in the shape of `decode --jsonl`, to a line of hex
    /// digits; "crc32c": true adds a checksum.
    #[arg(long, required = true)]
    jsonl: bool,
}

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        lines()
    }
}

/// Answers each line of JSON with a line of hex digits.
pub(crate) fn lines() -> Result<ExitCode, Failure> {
    lines::answer_each(|line| Ok(request::encode_line(line)))?;
    Ok(ExitCode::SUCCESS)
}
