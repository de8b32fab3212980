//! Received headers, forwarded.

use proxy_proto::{
    Command, DecodeOptions, Decoded, EncodeError, Encoder, Forward, OutgoingTlv, TlvEdit, TlvType,
    Tlvs, Version, decode,
};

use crate::common::encoding::{complete_rows, inet, types_and_values, unspec};
use crate::common::{INET_BLOCK, header, v2};

#[test]
fn without_edits_every_byte_survives() {
    for row in complete_rows() {
        let received = header(&row.header);
        let forwarded = Forward::new(received, &[]).unwrap();
        assert_eq!(forwarded.to_vec().as_ref(), Ok(&row.header), "{}", row.id);
        assert_eq!(forwarded.encoded_len(), Ok(row.header.len()), "{}", row.id);
    }
}

/// Everything that editing does, with nothing to edit.
#[test]
fn an_edit_that_matches_nothing_leaves_every_byte() {
    let edits = [TlvEdit::Drop(TlvType(0xF9))];
    for row in complete_rows() {
        let received = header(&row.header);
        let result = Forward::new(received, &edits);
        if received.version() == Version::V1 {
            assert_eq!(result.unwrap_err(), EncodeError::TlvsInV1, "{}", row.id);
        } else if OPAQUE.contains(&row.id.as_str()) {
            assert_eq!(result.unwrap_err(), EncodeError::OpaqueBlock, "{}", row.id);
        } else {
            let written = result.unwrap().to_vec().unwrap();
            assert_eq!(
                written.escape_ascii().to_string(),
                row.header.escape_ascii().to_string(),
                "{}",
                row.id
            );
        }
    }
}

