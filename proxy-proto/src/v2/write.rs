//! Writing version 2.

use crate::{
    address::{AddressFamily, Addresses, TransportProtocol},
    encode::Output,
    v2::layout::{self, FIXED_LEN, SIGNATURE},
};

/// Puts a PROXY header up to its TLVs.
pub(crate) fn put_proxy(
    transport: TransportProtocol,
    addresses: Addresses<'_>,
    out: &mut Output<impl AsMut<[u8]>>,
) {
    let family = match addresses.family() {
        AddressFamily::Unspec => layout::AF_UNSPEC,
        AddressFamily::Inet => layout::AF_INET,
        AddressFamily::Inet6 => layout::AF_INET6,
        AddressFamily::Unix => layout::AF_UNIX,
    };
    let transport = match transport {
        TransportProtocol::Unspec => layout::UNSPEC,
        TransportProtocol::Stream => layout::STREAM,
        TransportProtocol::Dgram => layout::DGRAM,
    };
    put_fixed([layout::PROXY, family | transport], out);
    let ports = match addresses {
        Addresses::Unspec => return,
        Addresses::Inet {
            source,
            destination,
        } => {
            out.put([source.ip().octets(), destination.ip().octets()].as_flattened());
            [source.port(), destination.port()]
        }
        Addresses::Inet6 {
            source,
            destination,
        } => {
            out.put([source.ip().octets(), destination.ip().octets()].as_flattened());
            [source.port(), destination.port()]
        }
        Addresses::Unix {
            source,
            destination,
        } => return out.put([*source.as_bytes(), *destination.as_bytes()].as_flattened()),
    };
    out.put(ports.map(u16::to_be_bytes).as_flattened());
}

/// Puts a LOCAL header up to its TLVs; these bytes come first.
pub(crate) fn put_local(block: &[u8], out: &mut Output<impl AsMut<[u8]>>) {
    put_fixed([layout::LOCAL, layout::AF_UNSPEC | layout::UNSPEC], out);
    out.put(block);
}

/// Puts the start of a received header, with the length that it has now.
pub(crate) fn put_start(start: &[u8], out: &mut Output<impl AsMut<[u8]>>) {
    if let Some((&[.., byte_12, byte_13, _, _], block)) = start.split_first_chunk::<FIXED_LEN>() {
        put_fixed([byte_12, byte_13], out);
        out.put(block);
    }
}

/// Puts the 16 fixed bytes of a header: signature, bytes 12 and 13, length.
fn put_fixed(bytes_12_and_13: [u8; 2], out: &mut Output<impl AsMut<[u8]>>) {
    let [.., high, low] = out.total().wrapping_sub(FIXED_LEN).to_be_bytes();
    out.put(&SIGNATURE);
    out.put(&bytes_12_and_13);
    out.put(&[high, low]);
}
