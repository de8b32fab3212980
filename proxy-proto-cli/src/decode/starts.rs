//! The first bytes of connections, and datagrams, of a packet capture, with their verdicts.

use std::{
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
};

use proxy_proto::Decoded;
use serde::{Serialize, Serializer};

use crate::{
    ascii,
    capture::{Capture, Start, Transport},
    decode::{Format, exit_status, listing},
    failure::{self, Failure},
    style::HEADING,
};

/// One connection or datagram, for programs.
#[derive(Serialize)]
struct Answer<'a> {
    transport: &'static str,
    #[serde(serialize_with = "text")]
    source: SocketAddr,
    #[serde(serialize_with = "text")]
    destination: SocketAddr,
    packet: usize,
    whole: bool,
    verdict: Decoded<'a>,
}

/// Prints those that went to one of these ports, or all if there are none. The exit status is the
/// worst of them.
pub(super) fn show(
    capture: &Capture,
    ports: &[u16],
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let is_chosen = |start: &&Start| ports.is_empty() || ports.contains(&start.destination.port());
    let chosen: Vec<_> = capture.starts.iter().filter(is_chosen).collect();
    if capture.skipped > 0 {
        let skipped = capture.skipped;
        failure::note(&format!(
            "packets skipped: {skipped}; they are neither TCP nor UDP, or are IP fragments"
        ));
    }
    if chosen.is_empty() {
        let message = "no TCP connection or UDP datagram in the capture";
        return Err(Failure::new(failure::NO, message)
            .advise("check the file with tcpdump -r, and the ports if there is --port"));
    }
    let mut worst = 0;
    if format == Format::Json {
        out.write_all(b"[")?;
    }
    for (index, start) in chosen.into_iter().enumerate() {
        let verdict = start.transport.decode(&start.bytes);
        worst = worse(worst, exit_status(&verdict));
        match format {
            Format::Text => write_listing(start, &verdict, out)?,
            Format::Json => {
                out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
                out.write_all(
                    &ascii::json(&Answer::new(start, verdict)).map_err(io::Error::from)?,
                )?;
            }
            Format::JsonLines => {
                out.write_all(
                    &ascii::json(&Answer::new(start, verdict)).map_err(io::Error::from)?,
                )?;
                out.write_all(b"\n")?;
            }
        }
    }
    if format == Format::Json {
        out.write_all(b"\n]\n")?;
    }
    Ok(worst.into())
}

impl<'a> Answer<'a> {
    const fn new(start: &Start, verdict: Decoded<'a>) -> Self {
        Self {
            transport: start.transport.name(),
            source: start.source,
            destination: start.destination,
            packet: start.packet,
            whole: start.whole,
            verdict,
        }
    }
}

fn write_listing(start: &Start, verdict: &Decoded<'_>, out: &mut impl Write) -> io::Result<()> {
    let Start {
        source,
        destination,
        packet,
        ..
    } = start;
    let name = match start.transport {
        Transport::Stream => "TCP",
        Transport::Dgram => "UDP",
    };
    writeln!(
        out,
        "{HEADING}{name} {source} to {destination}, from packet {packet}{HEADING:#}"
    )?;
    if !start.whole {
        writeln!(out, "the beginning of the connection is not in the capture")?;
    }
    out.write_all(listing::listing(&start.bytes, start.len, verdict).as_bytes())?;
    out.write_all(b"\n")
}

/// An invalid header is worse than one that is not whole.
fn worse(one: u8, other: u8) -> u8 {
    if one == failure::NO || other == failure::NO {
        failure::NO
    } else {
        one.max(other)
    }
}

fn text<S: Serializer>(address: &SocketAddr, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}
