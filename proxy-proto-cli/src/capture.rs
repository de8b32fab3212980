//! Packet captures: how each connection in one begins, and each datagram.

mod flows;
mod packets;

use std::{io, net::SocketAddr};

use proxy_proto::{Decoded, decode, decode_datagram};

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
    /// No more of a connection than is needed to decode its header.
    pub(crate) bytes: Vec<u8>,
    /// The number of bytes in the capture, these included.
    pub(crate) len: usize,
}

/// How the bytes were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Stream,
    Dgram,
}

impl Transport {
    /// The verdict on the beginning of a connection, or on a datagram. One that ends within its header is
    /// invalid: no more of it follows.
    pub(crate) fn decode(self, bytes: &[u8]) -> Decoded<'_> {
        match self {
            Self::Stream => decode(bytes),
            Self::Dgram => match decode_datagram(bytes) {
                Ok((header, _)) => Decoded::Complete(header),
                Err(error) => Decoded::Invalid(error),
            },
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Dgram => "dgram",
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
