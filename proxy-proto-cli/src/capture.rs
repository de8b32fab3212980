//! Packet captures: how each connection in one begins, and each datagram.

mod flows;
mod packets;

use std::{io, net::SocketAddr};

/// What was captured, in the order of its first packets.
pub(crate) struct Capture {
    pub(crate) starts: Vec<Start>,
    /// Packets without TCP or UDP in them, and fragments of IP packets.
    pub(crate) skipped: usize,
}

/// The beginning of a connection, as its client sent it, or a datagram.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) transport: Transport,
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    /// The number of its first packet, from 1.
    pub(crate) packet: usize,
    /// Whether the beginning was captured: without it, these are the first bytes that were.
    pub(crate) whole: bool,
    /// No more of a connection than it takes to decode its header.
    pub(crate) bytes: Vec<u8>,
    /// How many bytes there are in the capture, these included.
    pub(crate) len: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Tcp,
    Udp,
}

impl Transport {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// Reads a capture in the format of pcap or pcapng.
///
/// # Errors
///
/// In words: what could not be read, and where.
pub(crate) fn read(file: impl io::Read + Send) -> Result<Capture, String> {
    let mut flows = flows::Flows::default();
    let mut skipped: usize = 0;
    packets::each(file, |number, packet| {
        if !flows.add(number, &packet) {
            skipped = skipped.saturating_add(1);
        }
    })?;
    Ok(Capture {
        starts: flows.into_starts(),
        skipped,
    })
}
