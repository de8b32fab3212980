//! The record of one connection or datagram.

use std::{
    fmt::Write as _,
    io::{self, Write},
    time::Duration,
};

use proxy_proto::{ConnectionInfo, Decoded, OwnedEndpoint};
use serde::Serialize;

use crate::{
    ascii,
    capture::Transport,
    decode::listing,
    hex,
    listen::arrival::Refused,
    style::{BAD, DIM, GOOD, HEADING},
};

pub(super) struct Record<'a> {
    pub(super) transport: Transport,
    pub(super) number: usize,
    pub(super) peer: &'a OwnedEndpoint,
    pub(super) local: &'a OwnedEndpoint,
    pub(super) bytes: &'a [u8],
    pub(super) pieces: &'a [(Duration, usize)],
    pub(super) outcome: Result<&'a ConnectionInfo, &'a Refused>,
}

#[derive(Serialize)]
struct Line<'a> {
    /// The number of the connection or datagram.
    number: usize,
    transport: &'static str,
    peer: String,
    local: String,
    arrivals: Vec<Piece>,
    /// The verdict of a strict receiver; `null` if there was nothing to decode.
    verdict: Option<Decoded<'a>>,
    outcome: &'static str,
    reason: Option<String>,
    info: Option<&'a ConnectionInfo>,
}

#[derive(Serialize)]
struct Piece {
    ms: f64,
    bytes: String,
}

impl Record<'_> {
    /// Prints it in one piece, however many connections there are at once.
    pub(super) fn print(&self, jsonl: bool) -> io::Result<()> {
        let mut out = anstream::AutoStream::auto(io::stdout().lock());
        if jsonl {
            out.write_all(&ascii::json(&self.line())?)?;
            out.write_all(b"\n")?;
        } else {
            out.write_all(self.text().as_bytes())?;
        }
        out.flush()
    }

    fn line(&self) -> Line<'_> {
        let (outcome, reason) = self.outcome_and_reason();
        let arrivals = self.each_piece().map(|(time, bytes)| Piece {
            ms: milliseconds(time),
            bytes: hex::encode(bytes, ""),
        });
        Line {
            number: self.number,
            transport: self.transport.name(),
            peer: self.peer.to_string(),
            local: self.local.to_string(),
            arrivals: arrivals.collect(),
            verdict: self.verdict(),
            outcome,
            reason,
            info: self.outcome.ok(),
        }
    }

    fn text(&self) -> String {
        let (number, peer, local) = (self.number, self.peer, self.local);
        // Writing to a string does not fail.
        let kind = match self.transport {
            Transport::Stream => "connection",
            Transport::Dgram => "datagram",
        };
        let mut text = format!("{HEADING}{kind} {number} from {peer} to {local}{HEADING:#}\n");
        for (time, bytes) in self.each_piece() {
            let (time, len) = (milliseconds(time), bytes.len());
            let _ = writeln!(text, "{DIM}{time:10.1} ms  {len} bytes{DIM:#}");
        }
        if let Some(verdict) = self.verdict() {
            text.push_str(&listing::listing(self.bytes, self.bytes.len(), &verdict));
        }
        let (outcome, reason) = self.outcome_and_reason();
        let _ = match (self.outcome, reason) {
            (Ok(info), _) => {
                let (client, server) = (info.client_addr(), info.server_addr());
                let payload = self.payload(info);
                writeln!(
                    text,
                    "{GOOD}{outcome}{GOOD:#}: client {client}, server {server}{payload}"
                )
            }
            (Err(_), reason) => {
                let reason = reason.unwrap_or_default();
                writeln!(text, "{BAD}refused{BAD:#}: {reason}")
            }
        };
        text.push('\n');
        text
    }

    /// The beginning of the payload that arrived with the header, escaped.
    fn payload(&self, info: &ConnectionInfo) -> String {
        const SHOWN: usize = 60;
        let header_len = info.header().map_or(0, |header| header.len());
        let payload = self.bytes.get(header_len..).unwrap_or_default();
        match payload.get(..SHOWN).unwrap_or(payload) {
            [] => String::new(),
            shown => format!(", payload \"{}\"", shown.escape_ascii()),
        }
    }

    /// The verdict of a strict receiver, if a peer that had to send a header sent anything, or if
    /// there is a header.
    fn verdict(&self) -> Option<Decoded<'_>> {
        let is_direct = self.outcome.is_ok_and(|info| info.header().is_none());
        (!is_direct && !self.bytes.is_empty()).then(|| self.transport.decode(self.bytes))
    }

    fn outcome_and_reason(&self) -> (&'static str, Option<String>) {
        match self.outcome {
            Ok(info) if info.header().is_none() => ("direct", None),
            Ok(_) => ("accepted", None),
            Err(Refused::Refusal(refusal)) => (refusal.name(), Some(refusal.to_string())),
            Err(Refused::Failed(error)) => ("failed", Some(error.to_string())),
        }
    }

    fn each_piece(&self) -> impl Iterator<Item = (Duration, &[u8])> {
        let mut rest = self.bytes;
        self.pieces.iter().map(move |&(time, len)| {
            let (piece, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            rest = after;
            (time, piece)
        })
    }
}

/// Milliseconds, to the microsecond.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
