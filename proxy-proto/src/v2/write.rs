//! Writing version 2.

use crate::{
    address::{AddressFamily, Addresses, TransportProtocol},
    encode::Output,
    v2::layout::{FIXED_LEN, SIGNATURE},
};

/// Puts a PROXY header up to its TLVs.
#[inline]
pub(crate) fn put_proxy(
    transport: TransportProtocol,
    addresses: Addresses<'_>,
    out: &mut impl Output,
) {
    let family = match addresses.family() {
        AddressFamily::Unspec => 0x00,
        AddressFamily::Inet => 0x10,
        AddressFamily::Inet6 => 0x20,
        AddressFamily::Unix => 0x30,
    };
    let transport = match transport {
        TransportProtocol::Unspec => 0x00,
        TransportProtocol::Stream => 0x01,
        TransportProtocol::Dgram => 0x02,
    };
    put_fixed([0x21, family | transport], out);
    match addresses {
        Addresses::Unspec => {}
        Addresses::Inet {
            source,
            destination,
        } => {
            let ports = ports(source.port(), destination.port());
            out.put([source.ip().octets(), destination.ip().octets(), ports].as_flattened());
        }
        Addresses::Inet6 {
            source,
            destination,
        } => {
            out.put([source.ip().octets(), destination.ip().octets()].as_flattened());
            out.put(&ports(source.port(), destination.port()));
        }
        Addresses::Unix {
            source,
            destination,
        } => {
            out.put(source.as_bytes());
            out.put(destination.as_bytes());
        }
    }
}

/// Puts a LOCAL header up to its TLVs; these bytes come first.
#[inline]
pub(crate) fn put_local(block: &[u8], out: &mut impl Output) {
    put_fixed([0x20, 0x00], out);
    out.put(block);
}

/// Puts the start of a received header, with the length that it has now.
pub(crate) fn put_start(start: &[u8], out: &mut impl Output) {
    if let Some(&[.., byte_12, byte_13, _, _]) = start.first_chunk::<FIXED_LEN>() {
        put_fixed([byte_12, byte_13], out);
    }
    out.put(start.get(FIXED_LEN..).unwrap_or_default());
}

/// Puts the 16 fixed bytes of a header: signature, bytes 12 and 13, length.
#[inline]
fn put_fixed([byte_12, byte_13]: [u8; 2], out: &mut impl Output) {
    let [.., high, low] = out.total().wrapping_sub(FIXED_LEN).to_be_bytes();
    let mut fixed = [0; FIXED_LEN];
    let [signature @ .., a, b, c, d] = &mut fixed;
    *signature = SIGNATURE;
    [*a, *b, *c, *d] = [byte_12, byte_13, high, low];
    out.put(&fixed);
}

fn ports(source: u16, destination: u16) -> [u8; 4] {
    let [a, b] = source.to_be_bytes();
    let [c, d] = destination.to_be_bytes();
    [a, b, c, d]
}
