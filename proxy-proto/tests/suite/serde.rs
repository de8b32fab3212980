//! Headers and verdicts as JSON, in the shape that `inspect --jsonl` prints.

use proxy_proto::{
    OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, OwnedHeader, SslClientFlags, SslSubTlvType,
    TlvType, decode,
};
use serde_json::{Value, json};

use crate::common::encoding::{complete_rows, inet, unspec};
use crate::common::json::{tables, without_meanings};
use crate::common::{header, v2};

#[test]
fn every_row_is_serialized_as_in_the_table() {
    for (id, input, want) in tables() {
        let found = serde_json::to_value(decode(&input)).unwrap();
        assert_eq!(without_meanings(found), want, "{id}");
    }
}

#[test]
fn a_header_is_serialized_as_its_verdict_without_the_status() {
    for row in complete_rows() {
        let mut want = serde_json::to_value(decode(&row.header)).unwrap();
        want.as_object_mut().unwrap().remove("status");
        let found = header(&row.header);
        assert_eq!(serde_json::to_value(found).unwrap(), want, "{}", row.id);
        let owned = serde_json::to_value(OwnedHeader::from(found)).unwrap();
        assert_eq!(owned, want, "{}", row.id);
    }
}

/// People read logs, so the order matters.
#[test]
fn the_keys_are_in_their_order() {
    let written = inet(&[OutgoingTlv::Authority("example.com")])
        .to_vec()
        .unwrap();
    assert_eq!(
        serde_json::to_string(&decode(&written)).unwrap(),
        concat!(
            r#"{"status":"complete","version":2,"command":"proxy","transport":"stream","#,
            r#""source":"192.0.2.1:56324","destination":"198.51.100.2:443","consumed":42,"#,
            r#""tlvs":[{"type":2,"name":"AUTHORITY","value":"6578616d706c652e636f6d","#,
            r#""decoded":"example.com"}]}"#
        )
    );
    assert_eq!(
        serde_json::to_string(&decode(b"PROXY T")).unwrap(),
        r#"{"status":"need_more","at_least":15}"#
    );
    assert_eq!(
        serde_json::to_string(&decode(b"PROXX")).unwrap(),
        concat!(
            r#"{"status":"invalid","offset":4,"#,
            r#""error":"no PROXY header: 0x58 at byte 4"}"#
        )
    );
}

#[test]
fn names_are_those_of_the_types() {
    for tlv_type in 0..=u8::MAX {
        let written = unspec(&[OutgoingTlv::Raw(TlvType(tlv_type), b"four")]).to_vec();
        let value = serde_json::to_value(header(&written.unwrap())).unwrap();
        assert_eq!(value["tlvs"][0]["type"], tlv_type);
        assert_eq!(value["tlvs"][0]["name"], TlvType(tlv_type).name());
    }
}

#[test]
fn typed_tlvs_are_serialized_by_meaning() {
    let table = [
        (OutgoingTlv::Alpn(b"h2"), json!("h2")),
        (OutgoingTlv::Alpn(b"\xff"), json!("\\xff")),
        (OutgoingTlv::Alpn(b"\x02h2\x04imap"), json!(["h2", "imap"])),
        (OutgoingTlv::Alpn(b"\x00\x03\x02h2"), json!(["h2"])),
        (
            OutgoingTlv::Authority("b\u{fc}cher.example"),
            json!("b\u{fc}cher.example"),
        ),
        (OutgoingTlv::Authority(""), json!("")),
        (OutgoingTlv::Noop(2), Value::Null),
        (OutgoingTlv::UniqueId(b"a-1"), json!("a-1")),
        (
            OutgoingTlv::UniqueId(b"\x00\xff\""),
            json!("\\x00\\xff\\\""),
        ),
        (OutgoingTlv::Netns("ns1"), json!("ns1")),
        (OutgoingTlv::AwsVpcEndpointId("vpce-1"), json!("vpce-1")),
        (
            OutgoingTlv::AzurePrivateEndpointLinkId(0x1234_5678),
            json!(0x1234_5678),
        ),
        (OutgoingTlv::GcpPscConnectionId(u64::MAX), json!(u64::MAX)),
        (OutgoingTlv::Raw(TlvType(0xE1), b"x"), Value::Null),
        (OutgoingTlv::Raw(TlvType(0xE0), b"seven b"), Value::Null),
    ];
    for (tlv, decoded) in table {
        let written = inet(&[tlv]).to_vec().unwrap();
        let value = serde_json::to_value(header(&written)).unwrap();
        let found = &value["tlvs"][0];
        assert_eq!(found["decoded"], decoded, "{tlv:?}");
        assert_eq!(found.get("decoded").is_none(), decoded.is_null(), "{tlv:?}");
        assert_eq!(found.get("error"), None, "{tlv:?}");
    }
}

