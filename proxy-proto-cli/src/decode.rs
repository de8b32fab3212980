//! `proxy-proto decode`: shows what headers contain, to people and to programs.

mod jsonl;
mod listing;

use std::{
    fs,
    io::{self, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use proxy_proto::{Decoded, decode};

use crate::{
    failure::{self, Failure},
    hex, lines,
};

/// Shows what headers contain. Exit status: 0 complete, 1 invalid, 2 more bytes needed.
#[derive(Args)]
pub(crate) struct Arguments {
    /// File of raw bytes; standard input if not given.
    #[arg(conflicts_with_all = ["hex", "jsonl"])]
    file: Option<PathBuf>,
    /// The bytes as hex digits; white space between them is skipped.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["jsonl"])]
    hex: Option<String>,
    /// Decode each line of hex digits on standard input to a line of JSON.
    #[arg(long)]
    jsonl: bool,
}

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        if self.jsonl {
            lines::answer_each(|line| Ok(jsonl::decode_line(line)?))?;
            return Ok(ExitCode::SUCCESS);
        }
        let input = self.input()?;
        let decoded = decode(&input);
        io::stdout()
            .lock()
            .write_all(listing::listing(&input, &decoded).as_bytes())?;
        Ok(match decoded {
            Decoded::Complete(_) => ExitCode::SUCCESS,
            Decoded::Invalid(_) => failure::NO.into(),
            Decoded::NeedMore(_) => failure::NEED_MORE.into(),
        })
    }

    fn input(&self) -> Result<Vec<u8>, Failure> {
        match (&self.hex, &self.file) {
            (Some(text), _) => {
                let digits: String = text.split_whitespace().collect();
                hex::decode(digits.as_bytes()).map_err(Failure::usage)
            }
            (None, Some(path)) => fs::read(path).map_err(|error| {
                let is_digits = hex::is_digits(path.as_os_str().as_encoded_bytes());
                let hint = if is_digits {
                    ": pass hex digits with --hex"
                } else {
                    ""
                };
                Failure::new(
                    failure::IO_ERROR,
                    format!("{}: {error}{hint}", path.display()),
                )
            }),
            (None, None) => {
                let mut input = Vec::new();
                io::stdin().lock().read_to_end(&mut input)?;
                Ok(input)
            }
        }
    }
}
