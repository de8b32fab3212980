//! Shows what PROXY protocol headers contain, to people and to programs, and encodes them.
//!
//! ```text
//! inspect header.bin                  field by field
//! inspect --hex '0d0a0d0a 000d0a51'   the same, from hex digits
//! inspect --jsonl                     each line of hex digits to a line of JSON
//! inspect --encode                    each line of JSON to a line of hex digits
//! ```
//!
//! Exit status: 0 for a complete header, 1 for an invalid one, 2 if more bytes are needed, 64 for
//! wrong usage, 74 for an input or output error. `--jsonl` and `--encode` answer every line with
//! one line, errors included, and exit with 0.
//!
//! Everything printed is ASCII, whatever the input: see [`ascii`].

mod ascii;
mod encode;
mod hex;
mod jsonl;
mod lines;
mod listing;

use std::{
    env, fs,
    io::{self, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use proxy_proto::{Decoded, decode};

/// Shows what PROXY protocol headers contain. Exit status: 0 complete, 1 invalid, 2 more bytes
/// needed, 64 wrong usage, 74 input or output error.
#[derive(Parser)]
#[command(name = "inspect")]
struct Arguments {
    /// File of raw bytes; standard input if not given.
    #[arg(conflicts_with_all = ["hex", "jsonl", "encode"])]
    file: Option<PathBuf>,
    /// The bytes as hex digits; white space between them is skipped.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["jsonl", "encode"])]
    hex: Option<String>,
    /// Decode each line of hex digits on standard input to a line of JSON.
    #[arg(long, conflicts_with = "encode")]
    jsonl: bool,
    /// Encode each line of JSON on standard input, in the shape of --jsonl, to a line of hex digits;
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
        Err(error) => return usage(error),
    };
    run(&arguments).unwrap_or_else(|error| {
        eprintln!("inspect: {}", ascii::escaped(&error.to_string()));
        match error.kind() {
            io::ErrorKind::InvalidInput => USAGE.into(),
            _ => IO_ERROR.into(),
        }
    })
}

/// Prints the error or the help text, with the arguments that it may quote escaped.
fn usage(error: clap::Error) -> ExitCode {
    let arguments = env::args_os().map(|argument| ascii::escaped(&argument.to_string_lossy()));
    let error = Arguments::try_parse_from(arguments).err().unwrap_or(error);
    // If printing fails, there is nowhere left to report it.
    let _ = error.print();
    if error.use_stderr() {
        USAGE.into()
    } else {
        ExitCode::SUCCESS
    }
}

fn run(arguments: &Arguments) -> io::Result<ExitCode> {
    if arguments.jsonl {
        lines::answer_each(|line| Ok(jsonl::decode_line(line)?))?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.encode {
        lines::answer_each(|line| Ok(encode::encode_line(line)))?;
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
        (None, Some(path)) => fs::read(path).map_err(|error| {
            let is_digits = hex::is_digits(path.as_os_str().as_encoded_bytes());
            let hint = if is_digits {
                ": pass hex digits with --hex"
            } else {
                ""
            };
            io::Error::new(error.kind(), format!("{}: {error}{hint}", path.display()))
        }),
        (None, None) => {
            let mut input = Vec::new();
            io::stdin().lock().read_to_end(&mut input)?;
            Ok(input)
        }
    }
}
