//! Received headers on their way further.

use proxy_proto::{
    Command, DecodeOptions, Decoded, EncodeError, Encoder, OutgoingTlv, TlvEdit, TlvType, Tlvs,
    Version, decode,
};

use crate::common::encoding::{complete_rows, inet, types_and_values, unspec};
use crate::common::{INET_BLOCK, header, v2};

#[test]
fn without_edits_every_byte_survives() {
    for row in complete_rows() {
        let received = header(&row.header);
        let passed_on = Encoder::pass_on(received, &[]).unwrap();
        assert_eq!(passed_on.to_vec().as_ref(), Ok(&row.header), "{}", row.id);
        assert_eq!(passed_on.encoded_len(), Ok(row.header.len()), "{}", row.id);
    }
}

/// All the machinery of editing, and nothing to edit.
#[test]
fn an_edit_that_fits_nothing_leaves_every_byte() {
    let edits = [TlvEdit::Drop(TlvType(0xF9))];
    for row in complete_rows() {
        let received = header(&row.header);
        let result = Encoder::pass_on(received, &edits);
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
fn each_edit_does_what_it_says() {
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
        // Of several that fit a TLV the first one counts, but what replaces it is never lost.
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
fn the_checksum_is_computed_again_in_its_place() {
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
fn a_checksum_is_added_once_whether_there_was_one_or_not() {
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
fn a_second_checksum_and_what_is_too_long_are_refused() {
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
fn what_is_not_understood_survives() {
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
fn family_unspec_is_edited_where_it_holds_tlvs() {
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
fn local_is_edited_where_its_block_is_tlvs() {
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

/// A checksum that no receiver of LOCAL compares is made right when something is edited.
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

/// The bytes are in PEERS.md: LOCAL, family 0x11, no addresses, TLVs right behind.
#[test]
fn the_checksum_of_the_aws_health_check_is_right() {
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

/// What only a lenient receiver takes is not made better on its way.
#[test]
fn what_a_leniency_let_in_is_passed_on_as_it_came() {
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
        let passed_on = Encoder::pass_on(header, &[]).unwrap().to_vec().unwrap();
        assert_eq!(passed_on, received);
        assert!(matches!(decode(&passed_on), Decoded::Invalid(_)));
    }
}

#[test]
fn new_tlvs_replace_those_received() {
    let received = inet(&[raw(A, "1"), OutgoingTlv::Crc32c]).to_vec().unwrap();
    let tlvs = [raw(C, "only")];
    for edits in [&[][..], &[TlvEdit::Drop(B)]] {
        let passed_on = Encoder::pass_on(header(&received), edits).unwrap();
        assert_eq!(
            passed_on.with_tlvs(&tlvs).to_vec(),
            inet(&tlvs).to_vec(),
            "{edits:?}"
        );
        assert_eq!(
            passed_on.with_tlvs(&[]).to_vec(),
            inet(&[]).to_vec(),
            "{edits:?}"
        );
    }

    let local = Encoder::local()
        .with_tlvs(&[OutgoingTlv::Crc32c])
        .to_vec()
        .unwrap();
    let passed_on = Encoder::pass_on(header(&local), &[]).unwrap();
    assert_eq!(passed_on.with_tlvs(&[]).to_vec(), Encoder::local().to_vec());
}

#[test]
fn new_tlvs_are_refused_where_edits_are() {
    let opaque = Encoder::local_with_block(b"\xff").to_vec().unwrap();
    let passed_on = Encoder::pass_on(header(&opaque), &[]).unwrap();
    let refused = passed_on.with_tlvs(&[]).to_vec();
    assert_eq!(refused, Err(EncodeError::OpaqueBlock));

    let line = b"PROXY UNKNOWN x\r\n";
    let passed_on = Encoder::pass_on(header(line), &[]).unwrap();
    assert_eq!(passed_on.with_tlvs(&[]).to_vec().as_deref(), Ok(&line[..]));
    let refused = passed_on.with_tlvs(&[OutgoingTlv::Noop(0)]).to_vec();
    assert_eq!(refused, Err(EncodeError::TlvsInV1));
}

fn edited(received: &[u8], edits: &[TlvEdit<'_>]) -> Result<Vec<u8>, EncodeError> {
    Encoder::pass_on(header(received), edits)?.to_vec()
}

const fn raw(tlv_type: TlvType, value: &str) -> OutgoingTlv<'_> {
    OutgoingTlv::Raw(tlv_type, value.as_bytes())
}

const A: TlvType = TlvType(0xE1);
const B: TlvType = TlvType(0xE2);
const C: TlvType = TlvType(0xE3);
const D: TlvType = TlvType(0xE4);

/// Rows of version 2 whose block is no list of TLVs.
const OPAQUE: [&str; 3] = [
    "v2-local-tcp6",
    "v2-local-unspec-junk",
    "v2-unspec-proxy-junk",
];
