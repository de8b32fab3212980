//! `proxy-proto decode`: shows what headers contain, to people and to programs.

mod jsonl;
pub(crate) mod listing;
mod starts;

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use proxy_proto::{Decoded, decode};

use crate::{
    ascii, capture,
    failure::{self, Failure},
    hex, lines,
    values::HexBytes,
};

/// Shows what headers contain: field by field, or as JSON.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// File of raw bytes; standard input if not given.
    #[arg(conflicts_with_all = ["hex", "jsonl", "pcap"])]
    file: Option<PathBuf>,
    /// The bytes as hex digits; white space between them is skipped.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["jsonl", "pcap"])]
    hex: Option<HexBytes>,
    /// A packet capture, pcap or pcapng; - is standard input. Decodes the first bytes of each TCP
    /// connection, as its client sent them, and each UDP datagram.
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// In a capture, only show what was sent to this port; may be repeated.
    #[arg(long, value_name = "PORT", requires = "pcap")]
    port: Vec<u16>,
    /// Print JSON: the verdict, or an array of them for a capture.
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Decode each line of hex digits on standard input to a line of JSON; with --pcap, print a line
    /// per connection and datagram.
    #[arg(long)]
    jsonl: bool,
}

const EXAMPLES: &str = "\
Examples:
  printf 'PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\\r\\n' | proxy-proto decode
  proxy-proto decode --json --hex '0d0a0d0a 000d0a51 5549540a 20000000'
  tcpdump -i any -w - 'tcp port 143' | proxy-proto decode --pcap -
  proxy-proto decode --pcap trace.pcapng --port 143 --port 993 --jsonl

Exit status: 0 complete, 1 invalid, 2 more bytes needed, 64 wrong usage, 74 input or output error.
For a capture, it is the worst of them, and 1 if it has nothing to decode. Lines of hex digits are
answered with a line each, errors included, and status 0.";

/// How verdicts are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    JsonLines,
}

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let mut out = anstream::AutoStream::auto(io::stdout().lock());
        if let Some(path) = &self.pcap {
            return starts::show(&read_capture(path)?, &self.port, self.format(), &mut out);
        }
        if self.jsonl {
            lines::answer_each(|line| Ok(jsonl::decode_line(line)?))?;
            return Ok(ExitCode::SUCCESS);
        }
        let input = self.input()?;
        let decoded = decode(&input);
        if self.json {
            out.write_all(&ascii::json(&decoded).map_err(io::Error::from)?)?;
            out.write_all(b"\n")?;
        } else {
            out.write_all(listing::listing(&input, input.len(), &decoded).as_bytes())?;
        }
        Ok(exit_status(&decoded).into())
    }

    const fn format(&self) -> Format {
        match (self.json, self.jsonl) {
            (true, _) => Format::Json,
            (_, true) => Format::JsonLines,
            _ => Format::Text,
        }
    }

    fn input(&self) -> Result<Vec<u8>, Failure> {
        match (&self.hex, &self.file) {
            (Some(HexBytes(bytes)), _) => Ok(bytes.clone()),
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
                failure::note_terminal_input("a header");
                let mut input = Vec::new();
                io::stdin().lock().read_to_end(&mut input)?;
                Ok(input)
            }
        }
    }
}

fn exit_status(decoded: &Decoded<'_>) -> u8 {
    match decoded {
        Decoded::Complete(_) => 0,
        Decoded::Invalid(_) => failure::NO,
        Decoded::NeedMore(_) => failure::NEED_MORE,
    }
}

fn read_capture(path: &Path) -> Result<capture::Capture, Failure> {
    let name = path.display();
    let read = if path.as_os_str() == "-" {
        capture::read(io::stdin())
    } else {
        let file = File::open(path).map_err(|error| {
            Failure::new(failure::IO_ERROR, format!("cannot read {name}: {error}"))
        })?;
        capture::read(file)
    };
    read.map_err(|error| {
        let message = format!("cannot read the capture {name}: {error}");
        Failure::new(failure::IO_ERROR, message).advise("write captures with tcpdump -w")
    })
}
