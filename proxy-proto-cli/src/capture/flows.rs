//! The first bytes of each TCP connection, in sequence order, and each UDP datagram.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, SocketAddr},
};

use etherparse::{LaxNetSlice, LaxSlicedPacket, TcpSlice, TransportSlice, UdpSlice};
use proxy_proto::{Decoded, V2_MAX_LEN, decode};

use crate::capture::{Start, Transport};

#[derive(Default)]
pub(super) struct Flows {
    starts: Vec<Start>,
    /// The latest connection between two endpoints, from its client to its server.
    connections: HashMap<(SocketAddr, SocketAddr), Connection>,
}

/// One direction of a connection: from the client to the server.
struct Connection {
    /// Where its [`Start`] is in the list.
    place: usize,
    /// The sequence number of the first byte.
    first: u32,
    /// What arrived before the bytes that precede it, by its offset.
    early: BTreeMap<usize, Vec<u8>>,
}

impl Flows {
    /// Whether the packet is one of TCP or UDP, and not a fragment.
    pub(super) fn add(&mut self, number: usize, packet: &LaxSlicedPacket<'_>) -> bool {
        let (source, destination): (IpAddr, IpAddr) = match &packet.net {
            Some(LaxNetSlice::Ipv4(it)) => {
                let header = it.header();
                (
                    header.source_addr().into(),
                    header.destination_addr().into(),
                )
            }
            Some(LaxNetSlice::Ipv6(it)) => {
                let header = it.header();
                (
                    header.source_addr().into(),
                    header.destination_addr().into(),
                )
            }
            _ => return false,
        };
        if packet
            .ip_payload()
            .is_some_and(|payload| payload.fragmented)
        {
            return false;
        }
        match &packet.transport {
            Some(TransportSlice::Tcp(tcp)) => {
                let source = (source, tcp.source_port()).into();
                let destination = (destination, tcp.destination_port()).into();
                self.add_segment(number, source, destination, tcp);
            }
            Some(TransportSlice::Udp(udp)) => {
                self.add_datagram(number, source, destination, udp);
            }
            _ => return false,
        }
        true
    }

    pub(super) fn into_starts(self) -> Vec<Start> {
        self.starts
    }

    fn add_datagram(
        &mut self,
        number: usize,
        source: IpAddr,
        destination: IpAddr,
        udp: &UdpSlice<'_>,
    ) {
        self.starts.push(Start {
            transport: Transport::Dgram,
            source: (source, udp.source_port()).into(),
            destination: (destination, udp.destination_port()).into(),
            packet: number,
            whole: true,
            bytes: udp.payload().to_vec(),
            len: udp.payload().len(),
        });
    }

    fn add_segment(
        &mut self,
        number: usize,
        source: SocketAddr,
        destination: SocketAddr,
        tcp: &TcpSlice<'_>,
    ) {
        let key = (source, destination);
        let reverse = (destination, source);
        match (tcp.syn(), tcp.ack()) {
            (true, false) => {
                let first = tcp.sequence_number().wrapping_add(1);
                // A second SYN with the same number is a retransmission.
                if self
                    .connections
                    .get(&key)
                    .is_none_or(|it| it.first != first)
                {
                    self.open(number, key, first, true);
                }
            }
            (true, true) if !self.connections.contains_key(&reverse) => {
                self.open(number, reverse, tcp.acknowledgment_number(), true);
            }
            (true, true) => return,
            _ if self.connections.contains_key(&key) => {}
            _ if self.connections.contains_key(&reverse) || tcp.payload().is_empty() => return,
            _ => self.open(number, key, tcp.sequence_number(), false),
        }
        let Some(connection) = self.connections.get_mut(&key) else {
            return;
        };
        let Some(start) = self.starts.get_mut(connection.place) else {
            return;
        };
        let sequence_number = if tcp.syn() {
            tcp.sequence_number().wrapping_add(1)
        } else {
            tcp.sequence_number()
        };
        connection.add(sequence_number, tcp.payload(), start);
    }

    fn open(&mut self, number: usize, key: (SocketAddr, SocketAddr), first: u32, whole: bool) {
        let connection = Connection {
            place: self.starts.len(),
            first,
            early: BTreeMap::new(),
        };
        self.connections.insert(key, connection);
        self.starts.push(Start {
            transport: Transport::Stream,
            source: key.0,
            destination: key.1,
            packet: number,
            whole,
            bytes: Vec::new(),
            len: 0,
        });
    }
}

impl Connection {
    /// Adds a segment to the beginning of the connection, as far as that is known.
    fn add(&mut self, sequence_number: u32, payload: &[u8], start: &mut Start) {
        let distance = sequence_number.wrapping_sub(self.first);
        // A distance of more than half of all numbers is one backwards.
        let (offset, payload) = if distance > u32::MAX / 2 {
            let before = usize::try_from(distance.wrapping_neg()).unwrap_or(usize::MAX);
            (0, payload.get(before..).unwrap_or_default())
        } else {
            (usize::try_from(distance).unwrap_or(usize::MAX), payload)
        };
        start.len = start.len.max(offset.saturating_add(payload.len()));
        let bytes = &mut start.bytes;
        let is_wanted = matches!(decode(bytes), Decoded::NeedMore(_));
        if payload.is_empty() || offset > V2_MAX_LEN || !is_wanted {
            return;
        }
        let kept = self.early.entry(offset).or_default();
        if kept.len() < payload.len() {
            *kept = payload.to_vec();
        }
        while let Some(entry) = self.early.first_entry() {
            if *entry.key() > bytes.len() {
                return;
            }
            let (offset, payload) = entry.remove_entry();
            let known = bytes.len().saturating_sub(offset);
            bytes.extend_from_slice(payload.get(known..).unwrap_or_default());
        }
    }
}
