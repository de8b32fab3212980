//! `proxy-proto encode`: makes headers.

pub(crate) mod options;
pub(crate) mod request;
mod tlvs;

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::Args;

use crate::{
    encode::options::{Base, HeaderOptions},
    failure::Failure,
    hex, lines,
};

/// Makes a header from options, or many from JSON Lines.
///
/// Without addresses, it is UNKNOWN in version 1 and UNSPEC in version 2.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Print hex digits instead of the bytes. A terminal always gets hex digits.
    #[arg(long)]
    hex: bool,
    /// Encode each line of JSON on standard input, in the shape of `decode --jsonl`, to a line of hex
    /// digits; "crc32c": true adds a checksum.
    #[arg(long, exclusive = true)]
    jsonl: bool,
    #[command(flatten)]
    header: HeaderOptions,
}

const EXAMPLES: &str = "\
Examples:
  proxy-proto encode --v1 --source 192.0.2.1:56324 --destination 198.51.100.7:143
  proxy-proto encode --source 192.0.2.1:56324 --destination 198.51.100.7:143 \\
      --tlv authority=example.com --tlv ssl.version=TLSv1.3 --crc32c >header.bin
  proxy-proto decode --json header.bin | proxy-proto encode --from - --source 192.0.2.9:1 --hex

Exit status: 0 done, 64 wrong usage, 74 input or output error. Lines of JSON are answered with a line
each, errors included, and status 0.";

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        if self.jsonl {
            return lines();
        }
        let header = self.header.encode(Base::Unspec)?;
        let mut out = io::stdout().lock();
        if self.hex || out.is_terminal() {
            writeln!(out, "{}", hex::encode(&header, ""))?;
        } else {
            out.write_all(&header)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Answers each line of JSON with a line of hex digits.
pub(crate) fn lines() -> Result<ExitCode, Failure> {
    lines::answer_each(|line| Ok(request::encode_line(line)))?;
    Ok(ExitCode::SUCCESS)
}
