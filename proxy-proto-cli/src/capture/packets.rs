//! The packets of a file, from their link layer to their IP packet.

use std::{
    io,
    time::{Duration, Instant},
};

use etherparse::{EtherType, LaxSlicedPacket};
use pcap_parser::{
    Linktype, PcapBlockOwned, PcapError, create_reader, pcapng::Block, traits::PcapNGPacketBlock,
};

use crate::failure;

/// Passes each packet to `seen`, with its number from 1. A packet that does not contain IP is
/// passed as an empty one.
pub(super) fn each(
    file: impl io::Read + Send,
    mut seen: impl FnMut(usize, LaxSlicedPacket<'_>),
) -> Result<(), String> {
    /// More than the largest packet that tcpdump captures.
    const CAPACITY: usize = 1 << 20;
    let mut reader = create_reader(CAPACITY, file).map_err(describe)?;
    let mut links = Vec::new();
    let mut number: usize = 0;
    let mut progress = Progress::start();
    loop {
        let (len, block) = match reader.next() {
            Ok(next) => next,
            Err(PcapError::Eof) => return Ok(()),
            Err(PcapError::Incomplete(_)) => {
                reader.refill().map_err(|error| after(number, error))?;
                continue;
            }
            Err(error) => return Err(after(number, error)),
        };
        let packet = match &block {
            PcapBlockOwned::LegacyHeader(header) => {
                links.push(header.network);
                None
            }
            PcapBlockOwned::Legacy(packet) => Some((0, packet.data)),
            PcapBlockOwned::NG(Block::SectionHeader(_)) => {
                links.clear();
                None
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                links.push(interface.linktype);
                None
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                Some((packet.if_id, packet.packet_data()))
            }
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => Some((0, packet.packet_data())),
            PcapBlockOwned::NG(_) => None,
        };
        if let Some((interface, data)) = packet {
            number = number.saturating_add(1);
            let link = usize::try_from(interface).ok().and_then(|it| links.get(it));
            seen(number, ip_packet(link.copied(), data));
            progress.show(number);
        }
        reader.consume(len);
    }
}

/// The link layer of `tcpdump -i any`, of which the crate has the number but no name.
const LINUX_SLL2: Linktype = Linktype(276);

/// The IP packet in a packet with this link layer.
fn ip_packet(link: Option<Linktype>, data: &[u8]) -> LaxSlicedPacket<'_> {
    /// Lengths of the link layers whose content does not matter, in bytes.
    const NULL_LEN: usize = 4;
    const SLL_LEN: usize = 16;
    const SLL2_LEN: usize = 20;
    let sliced = match link {
        Some(Linktype::ETHERNET) => LaxSlicedPacket::from_ethernet(data).ok(),
        Some(Linktype::RAW | Linktype::IPV4 | Linktype::IPV6) => ip(data, 0),
        Some(Linktype::NULL | Linktype::LOOP) => ip(data, NULL_LEN),
        Some(Linktype::LINUX_SLL) => ip(data, SLL_LEN),
        Some(LINUX_SLL2) => ip(data, SLL2_LEN),
        _ => None,
    };
    // An empty packet, which is skipped like any other that does not contain IP.
    sliced.unwrap_or_else(|| LaxSlicedPacket::from_ether_type(EtherType(0), &[]))
}

fn ip(data: &[u8], offset: usize) -> Option<LaxSlicedPacket<'_>> {
    LaxSlicedPacket::from_ip(data.get(offset..)?).ok()
}

/// Shows on standard error how far a large file has been read.
struct Progress {
    next: Instant,
    pause: Duration,
}

impl Progress {
    fn start() -> Self {
        let pause = Duration::from_secs(1);
        let now = Instant::now();
        Self {
            next: now.checked_add(pause).unwrap_or(now),
            pause,
        }
    }

    fn show(&mut self, packets: usize) {
        let now = Instant::now();
        if now >= self.next {
            failure::note(&format!("{packets} packets read so far; Ctrl-C stops it"));
            self.pause = self.pause.saturating_mul(2);
            self.next = now.checked_add(self.pause).unwrap_or(now);
        }
    }
}

fn after(packets: usize, error: PcapError<&[u8]>) -> String {
    format!("after {packets} packets: {}", describe(error))
}

fn describe(error: PcapError<&[u8]>) -> String {
    match error {
        PcapError::HeaderNotRecognized => "it is not a capture in the format pcap or pcapng".into(),
        PcapError::Eof => "it is empty".into(),
        PcapError::UnexpectedEof | PcapError::Incomplete(_) => "it ends within a packet".into(),
        PcapError::BufferTooSmall => "a packet is too large".into(),
        PcapError::ReadError => "it cannot be read".into(),
        PcapError::NomError(..) | PcapError::OwnedNomError(..) => "it is damaged".into(),
    }
}
