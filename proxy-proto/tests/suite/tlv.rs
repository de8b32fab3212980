//! TLVs by type and by meaning: rules B11 to B13.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use proxy_proto::{
    Alpn, AwsVpcEndpointId, AzurePrivateEndpointLinkId, GcpPscConnectionId, OutgoingTlv, Tlv,
    TlvError, TlvErrorKind, TlvRange, TlvType, Tlvs, TypedTlv, UNIQUE_ID_MAX_LEN,
};

use crate::common::encoding::{complete_rows, inet, types_and_values, unspec};
use crate::common::{INET_BLOCK, header, v2};

#[test]
fn every_type_has_the_name_of_the_spec_or_of_its_range() {
    let named = [
        (0x01, "ALPN"),
        (0x02, "AUTHORITY"),
        (0x03, "CRC32C"),
        (0x04, "NOOP"),
        (0x05, "UNIQUE_ID"),
        (0x20, "SSL"),
        (0x30, "NETNS"),
    ];
    for byte in 0..=u8::MAX {
        let (range, unnamed) = match byte {
            0xF8.. => (TlvRange::Reserved, "RESERVED"),
            0xF0.. => (TlvRange::Experimental, "EXPERIMENTAL"),
            0xE0.. => (TlvRange::Application, "APPLICATION"),
            _ => (TlvRange::Protocol, "UNASSIGNED"),
        };
        let name = named.iter().find(|(named, _)| *named == byte);
        let name = name.map_or(unnamed, |(_, name)| name);
        let tlv_type = TlvType(byte);
        assert_eq!((tlv_type.range(), tlv_type.name()), (range, name));
        let is_assigned = TlvType::ASSIGNED.contains(&tlv_type);
        assert_eq!(is_assigned, name != unnamed);
        let numbered = format!("{name}({byte:#04x})");
        let shown = if is_assigned { name } else { &numbered };
        assert_eq!(tlv_type.to_string(), shown);
        assert_eq!(format!("{tlv_type:^21}"), format!("{shown:^21}"));
        assert_eq!(format!("{tlv_type:?}"), numbered);
    }
}

#[test]
fn every_type_survives_being_read_and_written() {
    for byte in (0..=u8::MAX).filter(|byte| TlvType(*byte) != TlvType::CRC32C) {
        for value in [&b""[..], b"x", b"\x00\xff\r\n", &[byte; 300]] {
            let sent = v2(0x11, &[INET_BLOCK, &framed(byte, value)]);
            let seen = header(&sent);
            assert_eq!(types_and_values(&seen), [(TlvType(byte), value)]);
            let tlv = seen.tlv(TlvType(byte)).unwrap();
            assert_eq!((tlv.offset(), tlv.value_offset()), (28, 31));
            assert_eq!(inet(&[tlv.into()]).to_vec(), Ok(sent));
        }
    }
}

#[test]
fn types_without_a_typed_form_are_other() {
    let meant = [0x01, 0x02, 0x03, 0x04, 0x05, 0x20, 0x30];
    for byte in (0..=u8::MAX).filter(|byte| !meant.contains(byte)) {
        let sent = unspec(&[OutgoingTlv::Raw(TlvType(byte), b"other")])
            .to_vec()
            .unwrap();
        let tlv = header(&sent).tlv(TlvType(byte)).unwrap();
        assert_eq!(tlv.typed(), Ok(TypedTlv::Other(tlv)));
    }
}

#[test]
fn accessors_return_the_first_of_repeated_tlvs() {
    let sent = inet(&[
        OutgoingTlv::Authority("first.example"),
        OutgoingTlv::UniqueId(b"1"),
        OutgoingTlv::Alpn(b"h2"),
        OutgoingTlv::Netns("ns1"),
        OutgoingTlv::Authority("second.example"),
        OutgoingTlv::Raw(TlvType::UNIQUE_ID, &[b'2'; 129]),
        OutgoingTlv::Alpn(b"imap"),
        OutgoingTlv::Raw(TlvType::NETNS, b"\xff"),
    ])
    .to_vec()
    .unwrap();
    let seen = header(&sent);
    assert_eq!(seen.authority(), Ok(Some("first.example")));
    assert_eq!(seen.unique_id(), Ok(Some(&b"1"[..])));
    assert_eq!(seen.alpn(), Some(Alpn::new(b"h2")));
    assert_eq!(seen.netns(), Ok(Some("ns1")));
    assert_eq!(seen.tlv(TlvType::ALPN), seen.tlvs().nth(2));
    assert_eq!(seen.tlvs().count(), 8);
}

