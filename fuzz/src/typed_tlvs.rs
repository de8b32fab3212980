//! TLVs: split as the bytes are framed, and interpreted if their values are valid.

use proxy_proto::{Ssl, SslSubTlv, Tlv, Tlvs, TypedTlv};

use crate::oracle::{
    frame,
    typed::{Meaning, meaning, ssl_meaning},
};

/// Framing, meanings and sub-TLVs are those of the oracle.
pub fn typed_tlvs(data: &[u8]) {
    let want = frame(data, 0);
    let tlvs = match Tlvs::new(data) {
        Ok(tlvs) => tlvs,
        Err(error) => return assert_eq!(Some(error.offset), want.broken_at),
    };
    assert_eq!(want.broken_at, None);
    assert_eq!(tlvs.clone().count(), want.tlvs.len());
    for (tlv, want) in tlvs.zip(want.tlvs) {
        let place = (tlv.offset(), tlv.tlv_type().0, tlv.value());
        assert_eq!(place, (want.offset, want.tlv_type, want.value));
        let typed = tlv.typed();
        let _ = format!("{tlv:?} {typed:?}");
        match (typed, meaning(want.tlv_type, want.value)) {
            (Ok(typed), Some(meaning)) => check(&tlv, &typed, &meaning),
            (Err(error), None) => {
                assert_eq!(
                    (error.tlv_type, error.offset),
                    (tlv.tlv_type(), tlv.offset())
                );
                assert!(error.to_string().is_ascii());
            }
            (typed, meaning) => panic!("{typed:?}, but {meaning:?}"),
        }
    }
}

fn check(tlv: &Tlv<'_>, typed: &TypedTlv<'_>, meaning: &Meaning<'_>) {
    match (typed, meaning) {
        (TypedTlv::Alpn(alpn), Meaning::Bytes(value)) => {
            assert_eq!(alpn.as_bytes(), *value);
            if let Some(names) = alpn.protocols() {
                let framed: Vec<_> = names.flat_map(with_its_length).collect();
                assert!(*value == framed || value.get(2..) == Some(&framed));
            }
        }
        (TypedTlv::Authority(text) | TypedTlv::Netns(text), Meaning::Text(want)) => {
            assert_eq!(text, want);
        }
        (TypedTlv::Crc32c(sum), Meaning::Number(want)) => assert_eq!(sum, want),
        (TypedTlv::Noop(value) | TypedTlv::UniqueId(value), Meaning::Bytes(want)) => {
            assert_eq!(value, want);
        }
        (TypedTlv::Ssl(ssl), _) => check_ssl(tlv, ssl, meaning),
        (TypedTlv::AwsVpcEndpointId(id), Meaning::Bytes(value)) => {
            assert!(id.as_str().is_ascii());
            assert_eq!([b"\x01", id.as_str().as_bytes()].concat(), *value);
        }
        (TypedTlv::AzurePrivateEndpointLinkId(id), Meaning::Bytes(value)) => {
            assert_eq!([&[0x01], &id.get().to_le_bytes()[..]].concat(), *value);
        }
        (TypedTlv::GcpPscConnectionId(id), Meaning::Bytes(value)) => {
            assert_eq!(id.get().to_be_bytes(), *value);
        }
        (TypedTlv::Other(other), Meaning::Bytes(_)) => assert_eq!(other, tlv),
        (typed, meaning) => panic!("{typed:?}, but {meaning:?}"),
    }
}

fn with_its_length(name: &[u8]) -> Vec<u8> {
    [&[u8::try_from(name.len()).expect("a byte")], name].concat()
}

fn check_ssl(tlv: &Tlv<'_>, ssl: &Ssl<'_>, meaning: &Meaning<'_>) {
    let Meaning::Ssl {
        client,
        verify,
        tlvs,
    } = meaning
    else {
        panic!("{ssl:?}, but {meaning:?}");
    };
    assert_eq!((ssl.client().0, ssl.verify()), (*client, *verify));
    let has_certificate = client & 0b110 != 0;
    assert_eq!(ssl.client_has_certificate(), has_certificate);
    assert_eq!(ssl.client_is_verified(), has_certificate && *verify == 0);

    assert_eq!(ssl.sub_tlvs().count(), tlvs.len());
    for (sub_tlv, want) in ssl.sub_tlvs().zip(tlvs) {
        let place = (sub_tlv.offset(), sub_tlv.sub_type().0, sub_tlv.value());
        assert_eq!(
            place,
            (tlv.value_offset() + want.offset, want.tlv_type, want.value)
        );
        check_sub_tlv(&sub_tlv);
        let first = tlvs.iter().find(|tlv| tlv.tlv_type == want.tlv_type);
        assert_eq!(
            ssl.sub_tlv(sub_tlv.sub_type()).map(|tlv| tlv.value()),
            first.map(|tlv| tlv.value)
        );
    }
}

fn check_sub_tlv(sub_tlv: &SslSubTlv<'_>) {
    let meaning = ssl_meaning(sub_tlv.sub_type().0, sub_tlv.value());
    match (sub_tlv.text(), meaning) {
        (Ok(Some(text)), Some(Meaning::Text(want))) => assert_eq!(text, want),
        (Ok(None), Some(Meaning::Bytes(_))) | (Err(_), None) => {}
        (text, meaning) => panic!("{text:?}, but {meaning:?}"),
    }
}
