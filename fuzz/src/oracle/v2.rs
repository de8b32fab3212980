//! Version 2: 16 fixed bytes, addresses, TLVs.

use std::net::{IpAddr, SocketAddr};

use proxy_proto::{AddressFamily, Command, TransportProtocol, Version};

use super::{Placed, Settings, frame};
use crate::{Place, Seen, Verdict, header_crc32c};

/// The verdict on an input that starts with CR.
pub(super) fn decode(input: &[u8], settings: &Settings) -> Verdict {
    for offset in 0..FIXED_LEN {
        if offset == input.len() {
            return Verdict::NeedMore {
                at_least: FIXED_LEN - offset,
            };
        }
        if !is_right(&input[..=offset], settings) {
            return Verdict::Invalid { offset };
        }
    }
    let len = FIXED_LEN + usize::from(input[14]) * 256 + usize::from(input[15]);
    let Some(header) = input.get(..len) else {
        return Verdict::NeedMore {
            at_least: len - input.len(),
        };
    };
    match seen(header, settings) {
        Ok(seen) => Verdict::Complete(seen),
        Err(offset) => Verdict::Invalid { offset },
    }
}

/// Whether the last of these bytes may follow the others. B1 to B5, B7
fn is_right(start: &[u8], settings: &Settings) -> bool {
    let max_len = settings.max_header_len.map(|len| len.max(107));
    let fits = |len: usize| max_len.is_none_or(|max_len| FIXED_LEN + len <= max_len);
    match (start.len(), start) {
        (13, [.., command]) => [LOCAL, PROXY].contains(command),
        (14, [.., command, family_transport]) => {
            *command == LOCAL
                || (block_len(*family_transport).is_some() && *family_transport & 0xF <= 2)
        }
        (15, [.., high]) => fits(usize::from(*high) * 256),
        (16, [.., command, family_transport, high, low]) => {
            let len = usize::from(*high) * 256 + usize::from(*low);
            let holds_block = block_len(*family_transport).is_some_and(|block| block <= len);
            fits(len) && (*command == LOCAL || holds_block)
        }
        _ => SIGNATURE.starts_with(start),
    }
}

/// Bytes of the addresses, by the family in the high nibble. B4, B5
fn block_len(family_transport: u8) -> Option<usize> {
    match family_transport >> 4 {
        0 => Some(0),
        1 => Some(4 + 4 + 2 + 2),
        2 => Some(16 + 16 + 2 + 2),
        3 => Some(108 + 108),
        _ => None,
    }
}

/// What a whole header states, or the byte that shows that it is invalid. B3, B6, B9, B10
fn seen(header: &[u8], settings: &Settings) -> Result<Seen, usize> {
    let mut seen = Seen {
        consumed: header.len(),
        version: Version::V2,
        command: Command::Local,
        family: AddressFamily::Unspec,
        transport: TransportProtocol::Unspec,
        source: None,
        destination: None,
        tlvs: Vec::new(),
    };
    if header[12] == LOCAL {
        return Ok(seen);
    }
    seen.command = Command::Proxy;
    seen.family = match header[13] >> 4 {
        0 => AddressFamily::Unspec,
        1 => AddressFamily::Inet,
        2 => AddressFamily::Inet6,
        _ => AddressFamily::Unix,
    };
    seen.transport = match header[13] & 0xF {
        0 => TransportProtocol::Unspec,
        1 => TransportProtocol::Stream,
        _ => TransportProtocol::Dgram,
    };
    let tlvs_at = FIXED_LEN + block_len(header[13]).expect("checked before");
    if seen.transport != TransportProtocol::Unspec {
        [seen.source, seen.destination] = places(seen.family, &header[FIXED_LEN..tlvs_at]);
    }
    let tlvs = match tlvs(header, tlvs_at) {
        Ok(tlvs) => tlvs,
        // A sender of AF_UNSPEC may put anything there.
        Err(_) if seen.family == AddressFamily::Unspec => return Ok(seen),
        Err(offset) => return Err(offset),
    };
    if settings.compare_checksum {
        compare_checksum(header, &tlvs)?;
    }
    let owned = |tlv: &Placed<'_>| (tlv.tlv_type, tlv.value.to_vec());
    seen.tlvs = tlvs.iter().map(owned).collect();
    Ok(seen)
}

/// Source and destination in the block of a family. B8
fn places(family: AddressFamily, block: &[u8]) -> [Option<Place>; 2] {
    let socket_address = |address: IpAddr, port: &[u8]| {
        let port = u16::from(port[0]) * 256 + u16::from(port[1]);
        Some(Place::Ip(SocketAddr::new(address, port)))
    };
    let ipv4 = |bytes: &[u8]| IpAddr::from(<[u8; 4]>::try_from(bytes).expect("4 bytes"));
    let ipv6 = |bytes: &[u8]| IpAddr::from(<[u8; 16]>::try_from(bytes).expect("16 bytes"));
    match family {
        AddressFamily::Inet => [
            socket_address(ipv4(&block[0..4]), &block[8..10]),
            socket_address(ipv4(&block[4..8]), &block[10..12]),
        ],
        AddressFamily::Inet6 => [
            socket_address(ipv6(&block[0..16]), &block[32..34]),
            socket_address(ipv6(&block[16..32]), &block[34..36]),
        ],
        AddressFamily::Unix => [
            Some(Place::Unix(block[..108].to_vec())),
            Some(Place::Unix(block[108..].to_vec())),
        ],
        AddressFamily::Unspec => [None, None],
    }
}

/// The TLVs from `start` to the end of the header, or the first byte of one that is wrong.
fn tlvs(header: &[u8], start: usize) -> Result<Vec<Placed<'_>>, usize> {
    let framed = frame(header, start);
    let checksums = framed.tlvs.iter().filter(|tlv| tlv.tlv_type == CRC32C);
    for (earlier, checksum) in checksums.enumerate() {
        if earlier > 0 || checksum.value.len() != 4 {
            return Err(checksum.offset);
        }
    }
    framed.broken_at.map_or(Ok(framed.tlvs), Err)
}

/// Compares the checksum sent, if one was, with that of the header.
fn compare_checksum(header: &[u8], tlvs: &[Placed<'_>]) -> Result<(), usize> {
    let Some(checksum) = tlvs.iter().find(|tlv| tlv.tlv_type == CRC32C) else {
        return Ok(());
    };
    let value_at = checksum.offset + 3;
    if checksum.value == header_crc32c(header, value_at).to_be_bytes() {
        Ok(())
    } else {
        Err(value_at)
    }
}

/// Spec: §2.2.
const SIGNATURE: [u8; 12] = [
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
];

/// Bytes before the addresses.
const FIXED_LEN: usize = 16;

/// Byte 12 of the two commands, version included.
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;

/// The type of a TLV with a checksum.
const CRC32C: u8 = 0x03;