#[test]
fn a_first_tlv_that_is_invalid_is_not_skipped() {
    let tlvs = [
        OutgoingTlv::Raw(TlvType::AUTHORITY, b"\xff"),
        OutgoingTlv::Authority("b.example"),
    ];
    let sent = inet(&tlvs).to_vec().unwrap();
    let error = header(&sent).authority().unwrap_err();
    assert_eq!(error.to_string(), "AUTHORITY at byte 28: not UTF-8");
}

#[test]
fn without_tlvs_every_accessor_returns_none() {
    for sent in [
        &b"PROXY UNKNOWN\r\n"[..],
        b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x03\x01\x00\x00",
    ] {
        let seen = header(sent);
        assert_eq!(seen.tlvs().next(), None);
        assert_eq!(seen.alpn(), None);
        assert_eq!(seen.authority(), Ok(None));
        assert_eq!(seen.unique_id(), Ok(None));
        assert_eq!(seen.netns(), Ok(None));
        assert_eq!(seen.ssl(), Ok(None));
    }
}

/// The value and its place in the header remain accessible beside each error.
#[test]
fn each_bad_value_is_an_error_that_says_why_and_where() {
    let long_id = [b'u'; UNIQUE_ID_MAX_LEN + 1];
    let overrun = b"\x01\0\0\0\0\x21\x00\x01x\x22\x00\x09y";
    let table: [(u8, &[u8], &str); 12] = [
        (0x02, b"caf\xe9", "AUTHORITY at byte 32: not UTF-8"),
        (0x02, b"\xff\xfe.example", "AUTHORITY at byte 32: not UTF-8"),
        (0x30, b"caf\xe9", "NETNS at byte 32: not US-ASCII"),
        (0x30, b"caf\xc3\xa9", "NETNS at byte 32: not US-ASCII"),
        (
            0x05,
            &long_id,
            "UNIQUE_ID at byte 32: 129 bytes, at most 128 allowed",
        ),
        (0x20, b"", "SSL at byte 32: 0 bytes, 5 needed"),
        (0x20, b"\x01\0\0\0", "SSL at byte 32: 4 bytes, 5 needed"),
        (
            0x20,
            b"\x01\0\0\0\0\x21",
            "SSL at byte 32: sub-TLV overruns at byte 40",
        ),
        (
            0x20,
            b"\x01\0\0\0\0\x21\0",
            "SSL at byte 32: sub-TLV overruns at byte 40",
        ),
        (
            0x20,
            b"\x01\0\0\0\0\x21\0\x01",
            "SSL at byte 32: sub-TLV overruns at byte 40",
        ),
        (
            0x20,
            b"\x01\0\0\0\0\x21\xff\xff",
            "SSL at byte 32: sub-TLV overruns at byte 40",
        ),
        (0x20, overrun, "SSL at byte 32: sub-TLV overruns at byte 44"),
    ];
    for (byte, value, want) in table {
        let tlvs = [OutgoingTlv::Noop(1), OutgoingTlv::Raw(TlvType(byte), value)];
        let sent = inet(&tlvs).to_vec().unwrap();
        let seen = header(&sent);
        let tlv = seen.tlv(TlvType(byte)).unwrap();
        let error = tlv.typed().unwrap_err();
        assert_eq!(error.to_string(), want);
        assert_eq!(tlv.value(), value);
        let requested = match byte {
            0x02 => seen.authority().unwrap_err(),
            0x30 => seen.netns().unwrap_err(),
            0x05 => seen.unique_id().unwrap_err(),
            _ => seen.ssl().unwrap_err(),
        };
        assert_eq!(requested, error);
    }
}