#[test]
fn each_edit_has_its_effect() {
    use TlvEdit::{Append, Drop, KeepOnly, Replace};
    let received = [
        OutgoingTlv::Alpn(b"h2"),
        raw(A, "1"),
        raw(B, "2"),
        raw(A, "3"),
        raw(C, ""),
    ];
    let received = inet(&received).to_vec().unwrap();
    let h2 = (TlvType::ALPN, "h2");
    type Row<'a> = (&'a [TlvEdit<'a>], &'a [(TlvType, &'a str)]);
    let table: &[Row<'_>] = &[
        (&[Drop(A)], &[h2, (B, "2"), (C, "")]),
        (&[Drop(A), Drop(TlvType::ALPN), Drop(C)], &[(B, "2")]),
        (&[Drop(D)], &[h2, (A, "1"), (B, "2"), (A, "3"), (C, "")]),
        (&[KeepOnly(&[A, C])], &[(A, "1"), (A, "3"), (C, "")]),
        (&[KeepOnly(&[D])], &[]),
        (&[KeepOnly(&[])], &[]),
        (
            &[Replace(A, raw(A, "new"))],
            &[h2, (A, "new"), (B, "2"), (C, "")],
        ),
        (
            &[Replace(A, raw(D, "new"))],
            &[h2, (D, "new"), (B, "2"), (C, "")],
        ),
        (
            &[Replace(D, raw(D, "new"))],
            &[h2, (A, "1"), (B, "2"), (A, "3"), (C, ""), (D, "new")],
        ),
        (
            &[Append(raw(A, "new"))],
            &[h2, (A, "1"), (B, "2"), (A, "3"), (C, ""), (A, "new")],
        ),
        (
            &[Append(raw(D, "x")), Drop(A), Append(raw(A, "y"))],
            &[h2, (B, "2"), (C, ""), (D, "x"), (A, "y")],
        ),
        (&[KeepOnly(&[]), Append(raw(D, "x"))], &[(D, "x")]),
        // If several match a TLV, the first one applies, but what replaces it is never lost.
        (
            &[Drop(B), Replace(B, raw(B, "new"))],
            &[h2, (A, "1"), (A, "3"), (C, ""), (B, "new")],
        ),
        (
            &[KeepOnly(&[C]), Replace(A, raw(A, "mine"))],
            &[(C, ""), (A, "mine")],
        ),
        (
            &[KeepOnly(&[C]), Replace(D, raw(D, "mine"))],
            &[(C, ""), (D, "mine")],
        ),
        (
            &[Replace(B, raw(B, "x")), Replace(B, raw(B, "y")), Drop(B)],
            &[h2, (A, "1"), (B, "x"), (A, "3"), (C, "")],
        ),
        (
            &[Replace(B, raw(B, "x")), KeepOnly(&[C])],
            &[(B, "x"), (C, "")],
        ),
        (
            &[
                Replace(D, raw(D, "x")),
                Replace(D, raw(D, "y")),
                KeepOnly(&[C]),
            ],
            &[(C, ""), (D, "x")],
        ),
    ];
    for (edits, want) in table {
        let written = edited(&received, edits).unwrap();
        let seen = header(&written);
        let want: Vec<_> = want.iter().map(|(t, v)| (*t, v.as_bytes())).collect();
        assert_eq!(types_and_values(&seen), want, "{edits:?}");
        assert_eq!(seen.addresses(), header(&received).addresses());
    }
}

#[test]
fn the_checksum_is_recomputed_in_its_place() {
    let received = [
        OutgoingTlv::Alpn(b"h2"),
        OutgoingTlv::Crc32c,
        OutgoingTlv::Noop(4),
    ];
    let received = inet(&received).to_vec().unwrap();
    let edits = [TlvEdit::Append(OutgoingTlv::UniqueId(b"42"))];
    let written = edited(&received, &edits).unwrap();
    let tlvs = [
        OutgoingTlv::Alpn(b"h2"),
        OutgoingTlv::Crc32c,
        OutgoingTlv::Noop(4),
        OutgoingTlv::UniqueId(b"42"),
    ];
    assert_eq!(Ok(written), inet(&tlvs).to_vec());
}

#[test]
fn a_checksum_is_added_once_even_if_there_was_one() {
    let edits = [TlvEdit::Replace(TlvType::CRC32C, OutgoingTlv::Crc32c)];
    for row in complete_rows() {
        let received = header(&row.header);
        if received.version() == Version::V1 || received.command() == Command::Local {
            continue;
        }
        if OPAQUE.contains(&row.id.as_str()) || row.id == "v2-len-65535" {
            continue;
        }
        let had_one = received.tlv(TlvType::CRC32C).is_some();
        let written = edited(&row.header, &edits).unwrap();
        let checksums = header(&written)
            .tlvs()
            .filter(|tlv| tlv.tlv_type() == TlvType::CRC32C);
        assert_eq!(checksums.count(), 1, "{}", row.id);
        assert_eq!(had_one, written == row.header, "{}", row.id);
        let again = edited(&written, &edits).unwrap();
        assert_eq!(again, written, "{}", row.id);
    }
}

#[test]
fn a_checksum_can_be_dropped() {
    let received = inet(&[OutgoingTlv::Crc32c, OutgoingTlv::Noop(0)])
        .to_vec()
        .unwrap();
    let written = edited(&received, &[TlvEdit::Drop(TlvType::CRC32C)]).unwrap();
    assert_eq!(Ok(written), inet(&[OutgoingTlv::Noop(0)]).to_vec());
}

#[test]
fn a_second_checksum_and_a_header_too_long_are_refused() {
    let received = inet(&[OutgoingTlv::Crc32c]).to_vec().unwrap();
    let again = [TlvEdit::Append(OutgoingTlv::Crc32c)];
    assert_eq!(
        edited(&received, &again),
        Err(EncodeError::ChecksumRepeated)
    );
    let full = unspec(&[OutgoingTlv::Noop(65_532)]).to_vec().unwrap();
    let error = edited(&full, &[TlvEdit::Append(OutgoingTlv::Noop(0))]).unwrap_err();
    assert!(
        matches!(error, EncodeError::HeaderTooLong { found: 65_554, .. }),
        "{error:?}"
    );
}

/// Values that are wrong for their type, types of all ranges, repeated and empty ones.
#[test]
fn unknown_tlvs_survive() {
    let tlvs = [
        &b"\x05\x00\x81"[..],
        &[b'u'; 129],
        b"\x02\x00\x02\xff\xfe",
        b"\x20\x00\x02\x01\x02",
        b"\x06\x00\x00\x06\x00\x00",
        b"\xe1\x00\x03\x00\r\n",
        b"\xf3\x00\x01x\xff\x00\x01y\x00\x00\x00",
        b"\x04\x00\x02\x12\x34",
    ];
    let tlvs = tlvs.concat();
    let received = v2(0x11, &[INET_BLOCK, &tlvs]);
    let written = edited(&received, &[TlvEdit::Append(OutgoingTlv::Alpn(b"h2"))]).unwrap();
    let appended = v2(0x11, &[INET_BLOCK, &tlvs, b"\x01\x00\x02h2"]);
    assert_eq!(written, appended);
}

#[test]
fn addresses_with_transport_unspec_survive() {
    for (family_transport, block_len) in [(0x10, 12), (0x20, 36), (0x30, 216)] {
        let block: Vec<u8> = (1..=block_len).collect();
        for tlvs in [&b""[..], b"\xe1\x00\x01x"] {
            let received = v2(family_transport, &[&block, tlvs]);
            let written = edited(&received, &[TlvEdit::Append(OutgoingTlv::Alpn(b"h2"))]).unwrap();
            let want = v2(family_transport, &[&block, tlvs, b"\x01\x00\x02h2"]);
            assert_eq!(written, want);
        }
    }
}

#[test]
fn family_unspec_is_edited_if_it_holds_tlvs() {
    for family_transport in [0x00, 0x01, 0x02] {
        let received = v2(family_transport, &[b"\xe1\x00\x01x"]);
        let written = edited(&received, &[TlvEdit::Replace(A, raw(A, "new"))]).unwrap();
        assert_eq!(written, v2(family_transport, &[b"\xe1\x00\x03new"]));
        let empty = v2(family_transport, &[]);
        let written = edited(&empty, &[TlvEdit::Append(raw(A, "x"))]).unwrap();
        assert_eq!(written, received);
        let crc32c = b"\x03\x00\x04aaaa";
        let blocks: [&[&[u8]]; 3] = [
            &[b"\xe1\x00\x09x"],
            &[crc32c, crc32c],
            &[b"\x03\x00\x03aaa", b"\xe1\x00\x00"],
        ];
        for block in blocks {
            let error = edited(&v2(family_transport, block), &[TlvEdit::Drop(A)]);
            assert_eq!(error, Err(EncodeError::OpaqueBlock));
        }
    }
}

/// HAProxy's LOCAL: a CRC32C, an empty UNIQUE_ID, an SSL TLV.
#[test]
fn local_is_edited_if_its_block_is_tlvs() {
    let tlvs = [
        OutgoingTlv::Crc32c,
        OutgoingTlv::UniqueId(b""),
        OutgoingTlv::Raw(TlvType::SSL, b"\0\0\0\0\0"),
    ];
    let received = Encoder::local().with_tlvs(&tlvs).to_vec().unwrap();
    let written = edited(&received, &[TlvEdit::Drop(TlvType::UNIQUE_ID)]).unwrap();
    let want = Encoder::local().with_tlvs(&[tlvs[0], tlvs[2]]).to_vec();
    assert_eq!(Ok(&written), want.as_ref());
    assert_eq!(header(&written).command(), Command::Local);

    let opaque = Encoder::local_with_block(b"\x00\x01").to_vec().unwrap();
    let error = edited(&opaque, &[TlvEdit::Drop(A)]);
    assert_eq!(error, Err(EncodeError::OpaqueBlock));
}

/// A checksum that no receiver of LOCAL compares becomes right when something is edited.
#[test]
fn a_wrong_checksum_of_local_survives_only_without_edits() {
    let received = Encoder::local_with_block(b"\x03\x00\x04wron")
        .to_vec()
        .unwrap();
    assert_eq!(edited(&received, &[]).as_ref(), Ok(&received));
    let written = edited(&received, &[TlvEdit::Drop(A)]).unwrap();
    assert_eq!(
        Ok(written),
        Encoder::local().with_tlvs(&[OutgoingTlv::Crc32c]).to_vec()
    );
}

/// As a Network Load Balancer sends it: LOCAL, family 0x11, no addresses, TLVs right after the fixed bytes.
#[test]
fn the_checksum_of_the_aws_health_check_is_correct() {
    let start = b"\r\n\r\n\0\r\nQUIT\n\x20\x11\x00\x54\x03\x00\x04\xbc\xe5\x95\x1f\x04\x00\x4a";
    let sent = [&start[..], &[0; 74]].concat();
    let received = header(&sent);
    assert_eq!(
        (received.command(), received.source()),
        (Command::Local, None)
    );
    let tlvs: Vec<_> = Tlvs::new(received.block()).unwrap().collect();
    let lens: Vec<_> = tlvs
        .iter()
        .map(|tlv| (tlv.tlv_type(), tlv.value().len()))
        .collect();
    assert_eq!(lens, [(TlvType::CRC32C, 4), (TlvType::NOOP, 74)]);

    // Recomputed, family byte 0x11 included, to the very bytes that were sent.
    let edits = [TlvEdit::Replace(TlvType::CRC32C, OutgoingTlv::Crc32c)];
    assert_eq!(edited(&sent, &edits).as_ref(), Ok(&sent));
}

/// A header that only a lenient receiver accepts is not corrected when it is forwarded.
#[test]
fn what_a_leniency_accepts_is_forwarded_unchanged() {
    let wrong_checksum = v2(0x11, &[INET_BLOCK, b"\x03\x00\x04abcd"]);
    let rows: [(DecodeOptions, &[u8]); 2] = [
        (DecodeOptions::new().with_checksum(false), &wrong_checksum),
        (
            DecodeOptions::new().with_v4_in_tcp6(true),
            b"PROXY TCP6 2001:db8::1 127.0.0.1 56324 21015\r\n",
        ),
    ];
    for (lenient, received) in rows {
        let Decoded::Complete(header) = lenient.decode(received) else {
            panic!("{}", received.escape_ascii());
        };
        let forwarded = Forward::new(header, &[]).unwrap().to_vec().unwrap();
        assert_eq!(forwarded, received);
        assert!(matches!(decode(&forwarded), Decoded::Invalid(_)));
    }
}

#[test]
fn all_tlvs_can_be_replaced() {
    let received = inet(&[raw(A, "1"), OutgoingTlv::Crc32c]).to_vec().unwrap();
    let only = [raw(C, "only"), raw(C, "these")];
    let edits = [
        TlvEdit::KeepOnly(&[]),
        TlvEdit::Append(only[0]),
        TlvEdit::Append(only[1]),
    ];
    assert_eq!(edited(&received, &edits), inet(&only).to_vec());
    assert_eq!(edited(&received, &edits[..1]), inet(&[]).to_vec());

    let local = Encoder::local().with_tlvs(&[OutgoingTlv::Crc32c]);
    let written = edited(&local.to_vec().unwrap(), &edits[..1]);
    assert_eq!(written, Encoder::local().to_vec());
}

/// Each way of writing is that of the encoder, and refuses in the same way.
#[test]
fn all_ways_to_write_agree() {
    let received = inet(&[raw(A, "1"), OutgoingTlv::Crc32c]).to_vec().unwrap();
    let edits = [TlvEdit::Append(raw(C, "2"))];
    let forward = Forward::new(header(&received), &edits).unwrap();
    let want = forward.to_vec().unwrap();
    let len = want.len();
    assert_eq!(forward.encoded_len(), Ok(len));

    let mut out = vec![0xA5; len + 8];
    assert_eq!(forward.encode(&mut out), Ok(len));
    assert_eq!(out, [&want[..], &[0xA5; 8]].concat());
    let mut datagram = vec![0xA5; len + 7];
    assert_eq!(
        forward.encode_datagram(b"payload", &mut datagram),
        Ok(len + 7)
    );
    assert_eq!(datagram, [&want[..], b"payload"].concat());
    let mut appended = b"before".to_vec();
    assert_eq!(forward.encode_to(&mut appended), Ok(len));
    assert_eq!(appended, [b"before", &want[..]].concat());

    let mut short = vec![0xA5; len - 1];
    assert!(matches!(
        forward.encode(&mut short),
        Err(EncodeError::BufferTooSmall { required, .. }) if required == len
    ));
    assert_eq!(short, [0xA5].repeat(len - 1));
}

fn edited(received: &[u8], edits: &[TlvEdit<'_>]) -> Result<Vec<u8>, EncodeError> {
    Forward::new(header(received), edits)?.to_vec()
}

const fn raw(tlv_type: TlvType, value: &str) -> OutgoingTlv<'_> {
    OutgoingTlv::Raw(tlv_type, value.as_bytes())
}

const A: TlvType = TlvType(0xE1);
const B: TlvType = TlvType(0xE2);
const C: TlvType = TlvType(0xE3);
const D: TlvType = TlvType(0xE4);

/// Rows of version 2 whose block is not TLVs.
const OPAQUE: [&str; 3] = [
    "v2-local-tcp6",
    "v2-local-unspec-junk",
    "v2-unspec-proxy-junk",
];
