//! Writing version 2.

use crate::{
    address::{AddressFamily, Addresses, TransportProtocol},
    encode::Output,
    header::Command,
    v2::layout::{FIXED_LEN, SIGNATURE},
};

/// Byte 13.
pub(crate) const fn family_transport_byte(
    family: AddressFamily,
    transport: TransportProtocol,
) -> u8 {
    let family = match family {
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
    family | transport
}

/// The 16 fixed bytes of a header with `len` bytes behind them, 65,535 at most.
#[inline]
pub(crate) fn fixed(command: Command, family_transport: u8, len: usize) -> [u8; FIXED_LEN] {
    let version_command = match command {
        Command::Local => 0x20,
        Command::Proxy => 0x21,
    };
    let [.., high, low] = len.to_be_bytes();
    let mut fixed = [0; FIXED_LEN];
    let [signature @ .., byte_12, byte_13, byte_14, byte_15] = &mut fixed;
    *signature = SIGNATURE;
    [*byte_12, *byte_13, *byte_14, *byte_15] = [version_command, family_transport, high, low];
    fixed
}

#[inline]
pub(crate) fn write_addresses(addresses: Addresses<'_>, output: &mut impl Output) {
    match addresses {
        Addresses::Unspec => {}
        Addresses::Inet {
            source,
            destination,
        } => {
            let ports = ports(source.port(), destination.port());
            output.put([source.ip().octets(), destination.ip().octets(), ports].as_flattened());
        }
        Addresses::Inet6 {
            source,
            destination,
        } => {
            output.put([source.ip().octets(), destination.ip().octets()].as_flattened());
            output.put(&ports(source.port(), destination.port()));
        }
        Addresses::Unix {
            source,
            destination,
        } => {
            output.put(source.as_bytes());
            output.put(destination.as_bytes());
        }
    }
}

fn ports(source: u16, destination: u16) -> [u8; 4] {
    let [a, b] = source.to_be_bytes();
    let [c, d] = destination.to_be_bytes();
    [a, b, c, d]
}
