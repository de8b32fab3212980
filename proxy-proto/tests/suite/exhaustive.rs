//! Small spaces, all of them.

use crate::common::{INET_BLOCK, V2_PROXY, Verdict, v2};
use proxy_proto::{
    Command, DecodeOptions, Decoded, TlvRange, TlvType, TransportProtocol, V1_LONGEST, decode,
};

/// Bytes of the address block, or `None` where byte 13 is wrong for a PROXY header.
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
fn bytes_12_and_13() {
    for byte_12 in 0..=u8::MAX {
        for byte_13 in 0..=u8::MAX {
            let input = [&V2_PROXY[..12], &[byte_12, byte_13]].concat();
            let want = match (byte_12, block_len(byte_13)) {
                (0x20, _) | (0x21, Some(_)) => Verdict::NeedMore { at_least: 2 },
                (0x21, None) => Verdict::Invalid { offset: 13 },
                _ => Verdict::Invalid { offset: 12 },
            };
            let verdict = Verdict::from(decode(&input));
            assert_eq!(verdict, want, "{byte_12:#04x} {byte_13:#04x}");
        }
    }
}

#[test]
fn bytes_13_and_14_of_both_commands() {
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
                        assert_eq!(header.raw(), fixed, "{place}");
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
        let believed = block_len > 0 && transport != TransportProtocol::Unspec;
        assert_eq!(header.source().is_some(), believed, "{byte_13:#04x}");
        assert_eq!(header.destination().is_some(), believed, "{byte_13:#04x}");
    }
}

#[test]
fn tlv_types() {
    for tlv_type in 0..=u8::MAX {
        let bytes = v2(0x11, &[INET_BLOCK, &[tlv_type, 0, 4], b"\0\xffab"]);
        let decoded = DecodeOptions::new().without_checksum().decode(&bytes);
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
        assert_eq!(TlvType(tlv_type).to_string(), name);
        let range = match tlv_type >> 4 {
            0xE => TlvRange::Application,
            0xF if tlv_type & 0x8 == 0 => TlvRange::Experimental,
            0xF => TlvRange::Reserved,
            _ => TlvRange::Protocol,
        };
        assert_eq!(TlvType(tlv_type).range(), range, "{tlv_type:#04x}");

        // Only the checksum is judged, and it is wrong here.
        let strict = matches!(decode(&bytes), Decoded::Complete(_));
        assert_eq!(strict, tlv_type != 0x03, "{tlv_type:#04x}");
    }
}

#[test]
fn port_texts() {
    let before = ["PROXY TCP4 1.1.1.1 2.2.2.2 ", "PROXY TCP6 :: :: 1 "];
    let after = [" 1\r\n", "\r\n"];
    for port in 0..=99_999_u32 {
        for (before, after) in before.iter().zip(after) {
            let line = format!("{before}{port}{after}");
            let decoded = decode(line.as_bytes());
            let Ok(port) = u16::try_from(port) else {
                // The last of the five digits makes it too large.
                let offset = before.len() + 4;
                assert_eq!(
                    Verdict::from(decoded),
                    Verdict::Invalid { offset },
                    "{line:?}"
                );
                continue;
            };
            let Decoded::Complete(header) = decoded else {
                panic!("{line:?}: {decoded:?}");
            };
            let endpoint = if after.starts_with(' ') {
                header.source()
            } else {
                header.destination()
            };
            assert_eq!(endpoint.and_then(|it| it.port()), Some(port), "{line:?}");
        }
    }
}

/// All texts of one to four digits, in each place of an address.
#[test]
fn octet_texts() {
    let texts = (1..=4).flat_map(|len| {
        let end = 10_u32.pow(len);
        (0..end).map(move |number| format!("{number:0len$}", len = usize::try_from(len).unwrap()))
    });
    for text in texts {
        // The first digit behind a heading zero, or that passes 255.
        let is_octet = |text: &str| text.parse::<u8>().is_ok_and(|it| it.to_string() == text);
        let bad = (1..=text.len()).find(|&end| !is_octet(text.get(..end).unwrap()));
        for place in 0..4 {
            let mut octets = ["7"; 4];
            octets[place] = &text;
            let line = format!("PROXY TCP4 {} 2.2.2.2 1 2\r\n", octets.join("."));
            let decoded = decode(line.as_bytes());
            if let Some(bad) = bad {
                let offset = 11 + 2 * place + bad - 1;
                assert_eq!(
                    Verdict::from(decoded),
                    Verdict::Invalid { offset },
                    "{line:?}"
                );
            } else {
                let Decoded::Complete(header) = decoded else {
                    panic!("{line:?}: {decoded:?}");
                };
                let source = format!("{}:1", octets.join("."));
                assert_eq!(header.source().unwrap().to_string(), source);
            }
        }
    }
}

/// `UNKNOWN` with every number of ignored bytes up to well behind the limit.
#[test]
fn ignored_lengths() {
    for len in 0..300 {
        let line = [b"PROXY UNKNOWN ", &vec![b'x'; len][..], b"\r\n"].concat();
        let verdict = Verdict::from(decode(&line));
        if line.len() <= V1_LONGEST {
            assert_eq!(crate::common::header(&line).len(), line.len());
        } else {
            assert_eq!(verdict, Verdict::Invalid { offset: 105 }, "{len}");
        }
    }
}