#[test]
fn the_checksum_is_a_number() {
    let received = v2(0x11, &[crate::common::INET_BLOCK, b"\x03\x00\x04\0\0\0\0"]);
    let lenient = proxy_proto::DecodeOptions::new().with_checksum(false);
    let value = serde_json::to_value(lenient.decode(&received)).unwrap();
    assert_eq!(value["tlvs"][0]["decoded"], 0);
    let written = inet(&[OutgoingTlv::Crc32c]).to_vec().unwrap();
    let want = u32::from_be_bytes(written[31..35].try_into().unwrap());
    let value = serde_json::to_value(header(&written)).unwrap();
    assert_eq!(value["tlvs"][0]["decoded"], want);
}

#[test]
fn the_ssl_tlv_is_an_object_with_its_sub_tlvs() {
    let ssl = OutgoingSsl {
        client: SslClientFlags(0x83),
        verify: 18,
        sub_tlvs: &[
            OutgoingSslSubTlv::Text(SslSubTlvType::CN, "Zo\u{eb}"),
            OutgoingSslSubTlv::Raw(SslSubTlvType::VERSION, b"\xff"),
            OutgoingSslSubTlv::Raw(SslSubTlvType::CLIENT_CERT, b"\x30\x82"),
            OutgoingSslSubTlv::Raw(SslSubTlvType(0x20), b""),
        ],
    };
    let written = inet(&[OutgoingTlv::Ssl(ssl)]).to_vec().unwrap();
    let value = serde_json::to_value(header(&written)).unwrap();
    assert_eq!(
        value["tlvs"][0]["decoded"],
        json!({
            "client": 0x83,
            "verify": 18,
            "client_has_certificate": true,
            "client_is_verified": false,
            "tlvs": [
                { "type": 0x22, "name": "CN", "value": "5a6fc3ab", "decoded": "Zo\u{eb}" },
                {
                    "type": 0x21, "name": "VERSION", "value": "ff",
                    "error": "SSL VERSION at byte 43: not US-ASCII",
                },
                { "type": 0x28, "name": "CLIENT_CERT", "value": "3082" },
                { "type": 0x20, "name": "UNASSIGNED", "value": "" },
            ],
        })
    );
}

#[test]
fn invalid_contents_have_an_error_next_to_their_bytes() {
    let long_id = [b'u'; 129];
    let table: [(u8, &[u8], &str); 5] = [
        (0x02, b"\xff", "AUTHORITY at byte 28: not UTF-8"),
        (
            0x05,
            &long_id,
            "UNIQUE_ID at byte 28: 129 bytes, at most 128 allowed",
        ),
        (0x20, b"\x01", "SSL at byte 28: 1 bytes, 5 needed"),
        (
            0x20,
            b"\x01\0\0\0\0\x21",
            "SSL at byte 28: sub-TLV overruns at byte 36",
        ),
        (0x30, b"\xc3\xab", "NETNS at byte 28: not US-ASCII"),
    ];
    for (tlv_type, value, error) in table {
        let written = inet(&[OutgoingTlv::Raw(TlvType(tlv_type), value)])
            .to_vec()
            .unwrap();
        let found = serde_json::to_value(header(&written)).unwrap();
        let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
        let name = TlvType(tlv_type).name();
        assert_eq!(
            found["tlvs"][0],
            json!({ "type": tlv_type, "name": name, "value": hex, "error": error })
        );
    }
}
