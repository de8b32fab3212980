//! The least that any decoder of version 2 must do: no peer, but what peers can be held against.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use crate::{answer::Answer, peers::Contestant};

/// Compares the signature and the fixed bytes, and copies the addresses. It knows TCP over IPv4 and
/// IPv6 only, without TLVs, and calls everything else invalid.
#[derive(Debug)]
#[non_exhaustive]
pub struct Floor;

impl Contestant for Floor {
    const NAME: &'static str = "floor";

    type Decoded<'a> = Option<(SocketAddr, SocketAddr)>;

    fn decode(input: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
        let (fixed, block) = input.split_first_chunk::<16>()?;
        if fixed == INET {
            let &[s0, s1, s2, s3, d0, d1, d2, d3, sp0, sp1, dp0, dp1] = block.first_chunk()?;
            let [source, destination] = [[s0, s1, s2, s3], [d0, d1, d2, d3]].map(Ipv4Addr::from);
            let [source_port, destination_port] = [[sp0, sp1], [dp0, dp1]].map(u16::from_be_bytes);
            Some((
                SocketAddrV4::new(source, source_port).into(),
                SocketAddrV4::new(destination, destination_port).into(),
            ))
        } else if fixed == INET6 {
            let (source, block) = block.split_first_chunk::<16>()?;
            let (destination, ports) = block.split_first_chunk::<16>()?;
            let &[sp0, sp1, dp0, dp1] = ports.first_chunk()?;
            let [source, destination] = [*source, *destination].map(Ipv6Addr::from);
            let [source_port, destination_port] = [[sp0, sp1], [dp0, dp1]].map(u16::from_be_bytes);
            Some((
                SocketAddrV6::new(source, source_port, 0, 0).into(),
                SocketAddrV6::new(destination, destination_port, 0, 0).into(),
            ))
        } else {
            None
        }
    }

    fn answer(input: &[u8]) -> Answer {
        match Self::decode(input) {
            Some((source, destination)) if source.is_ipv4() => Answer::ip(28, source, destination),
            Some((source, destination)) => Answer::ip(52, source, destination),
            None => Answer::Invalid,
        }
    }
}

/// PROXY, INET, STREAM, with 12 bytes behind. Spec: §2.2.
const INET: &[u8; 16] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c";

/// PROXY, INET6, STREAM, with 36 bytes behind. Spec: §2.2.
const INET6: &[u8; 16] = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\x00\x24";
