//! Reading the address block of version 2. Spec: §2.2.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

use crate::{
    address::{AddressFamily, Addresses, UnixAddress},
    v2::layout::FIXED_LEN,
};

/// The endpoints of a whole header of this family.
pub(crate) fn addresses(raw: &[u8], family: AddressFamily) -> Addresses<'_> {
    let block = raw.get(FIXED_LEN..).unwrap_or_default();
    let addresses = match family {
        AddressFamily::Unspec => None,
        AddressFamily::Inet => inet(block),
        AddressFamily::Inet6 => inet6(block),
        AddressFamily::Unix => unix(block),
    };
    // A whole header has the block of its family.
    addresses.unwrap_or(Addresses::Unspec)
}

fn inet(block: &[u8]) -> Option<Addresses<'_>> {
    let (source, rest) = block.split_first_chunk::<4>()?;
    let (destination, rest) = rest.split_first_chunk::<4>()?;
    let (source_port, destination_port) = ports(rest)?;
    Some(Addresses::Inet {
        source: SocketAddrV4::new(Ipv4Addr::from(*source), source_port),
        destination: SocketAddrV4::new(Ipv4Addr::from(*destination), destination_port),
    })
}

fn inet6(block: &[u8]) -> Option<Addresses<'_>> {
    let (source, rest) = block.split_first_chunk::<16>()?;
    let (destination, rest) = rest.split_first_chunk::<16>()?;
    let (source_port, destination_port) = ports(rest)?;
    Some(Addresses::Inet6 {
        source: SocketAddrV6::new(Ipv6Addr::from(*source), source_port, 0, 0),
        destination: SocketAddrV6::new(Ipv6Addr::from(*destination), destination_port, 0, 0),
    })
}

fn unix(block: &[u8]) -> Option<Addresses<'_>> {
    let (source, rest) = block.split_first_chunk()?;
    Some(Addresses::Unix {
        source: UnixAddress::new(source),
        destination: UnixAddress::new(rest.first_chunk()?),
    })
}

fn ports(bytes: &[u8]) -> Option<(u16, u16)> {
    let &[a, b, c, d] = bytes.first_chunk()?;
    Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}
