//! Writing version 2.

use crate::{
    address::{AddressFamily, Addresses, TransportProtocol},
    crc32c,
    encode::Output,
    error::EncodeError,
    header::Command,
    v2::{FIXED_LEN, LEN_OFFSET, SIGNATURE},
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

/// The 16 fixed bytes, the length yet to be filled in.
pub(crate) fn write_fixed(command: Command, family_transport: u8, output: &mut impl Output) {
    let version_command = match command {
        Command::Local => 0x20,
        Command::Proxy => 0x21,
    };
    let mut fixed = [0; FIXED_LEN];
    let [signature @ .., byte_12, byte_13, _, _] = &mut fixed;
    *signature = SIGNATURE;
    [*byte_12, *byte_13] = [version_command, family_transport];
    output.put(&fixed);
}

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

/// Fills in the length, and the checksum last: it is over all else.
pub(crate) fn finish(output: &mut impl Output) -> Result<(), EncodeError> {
    let found = output.len();
    let len = u16::try_from(found.saturating_sub(FIXED_LEN))
        .map_err(|_| EncodeError::HeaderTooLong { found })?;
    output.patch(LEN_OFFSET, len.to_be_bytes());
    output.patch_checksum(crc32c::of_unsigned);
    Ok(())
}
