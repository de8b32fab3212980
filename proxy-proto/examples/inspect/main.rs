//! Shows what PROXY protocol headers say, to people and to programs, and writes them.
//!
//! ```text
//! inspect header.bin                  field by field
//! inspect --hex '0d0a0d0a 000d0a51'   the same, of hex digits
//! inspect --jsonl                     hex, an input per line, to a JSON object per line
//! inspect --encode                    a JSON object per line, to hex
//! ```
//!
//! Exit status: 0 a complete header, 1 an invalid one, 2 more bytes needed, 64 wrong usage, 74 an
//! input or output error. `--jsonl` and `--encode` report errors line by line and exit with 0.

mod encode;
mod hex;
mod jsonl;
mod listing;

use std::{
    fs,
    io::{self, BufRead, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use proxy_proto::{Decoded, decode};

/// Shows what PROXY protocol headers say. Exit status: 0 complete, 1 invalid, 2 more bytes needed,
/// 64 wrong usage, 74 input or output error.
#[derive(Parser)]
#[command(name = "inspect")]
struct Arguments {
    /// File of raw bytes; standard input if there is none.
    #[arg(conflicts_with_all = ["hex", "jsonl", "encode"])]
    file: Option<PathBuf>,
    /// The bytes as hex digits; white space between them is skipped.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["jsonl", "encode"])]
    hex: Option<String>,
    /// Decode an input per line of standard input, as hex digits, to a JSON object per line.
    #[arg(long, conflicts_with = "encode")]
    jsonl: bool,
    /// Encode a JSON object per line of standard input, in the shape of --jsonl, to hex digits;
    /// "crc32c": true adds a checksum.
    #[arg(long)]
    encode: bool,
}

const INVALID: u8 = 1;
const NEED_MORE: u8 = 2;
const USAGE: u8 = 64;
const IO_ERROR: u8 = 74;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nothing better can be done where not even this can be printed.
            let _ = error.print();
            return if error.use_stderr() {
                USAGE.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    run(&arguments).unwrap_or_else(|error| {
        eprintln!("inspect: {error}");
        match error.kind() {
            io::ErrorKind::InvalidInput => USAGE.into(),
            _ => IO_ERROR.into(),
        }
    })
}

fn run(arguments: &Arguments) -> io::Result<ExitCode> {
    if arguments.jsonl {
        each_line(jsonl::decode_line)?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.encode {
        each_line(|line| Ok(encode::encode_line(line)))?;
        return Ok(ExitCode::SUCCESS);
    }
    let input = input(arguments)?;
    let decoded = decode(&input);
    io::stdout()
        .lock()
        .write_all(listing::listing(&input, &decoded).as_bytes())?;
    Ok(match decoded {
        Decoded::Complete(_) => ExitCode::SUCCESS,
        Decoded::Invalid(_) => INVALID.into(),
        Decoded::NeedMore(_) => NEED_MORE.into(),
    })
}

fn input(arguments: &Arguments) -> io::Result<Vec<u8>> {
    match (&arguments.hex, &arguments.file) {
        (Some(text), _) => {
            let digits: String = text.split_whitespace().collect();
            hex::decode(digits.as_bytes())
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
        }
        (None, Some(path)) => fs::read(path)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
        (None, None) => {
            let mut input = Vec::new();
            io::stdin().lock().read_to_end(&mut input)?;
            Ok(input)
        }
    }
}

/// Prints what `answer` makes of each line of standard input, in order, flushed at the end.
fn each_line(answer: impl Fn(&[u8]) -> serde_json::Result<String>) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        writeln!(out, "{}", answer(line)?)?;
    }
    out.flush()
}