#[test]
fn a_crc32c_outside_a_header_may_be_of_any_length() {
    for (bytes, found) in [(&b"\x03\x00\x00"[..], 0), (b"\x03\x00\x05abcde", 5)] {
        let error = only_tlv(bytes).typed().unwrap_err();
        assert!(
            matches!(
                error,
                TlvError {
                    tlv_type: TlvType::CRC32C,
                    sub_type: None,
                    offset: 0,
                    kind: TlvErrorKind::Length { required: 4, found: f, .. },
                    ..
                } if f == found
            ),
            "{error:?}"
        );
        let want = format!("CRC32C at byte 0: {found} bytes, 4 needed");
        assert_eq!(error.to_string(), want);
    }
}

#[test]
fn a_unique_id_may_have_128_bytes() {
    for len in [0, 1, 127, 128] {
        let value = vec![0xFF; len];
        let sent = inet(&[OutgoingTlv::UniqueId(&value)]).to_vec().unwrap();
        assert_eq!(header(&sent).unique_id(), Ok(Some(&value[..])));
    }
}

#[test]
fn alpn_is_one_protocol_or_a_list_of_names() {
    let table: [(&[u8], Option<&[&str]>); 14] = [
        (b"", None),
        (b"h2", None),
        (b"imap", None),
        (b"http/1.1", None),
        (b"\x02h2", Some(&["h2"])),
        (b"\x02h2\x08http/1.1", Some(&["h2", "http/1.1"])),
        (b"\x00\x0c\x02h2\x08http/1.1", Some(&["h2", "http/1.1"])),
        (b"\x00\x03\x02h2", Some(&["h2"])),
        // A length that is not that of the list, names that overrun, empty names.
        (b"\x00\x04\x02h2", None),
        (b"\x00\x02\x02h2", None),
        (b"\x03h2", None),
        (b"\x02h2\x00", None),
        (b"\x00", None),
        (b"\x00\x00", None),
    ];
    for (value, want) in table {
        let sent = inet(&[OutgoingTlv::Alpn(value)]).to_vec().unwrap();
        let alpn = header(&sent).alpn().unwrap();
        assert_eq!(alpn.as_bytes(), value);
        let names = alpn.protocols().map(|names| {
            let names = names.map(|name| std::str::from_utf8(name).unwrap());
            names.collect::<Vec<_>>()
        });
        assert_eq!(names.as_deref(), want, "{}", value.escape_ascii());
    }
}

#[test]
fn cloud_tlvs_mean_what_their_docs_say() {
    let aws = b"\xea\x00\x17\x01vpce-08d2bf15fac5001c9";
    let aws = only_tlv(aws);
    let TypedTlv::AwsVpcEndpointId(id) = aws.typed().unwrap() else {
        panic!("{aws:?}")
    };
    assert_eq!(id.as_str(), "vpce-08d2bf15fac5001c9");

    let azure = only_tlv(b"\xee\x00\x05\x01\x32\x45\x00\x06");
    let TypedTlv::AzurePrivateEndpointLinkId(id) = azure.typed().unwrap() else {
        panic!("{azure:?}")
    };
    assert_eq!(id.get(), 0x0600_4532);

    let gcp = only_tlv(b"\xe0\x00\x08\x00\x00\x01\x1f\x71\xfb\x04\xcb");
    let TypedTlv::GcpPscConnectionId(id) = gcp.typed().unwrap() else {
        panic!("{gcp:?}")
    };
    assert_eq!(id.get(), 0x011f_71fb_04cb);
}

#[test]
fn cloud_tlvs_are_framed_as_their_providers_do() {
    let sent = unspec(&[
        OutgoingTlv::AwsVpcEndpointId("vpce-1"),
        OutgoingTlv::AzurePrivateEndpointLinkId(0x0600_4532),
        OutgoingTlv::GcpPscConnectionId(0x011f_71fb_04cb),
    ])
    .to_vec()
    .unwrap();
    let want: [&[u8]; 3] = [
        b"\xea\x00\x07\x01vpce-1",
        b"\xee\x00\x05\x01\x32\x45\x00\x06",
        b"\xe0\x00\x08\x00\x00\x01\x1f\x71\xfb\x04\xcb",
    ];
    assert_eq!(sent[16..], want.concat());
}

