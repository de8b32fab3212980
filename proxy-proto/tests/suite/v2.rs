//! Version 2, rule by rule.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a helper that fails fails the test that called it"
)]

use proxy_proto::{
    Addresses, Command, DecodeErrorKind, Decoded, Header, TlvRange, TlvType, TransportProtocol,
    V2_MAX_LEN, Version, decode,
};

use crate::common::{INET_BLOCK, V2_PROXY, Verdict, assert_invalid_at, error, header, v2};

/// The header with the correct CRC32C as its last four bytes.
fn with_crc32c(mut header: Vec<u8>) -> Vec<u8> {
    let value = header.len() - 4;
    let checksum = crate::common::header_crc32c(&header, value);
    header[value..].copy_from_slice(&checksum.to_be_bytes());
    header
}

/// The type and the value.
type Tlv<'a> = (u8, &'a [u8]);

fn tlvs(header: Header<'_>) -> Vec<Tlv<'_>> {
    let tlvs = header.tlvs();
    tlvs.map(|tlv| (tlv.tlv_type().0, tlv.value())).collect()
}

#[test]
fn b1_signature_is_checked_byte_by_byte() {
    let header = v2(0x11, &[INET_BLOCK]);
    for offset in 0..12 {
        for wrong in (0..=u8::MAX).filter(|&byte| byte != header[offset]) {
            let mut input = header.clone();
            input[offset] = wrong;
            // A leading `P` starts a line, and the next byte does not continue it.
            let offset = if offset == 0 && wrong == b'P' {
                1
            } else {
                offset
            };
            for len in [offset + 1, header.len()] {
                assert_eq!(error(&input[..len]).offset, offset, "{wrong:#04x}");
            }
        }
    }
    assert_invalid_at(&[(b"\r\nGET", 2)]);
}

#[test]
fn b2_version_and_command_are_checked_as_soon_as_they_arrive() {
    for byte in 0..=u8::MAX {
        let input = [&V2_PROXY[..12], &[byte]].concat();
        let verdict = Verdict::from(decode(&input));
        match byte {
            0x20 | 0x21 => assert_eq!(verdict, Verdict::NeedMore { at_least: 3 }),
            _ => assert_eq!(verdict, Verdict::Invalid { offset: 12 }, "{byte:#04x}"),
        }
    }
}

/// A LOCAL header: byte 13, then what follows the length.
fn local(byte_13: u8, block: &[u8]) -> Vec<u8> {
    let mut header = v2(byte_13, &[block]);
    header[12] = 0x20;
    header
}

#[test]
fn b3_local_is_complete_whatever_it_holds() {
    let wrong_crc32c = [&INET_BLOCK[..], b"\x03\x00\x04\0\0\0\0"].concat();
    let blocks: [&[u8]; 7] = [
        b"",
        b"\xff",
        b"\x02\xff\xff",
        INET_BLOCK,
        &wrong_crc32c,
        b"\x03\x00\x01\0\x03\x00\x01\0",
        &[0x11; 300],
    ];
    for block in blocks {
        for byte_13 in [0x00, 0x11, 0x21, 0x31, 0x44, 0xFF] {
            let bytes = local(byte_13, block);
            let header = header(&bytes);
            assert_eq!(header.command(), Command::Local);
            assert_eq!(header.transport_protocol(), TransportProtocol::Unspec);
            assert_eq!(header.addresses(), Addresses::Unspec);
            assert_eq!(header.source(), None);
            assert_eq!(header.destination(), None);
            assert_eq!(header.tlvs().count(), 0);
            assert_eq!(header.block(), block);
            assert_eq!(header.as_bytes(), bytes);
        }
    }
}

#[test]
fn b3_local_still_waits_for_its_block() {
    let bytes = local(0xFF, &[0; 7]);
    assert_eq!(
        Verdict::from(decode(&bytes[..16])),
        Verdict::NeedMore { at_least: 7 }
    );
    assert_eq!(
        Verdict::from(decode(&bytes[..22])),
        Verdict::NeedMore { at_least: 1 }
    );
}

#[test]
fn b5_length_less_than_the_addresses_is_invalid_at_once() {
    for (family_transport, required) in [(0x11, 12), (0x12, 12), (0x21, 36), (0x30, 216)] {
        for len in 0..300_u16 {
            let input = [V2_PROXY, &[family_transport][..], &len.to_be_bytes()].concat();
            let verdict = Verdict::from(decode(&input));
            if len < required {
                assert_eq!(verdict, Verdict::Invalid { offset: 15 }, "{len}");
                let found = error(&input).kind;
                let DecodeErrorKind::AddressLength {
                    required: reported,
                    found,
                    ..
                } = found
                else {
                    panic!("{found:?}");
                };
                assert_eq!((reported, found), (required, len));
            } else {
                let at_least = usize::from(len);
                assert_eq!(verdict, Verdict::NeedMore { at_least }, "{len}");
            }
            // The byte before does not show it: the length may still be 255.
            let before = Verdict::from(decode(&input[..15]));
            assert_eq!(before, Verdict::NeedMore { at_least: 1 });
        }
    }
}

#[test]
fn b6_transport_unspec_has_no_endpoints_but_a_block_and_tlvs() {
    let tlv = b"\x02\x00\x01x";
    for (family_transport, block_len) in [(0x10, 12), (0x20, 36), (0x30, 216)] {
        let bytes = v2(family_transport, &[&vec![7; block_len], tlv]);
        let header = header(&bytes);
        assert_eq!(header.command(), Command::Proxy);
        assert_eq!(
            header.addresses(),
            Addresses::Unspec,
            "{family_transport:#04x}"
        );
        assert_eq!(tlvs(header), [(0x02, &b"x"[..])]);
        // Framing is checked as after any other addresses.
        let bytes = v2(family_transport, &[&vec![7; block_len], b"\x02\x00\x02x"]);
        assert_eq!(error(&bytes).offset, 16 + block_len);
    }
}

#[test]
fn b6_family_unspec_has_tlvs_only_if_all_of_it_is_framed() {
    let opaque: &[Tlv<'_>] = &[];
    let rows: [(&[u8], &[Tlv<'_>]); 7] = [
        (b"", opaque),
        (b"\x02\x00\x01x", &[(0x02, b"x")]),
        (b"\x02\x00\x01x\x04\x00\x00", &[(0x02, b"x"), (0x04, b"")]),
        (b"\x02\x00\x01x\x04\x00", opaque),
        (b"\x02\x00\x02x", opaque),
        (b"\x03\x00\x01x", opaque),
        (b"\x03\x00\x04abcd\x03\x00\x04abcd", opaque),
    ];
    for (block, want) in rows {
        for family_transport in [0x00, 0x01, 0x02] {
            let bytes = v2(family_transport, &[block]);
            let header = header(&bytes);
            assert_eq!(header.addresses(), Addresses::Unspec);
            assert_eq!(tlvs(header), want, "{}", block.escape_ascii());
            assert_eq!(header.block(), block);
        }
    }
}

#[test]
fn b6_family_unspec_with_one_well_framed_crc32c_has_it_compared() {
    let right = with_crc32c(v2(0x00, &[b"\x02\x00\x01x\x03\x00\x04\0\0\0\0"]));
    assert_eq!(header(&right).tlvs().count(), 2);
    let mut wrong = right;
    wrong[19] = b'y';
    assert_eq!(error(&wrong).offset, 23);
}

#[test]
fn b7_decode_accepts_a_header_of_maximum_length() {
    let rest = vec![0; 0xFFFF - 12 - 3];
    let tlv_len = u16::try_from(rest.len()).unwrap().to_be_bytes();
    let bytes = v2(0x11, &[INET_BLOCK, b"\x04", &tlv_len, &rest]);
    assert_eq!(bytes.len(), V2_MAX_LEN);
    assert_eq!(V2_MAX_LEN, 65_551);
    assert_eq!(header(&bytes).len(), V2_MAX_LEN);
    assert_eq!(tlvs(header(&bytes)), [(0x04, &rest[..])]);
}

#[test]
fn b9_tlvs_must_end_with_the_header() {
    // The bytes after the addresses, and the offset of the error among them.
    let rows: [(&[u8], usize); 8] = [
        (b"\x04", 0),
        (b"\x04\x00", 0),
        (b"\x04\x00\x01", 0),
        (b"\x04\xff\xffxyz", 0),
        (b"\x04\x00\x01x\x00", 4),
        (b"\x04\x00\x01x\x00\x00", 4),
        (b"\x04\x00\x00\x04\x00\x00\x04\x00\x05four", 6),
        (b"\xff\x00\x01x\xff\x01\x00x", 4),
    ];
    for (after, at) in rows {
        for (family_transport, block_len) in [(0x11, 12), (0x22, 36), (0x31, 216)] {
            let bytes = v2(family_transport, &[&vec![0; block_len], after]);
            let offset = 16 + block_len + at;
            assert_eq!(error(&bytes).offset, offset, "{}", after.escape_ascii());
            // The bytes that would make it whole are payload, and checked only when it is whole.
            assert_eq!(error(&[&bytes[..], &[0; 70_000]].concat()).offset, offset);
            let before = Verdict::from(decode(&bytes[..bytes.len() - 1]));
            assert_eq!(before, Verdict::NeedMore { at_least: 1 });
        }
    }
}

#[test]
fn b10_crc32c_must_be_single_have_four_bytes_and_match() {
    // The bytes after the INET addresses, and the offset of the error.
    let rows: [(&[u8], usize); 6] = [
        (b"\x03\x00\x00", 28),
        (b"\x03\x00\x03abc", 28),
        (b"\x03\x00\x05abcde", 28),
        (b"\x03\x00\x04abcd", 31),
        // Front to back, the value last: the second one comes before the wrong value of the first.
        (b"\x03\x00\x04abcd\x03\x00\x04abcd", 35),
        (b"\x03\x00\x04abcd\x04\x00\x09", 35),
    ];
    for (after, offset) in rows {
        let bytes = v2(0x11, &[INET_BLOCK, after]);
        assert_eq!(error(&bytes).offset, offset, "{}", after.escape_ascii());
    }
}

#[test]
fn b10_crc32c_covers_every_byte_of_the_header() {
    for (family_transport, block_len) in [(0x00, 0), (0x11, 12), (0x20, 36), (0x31, 216)] {
        let block = vec![0x5A; block_len];
        let noop = b"\x04\x00\x02zz";
        let bytes = with_crc32c(v2(
            family_transport,
            &[&block, noop, b"\x03\x00\x04\0\0\0\0"],
        ));
        assert_eq!(tlvs(header(&bytes)).len(), 2);
        let value = bytes.len() - 4;
        // The bytes of the addresses and of the NOOP, which only the checksum covers.
        for changed in (16..16 + block_len).chain([value - 5, value - 4]) {
            let mut wrong = bytes.clone();
            wrong[changed] ^= 0x80;
            assert_eq!(error(&wrong).offset, value, "byte {changed}");
        }
        for changed in value..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[changed] ^= 0x01;
            assert_eq!(error(&wrong).offset, value, "byte {changed}");
        }
        // The bytes after the header are payload, and not covered.
        assert_eq!(header(&[&bytes[..], b"\xff"].concat()).as_bytes(), bytes);
    }
}

#[test]
fn b11_contents_are_not_validated_at_decode() {
    // Text that is not UTF-8, an SSL TLV that is too short, one whose sub-TLV overruns, a long id.
    let contents: [(u8, &[u8]); 5] = [
        (0x02, b"\xff\xfe"),
        (0x20, b"\x01"),
        (0x20, b"\x01\0\0\0\0\x21\x00\x20T"),
        (0x05, &[b'u'; 129]),
        (0x30, b"\x80"),
    ];
    for (tlv_type, value) in contents {
        let len = u16::try_from(value.len()).unwrap().to_be_bytes();
        let bytes = v2(0x11, &[INET_BLOCK, &[tlv_type], &len, value]);
        assert_eq!(tlvs(header(&bytes)), [(tlv_type, value)]);
    }
}

#[test]
fn b12_unknown_repeated_and_empty_tlvs_are_kept_in_order() {
    let sent: [(u8, &[u8]); 7] = [
        (0xEE, b"\x00\xff"),
        (0x02, b"a"),
        (0x04, b""),
        (0x02, b"b"),
        (0x00, b""),
        (0xEE, b"\x00\xff"),
        (0x02, b""),
    ];
    let after: Vec<u8> = sent
        .iter()
        .flat_map(|&(tlv_type, value)| {
            let len = u16::try_from(value.len()).unwrap().to_be_bytes();
            [&[tlv_type], &len[..], value].concat()
        })
        .collect();
    let bytes = v2(0x21, &[&[0; 36], &after]);
    let header = header(&bytes);
    assert_eq!(tlvs(header), sent);
    assert_eq!(
        header.tlv(TlvType::AUTHORITY).unwrap().value(),
        b"a",
        "the first"
    );
    assert_eq!(header.tlv(TlvType::ALPN), None);
    for tlv in header.tlvs() {
        assert_eq!(bytes[tlv.offset()], tlv.tlv_type().0);
        assert_eq!(
            &bytes[tlv.value_offset()..][..tlv.value().len()],
            tlv.value()
        );
    }
}

#[test]
fn b13_types_are_named_by_range() {
    let rows = [
        (0x00, TlvRange::Protocol),
        (0xDF, TlvRange::Protocol),
        (0xE0, TlvRange::Application),
        (0xEF, TlvRange::Application),
        (0xF0, TlvRange::Experimental),
        (0xF7, TlvRange::Experimental),
        (0xF8, TlvRange::Reserved),
        (0xFF, TlvRange::Reserved),
    ];
    for (tlv_type, range) in rows {
        assert_eq!(TlvType(tlv_type).range(), range, "{tlv_type:#04x}");
    }
}

#[test]
fn g6_header_of_version_2_leaves_the_payload_alone() {
    let input = [&v2(0x11, &[INET_BLOCK])[..], b"\x04\x00\x00payload"].concat();
    let Decoded::Complete(header) = decode(&input) else {
        panic!("the header is whole");
    };
    assert_eq!((header.version(), header.len()), (Version::V2, 28));
    assert_eq!(
        header.tlvs().count(),
        0,
        "TLVs are never read from the payload"
    );
}
