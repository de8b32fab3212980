//! Reading the endpoints in the address block of version 2. Spec: §2.2.
//!
//! Each function reads from a whole header, as one array of the bytes up to the end of the block,
//! which takes a single comparison of lengths. `None` would be a header that is shorter than its
//! family requires, which decoding refuses.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

use crate::{
    address::{Addresses, UnixAddress},
    v2::layout::{FIXED_LEN, INET_LEN, INET6_LEN, UNIX_LEN},
};

pub(crate) fn inet(raw: &[u8]) -> Option<Addresses<'_>> {
    let raw = raw.first_chunk::<{ FIXED_LEN + INET_LEN }>()?;
    let &[.., a, b, c, d, e, f, g, h, i, j, k, l] = raw;
    let source = Ipv4Addr::new(a, b, c, d);
    let destination = Ipv4Addr::new(e, f, g, h);
    Some(Addresses::Inet {
        source: SocketAddrV4::new(source, u16::from_be_bytes([i, j])),
        destination: SocketAddrV4::new(destination, u16::from_be_bytes([k, l])),
    })
}

pub(crate) fn inet6(raw: &[u8]) -> Option<Addresses<'_>> {
    let raw = raw.first_chunk::<{ FIXED_LEN + INET6_LEN }>()?;
    let &[ref before_ports @ .., i, j, k, l] = raw;
    let (before, destination) = before_ports.split_last_chunk::<16>()?;
    let source = before.last_chunk::<16>()?;
    Some(Addresses::Inet6 {
        source: ipv6(source, [i, j]),
        destination: ipv6(destination, [k, l]),
    })
}

/// Flow label and scope are not on the wire.
fn ipv6(ip: &[u8; 16], port: [u8; 2]) -> SocketAddrV6 {
    SocketAddrV6::new(Ipv6Addr::from(*ip), u16::from_be_bytes(port), 0, 0)
}

pub(crate) fn unix(raw: &[u8]) -> Option<Addresses<'_>> {
    let raw = raw.first_chunk::<{ FIXED_LEN + UNIX_LEN }>()?;
    let (before, destination) = raw.split_last_chunk()?;
    Some(Addresses::Unix {
        source: UnixAddress::new(before.last_chunk()?),
        destination: UnixAddress::new(destination),
    })
}