/// The same types may be used by someone else.
#[test]
fn other_forms_of_cloud_types_are_other() {
    let table: [&[u8]; 12] = [
        b"\xea\x00\x00",
        b"\xea\x00\x01\x01",
        b"\xea\x00\x07\x02vpce-1",
        b"\xea\x00\x06vpce-1",
        b"\xea\x00\x03\x01\xc3\xa9",
        b"\xee\x00\x00",
        b"\xee\x00\x04\x01\x00\x00\x00",
        b"\xee\x00\x06\x01\x00\x00\x00\x00\x00",
        b"\xee\x00\x05\x02\x00\x00\x00\x00",
        b"\xe0\x00\x07\x00\x00\x00\x00\x00\x00\x00",
        b"\xe0\x00\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\xe1\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00",
    ];
    for bytes in table {
        let tlv = only_tlv(bytes);
        assert_eq!(
            tlv.typed(),
            Ok(TypedTlv::Other(tlv)),
            "{}",
            bytes.escape_ascii()
        );
        assert_eq!(AwsVpcEndpointId::from_tlv(&tlv), None);
        assert_eq!(AzurePrivateEndpointLinkId::from_tlv(&tlv), None);
        assert_eq!(GcpPscConnectionId::from_tlv(&tlv), None);
    }
}

/// Values of the right form in a TLV of another type.
#[test]
fn a_cloud_id_is_only_read_from_its_own_type() {
    let [aws, azure, gcp] = [&b"\x01vpce-1"[..], b"\x01\0\0\0\0", b"\0\0\0\0\0\0\0\0"];
    for byte in 0..=u8::MAX {
        let [aws, azure, gcp] = [aws, azure, gcp].map(|value| framed(byte, value));
        let found = [
            AwsVpcEndpointId::from_tlv(&only_tlv(&aws)).is_some(),
            AzurePrivateEndpointLinkId::from_tlv(&only_tlv(&azure)).is_some(),
            GcpPscConnectionId::from_tlv(&only_tlv(&gcp)).is_some(),
        ];
        assert_eq!(found, [byte == 0xEA, byte == 0xEE, byte == 0xE0]);
    }
}

#[test]
fn tlvs_of_a_row_are_iterated_once_and_end() {
    for row in complete_rows() {
        let seen = header(&row.header);
        let mut tlvs = seen.tlvs();
        let mut offset = row.header.len() - tlvs.remaining().len();
        for tlv in tlvs.by_ref() {
            assert_eq!(tlv.offset(), offset, "{}", row.id);
            let value_offset = tlv.value_offset();
            offset = value_offset + tlv.value().len();
            assert_eq!(&row.header[value_offset..offset], tlv.value(), "{}", row.id);
        }
        assert_eq!(offset, row.header.len(), "{}", row.id);
        assert_eq!((tlvs.next(), tlvs.next()), (None, None), "{}", row.id);
    }
}

#[test]
fn bytes_that_are_not_tlvs_are_refused_at_the_tlv_that_overruns() {
    let table: [(&[u8], usize, &str); 5] = [
        (b"\x04", 0, "TLV of 3 or more bytes, only 1 left at byte 0"),
        (
            b"\x04\x00",
            0,
            "TLV of 3 or more bytes, only 2 left at byte 0",
        ),
        (
            b"\x04\x00\x01",
            0,
            "TLV of 4 or more bytes, only 3 left at byte 0",
        ),
        (
            b"\x04\x00\x01x\x04",
            4,
            "TLV of 3 or more bytes, only 1 left at byte 4",
        ),
        (
            b"\x04\x00\x00\x04\xff\xff",
            3,
            "TLV of 65538 or more bytes, only 3 left at byte 3",
        ),
    ];
    for (bytes, offset, want) in table {
        let error = Tlvs::new(bytes).unwrap_err();
        assert_eq!((error.offset, error.to_string().as_str()), (offset, want));
    }
    assert_eq!(Tlvs::new(b"").unwrap().next(), None);
}

#[test]
fn a_tlv_is_shown_escaped() {
    let bytes = framed(0x02, b"a\n");
    assert_eq!(
        format!("{:?}", only_tlv(&bytes)),
        r#"AUTHORITY(0x02) "a\n""#
    );
}

fn only_tlv(bytes: &[u8]) -> Tlv<'_> {
    let mut tlvs = Tlvs::new(bytes).unwrap();
    let tlv = tlvs.next().unwrap();
    assert_eq!(tlvs.next(), None);
    tlv
}

fn framed(tlv_type: u8, value: &[u8]) -> Vec<u8> {
    let len = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[tlv_type][..], &len, value].concat()
}
