//! Small spaces, exhausted.

use proxy_proto::{
    Command, DecodeOptions, Decoded, TlvRange, TlvType, TransportProtocol, V1_MAX_LEN, decode,
};

use crate::common::{INET_BLOCK, V2_PROXY, Verdict, v2};

/// Length of the address block, or `None` if byte 13 is invalid in a PROXY header.
fn block_len(family_transport: u8) -> Option<usize> {
    match family_transport {
        0x00..=0x02 => Some(0),
        0x10..=0x12 => Some(12),
        0x20..=0x22 => Some(36),
        0x30..=0x32 => Some(216),
        _ => None,
    }
}

#[test]
fn b4_bytes_13_and_14_of_both_commands() {
    for (byte_12, command) in [(0x20, Command::Local), (0x21, Command::Proxy)] {
        for byte_13 in 0..=u8::MAX {
            for byte_14 in 0..=u8::MAX {
                let fixed = [&V2_PROXY[..12], &[byte_12, byte_13, byte_14, 0]].concat();
                let place = format!("{byte_12:#04x} {byte_13:#04x} {byte_14:#04x}");
                let len = usize::from(byte_14) * 256;
                let decoded = decode(&fixed);
                let verdict = Verdict::from(decoded);
                match (command, block_len(byte_13)) {
                    (Command::Proxy, None) => {
                        assert_eq!(verdict, Verdict::Invalid { offset: 13 }, "{place}");
                    }
                    (Command::Proxy, Some(required)) if len < required => {
                        assert_eq!(verdict, Verdict::Invalid { offset: 15 }, "{place}");
                    }
                    _ if len > 0 => {
                        assert_eq!(verdict, Verdict::NeedMore { at_least: len }, "{place}");
                    }
                    _ => {
                        let Decoded::Complete(header) = decoded else {
                            panic!("{place}: {decoded:?}");
                        };
                        assert_eq!(header.command(), command, "{place}");
                        assert_eq!(header.as_bytes(), fixed, "{place}");
                        assert_eq!(header.source(), None, "{place}");
                    }
                }
            }
        }
    }
}

#[test]
fn family_and_transport_of_whole_headers() {
    for byte_13 in 0..=u8::MAX {
        let Some(block_len) = block_len(byte_13) else {
            continue;
        };
        let bytes = v2(byte_13, &[&vec![1; block_len]]);
        let header = crate::common::header(&bytes);
        let transport = match byte_13 & 0xF {
            0 => TransportProtocol::Unspec,
            1 => TransportProtocol::Stream,
            _ => TransportProtocol::Dgram,
        };
        assert_eq!(header.transport_protocol(), transport, "{byte_13:#04x}");
        let has_endpoints = block_len > 0 && transport != TransportProtocol::Unspec;
        assert_eq!(header.source().is_some(), has_endpoints, "{byte_13:#04x}");
        assert_eq!(
            header.destination().is_some(),
            has_endpoints,
            "{byte_13:#04x}"
        );
    }
}

#[test]
fn tlv_types() {
    for tlv_type in 0..=u8::MAX {
        let bytes = v2(0x11, &[INET_BLOCK, &[tlv_type, 0, 4], b"\0\xffab"]);
        let decoded = DecodeOptions::new().with_checksum(false).decode(&bytes);
        let Decoded::Complete(header) = decoded else {
            panic!("{tlv_type:#04x}: {decoded:?}");
        };
        let tlvs: Vec<_> = header.tlvs().collect();
        assert_eq!(tlvs.len(), 1, "{tlv_type:#04x}");
        assert_eq!(tlvs[0].tlv_type(), TlvType(tlv_type));
        assert_eq!(tlvs[0].value(), b"\0\xffab");
        assert_eq!(header.tlv(TlvType(tlv_type)), Some(tlvs[0]));

        let name = match tlv_type {
            0x01 => "ALPN",
            0x02 => "AUTHORITY",
            0x03 => "CRC32C",
            0x04 => "NOOP",
            0x05 => "UNIQUE_ID",
            0x20 => "SSL",
            0x30 => "NETNS",
            0xE0..=0xEF => "APPLICATION",
            0xF0..=0xF7 => "EXPERIMENTAL",
            0xF8..=0xFF => "RESERVED",
            _ => "UNASSIGNED",
        };
        assert_eq!(TlvType(tlv_type).name(), name);
        let range = match tlv_type >> 4 {
            0xE => TlvRange::Application,
            0xF if tlv_type & 0x8 == 0 => TlvRange::Experimental,
            0xF => TlvRange::Reserved,
            _ => TlvRange::Protocol,
        };
        assert_eq!(TlvType(tlv_type).range(), range, "{tlv_type:#04x}");

        // Only the value of a checksum is checked, and it is wrong here.
        let strict = matches!(decode(&bytes), Decoded::Complete(_));
        assert_eq!(strict, tlv_type != 0x03, "{tlv_type:#04x}");
    }
}

/// `UNKNOWN` with every number of ignored bytes, to well past the limit.
#[test]
fn ignored_lengths() {
    for len in 0..300 {
        let line = [b"PROXY UNKNOWN ", &vec![b'x'; len][..], b"\r\n"].concat();
        let verdict = Verdict::from(decode(&line));
        if line.len() <= V1_MAX_LEN {
            assert_eq!(crate::common::header(&line).len(), line.len());
        } else {
            assert_eq!(verdict, Verdict::Invalid { offset: 105 }, "{len}");
        }
    }
}
