//! Lengths of headers, and what is refused.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::num::NonZeroU16;
use std::net::SocketAddr;

use proxy_proto::{
    Addresses, EncodeError, Encoder, Forward, OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv,
    SENDER_ADDRESSES_LEN, SENDER_SAFE_LEN, SENDER_SEGMENT_LEN, SslClientFlags, SslSubTlvType,
    TlvEdit, TlvType, TransportProtocol, UnixAddress, UnixName, V1_MAX_LEN, V2_MAX_LEN, Version,
};

use proxy_proto_fuzz::oracle::typed::ssl_meaning;

use crate::common::encoding::{INET, inet, proxy, types_and_values, unspec};
use crate::common::header;

/// §2.1 works out 15, 56 and 104 bytes, §2.2 16, 28, 52 and 232.
#[test]
fn the_lengths_computed_in_the_spec() {
    use TransportProtocol::{Dgram, Stream, Unspec};
    let broadcast = ip("255.255.255.255:65535");
    let all_ones = ip("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
    let unix = Addresses::unix(UnixAddress::UNNAMED, UnixAddress::UNNAMED);
    let table = [
        (Version::V1, Unspec, Addresses::Unspec, 15),
        (Version::V1, Stream, ip("1.1.1.1:0"), 32),
        (Version::V1, Stream, broadcast, 56),
        (Version::V1, Stream, ip("[::]:0"), 22),
        (Version::V1, Stream, all_ones, 104),
        (Version::V2, Unspec, Addresses::Unspec, 16),
        (Version::V2, Stream, Addresses::Unspec, 16),
        (Version::V2, Stream, broadcast, 28),
        (Version::V2, Dgram, broadcast, 28),
        (Version::V2, Stream, all_ones, 52),
        (Version::V2, Stream, unix, 232),
    ];
    for (version, transport, addresses, len) in table {
        let encoder = proxy(version, transport, addresses).unwrap();
        assert_eq!(encoder.encoded_len(), Ok(len), "{encoder:?}");
        assert_eq!(encoder.to_vec().unwrap().len(), len, "{encoder:?}");
    }
    assert_eq!((V1_MAX_LEN, V2_MAX_LEN), (107, 65_551));
    let limits = [SENDER_SAFE_LEN, SENDER_ADDRESSES_LEN, SENDER_SEGMENT_LEN];
    assert_eq!(limits, [107, 232, 536]);
}

#[test]
fn a_value_of_the_maximum_length_fits_and_one_byte_more_does_not() {
    let value = vec![b'v'; 65_536];
    let sub_tlvs = |len| {
        [OutgoingSslSubTlv::Raw(
            SslSubTlvType::CLIENT_CERT,
            &value[..len],
        )]
    };
    let ssl = |sub_tlvs| {
        OutgoingTlv::Ssl(OutgoingSsl {
            client: SslClientFlags::SSL,
            verify: 0,
            sub_tlvs,
        })
    };
    let [fits, header_too_long, value_too_long] =
        [65_532 - 8, 65_535 - 8, 65_536 - 8].map(sub_tlvs);
    let fitting = [
        unspec(&[OutgoingTlv::Alpn(&value[..65_532])]).to_vec(),
        unspec(&[ssl(&fits)]).to_vec(),
        unspec(&[OutgoingTlv::Noop(65_532)]).to_vec(),
        inet(&[OutgoingTlv::Alpn(&value[..65_520])]).to_vec(),
        inet(&[OutgoingTlv::Crc32c, OutgoingTlv::Alpn(&value[..65_513])]).to_vec(),
        Encoder::local_with_block(&value[..65_535]).to_vec(),
        Encoder::local()
            .with_tlvs(&[OutgoingTlv::Alpn(&value[..65_532])])
            .to_vec(),
    ];
    for (row, written) in fitting.into_iter().enumerate() {
        let written = written.unwrap();
        assert_eq!(written.len(), V2_MAX_LEN, "row {row}");
        assert_eq!(header(&written).as_bytes(), written, "row {row}");
    }
    assert_eq!(
        types_and_values(&header(
            &unspec(&[OutgoingTlv::Alpn(&value[..65_532])])
                .to_vec()
                .unwrap()
        )),
        [(TlvType::ALPN, &value[..65_532])]
    );

    let header_too_long = [
        (
            unspec(&[OutgoingTlv::Alpn(&value[..65_533])]).encoded_len(),
            65_552,
        ),
        (
            unspec(&[OutgoingTlv::Alpn(&value[..65_535])]).encoded_len(),
            65_554,
        ),
        (unspec(&[ssl(&header_too_long)]).encoded_len(), 65_554),
        (unspec(&[OutgoingTlv::Noop(65_533)]).encoded_len(), 65_552),
        (
            inet(&[OutgoingTlv::Alpn(&value[..65_521])]).encoded_len(),
            65_552,
        ),
        (
            inet(&[OutgoingTlv::Noop(40_000), OutgoingTlv::Noop(40_000)]).encoded_len(),
            80_034,
        ),
        (Encoder::local_with_block(&value).encoded_len(), 65_552),
    ];
    for (result, len) in header_too_long {
        let error = result.unwrap_err();
        assert!(
            matches!(error, EncodeError::HeaderTooLong { found, .. } if found == len),
            "{error:?}"
        );
    }
    let value_too_long = [
        unspec(&[OutgoingTlv::Alpn(&value)]).encoded_len(),
        unspec(&[OutgoingTlv::Raw(TlvType(0xFF), &value)]).encoded_len(),
        unspec(&[ssl(&value_too_long)]).encoded_len(),
    ];
    for result in value_too_long {
        let error = result.unwrap_err();
        assert!(
            matches!(error, EncodeError::ValueTooLong { found: 65_536, .. }),
            "{error:?}"
        );
    }
}

#[test]
fn padding_to_a_multiple_is_minimal() {
    for unit in 1..=64 {
        for before in 0..=64 {
            let filled = vec![b'x'; before];
            let unit = NonZeroU16::new(unit).unwrap();
            let tlvs = [
                OutgoingTlv::Raw(TlvType(0xE1), &filled),
                OutgoingTlv::PadToMultipleOf(unit),
            ];
            let written = inet(&tlvs).to_vec().unwrap();
            let unit = usize::from(unit.get());
            let unpadded = 28 + 3 + before;
            let want = match unpadded.next_multiple_of(unit) {
                len if len == unpadded => unpadded,
                _ => (unpadded + 3).next_multiple_of(unit),
            };
            assert_eq!(written.len(), want, "{unpadded} to {unit}");
            assert_padded(&written, unpadded);
        }
    }
}

#[test]
fn padding_to_a_length_exceeds_it_by_at_most_2() {
    for before in 0..=64 {
        for target in 0..=107 {
            let filled = vec![b'x'; before];
            let tlvs = [
                OutgoingTlv::Raw(TlvType(0xE1), &filled),
                OutgoingTlv::PadToLen(target),
            ];
            let written = inet(&tlvs).to_vec().unwrap();
            let unpadded = 28 + 3 + before;
            let want = match usize::from(target) {
                target if target <= unpadded => unpadded,
                target => target.max(unpadded + 3),
            };
            assert_eq!(written.len(), want, "{unpadded} to {target}");
            assert_padded(&written, unpadded);
        }
    }
}

/// The padding covers what precedes it; the checksum that follows adds to the length, and is
/// correct.
#[test]
fn padding_counts_up_to_its_own_end() {
    let tlvs = [OutgoingTlv::PadToLen(100), OutgoingTlv::Crc32c];
    let written = inet(&tlvs).to_vec().unwrap();
    assert_eq!(header(&written).len(), 107);
}

#[test]
fn each_refusal_has_its_reason() {
    let v4: SocketAddr = "192.0.2.1:25".parse().unwrap();
    let v6: SocketAddr = "[2001:db8::1]:25".parse().unwrap();
    let value = vec![b'v'; 65_536];
    let not_ascii = OutgoingSsl {
        client: SslClientFlags::SSL,
        verify: 0,
        sub_tlvs: &[
            OutgoingSslSubTlv::Text(SslSubTlvType::VERSION, "TLSv1.3"),
            OutgoingSslSubTlv::Text(SslSubTlvType::CIPHER, "caf\u{e9}"),
        ],
    };
    let opaque = Encoder::local_with_block(b"\xff\xff").to_vec().unwrap();
    let line = header(b"PROXY UNKNOWN\r\n");
    let edits = [TlvEdit::Drop(TlvType::NOOP)];
    let mut scoped = Addresses::ip(v6, v6).unwrap();
    if let Addresses::Inet6 { source, .. } = &mut scoped {
        source.set_scope_id(1);
    }
    let table = [
        (
            Addresses::ip(v4, v6).map(|_| 0),
            "source and destination of different families",
        ),
        (
            Addresses::ip(v6, v4).map(|_| 0),
            "source and destination of different families",
        ),
        (
            Encoder::v1(Addresses::Unspec).map(|_| 0),
            "version 1 has only TCP4, TCP6 and UNKNOWN",
        ),
        (
            Encoder::v1(INET).and_then(|line| line.with_tlvs(&[OutgoingTlv::Crc32c]).encoded_len()),
            "version 1 has no TLVs",
        ),
        (
            Forward::new(line, &edits).map(|_| 0),
            "version 1 has no TLVs",
        ),
        (
            Encoder::v2(TransportProtocol::Unspec, INET).map(|_| 0),
            "addresses with an unspecified transport",
        ),
        (
            UnixAddress::field(UnixName::Path(b"")).map(|_| 0),
            "UNIX name of 0 bytes, must be 1 to 108 without NUL",
        ),
        (
            inet(&[OutgoingTlv::Alpn(&value)]).encoded_len(),
            "TLV value of 65536 bytes, at most 65535 allowed",
        ),
        (
            inet(&[OutgoingTlv::Alpn(&value[1..])]).encoded_len(),
            "header of 65566 bytes, at most 65551 allowed",
        ),
        (
            inet(&[OutgoingTlv::Crc32c, OutgoingTlv::Crc32c]).encoded_len(),
            "second CRC32C",
        ),
        (
            inet(&[
                OutgoingTlv::Crc32c,
                OutgoingTlv::Raw(TlvType::CRC32C, b"1234"),
            ])
            .encoded_len(),
            "second CRC32C",
        ),
        (
            inet(&[OutgoingTlv::Raw(TlvType::CRC32C, b"123")]).encoded_len(),
            "CRC32C of 3 bytes instead of 4",
        ),
        (
            inet(&[OutgoingTlv::UniqueId(&value[..129])]).encoded_len(),
            "UNIQUE_ID of 129 bytes, at most 128 allowed",
        ),
        (
            inet(&[OutgoingTlv::Netns("caf\u{e9}")]).encoded_len(),
            "NETNS is not US-ASCII",
        ),
        (
            inet(&[OutgoingTlv::AwsVpcEndpointId("vpce-\u{e9}")]).encoded_len(),
            "APPLICATION(0xea) is not US-ASCII",
        ),
        (
            inet(&[OutgoingTlv::AwsVpcEndpointId("")]).encoded_len(),
            "APPLICATION(0xea) is empty",
        ),
        (
            Encoder::v2(TransportProtocol::Stream, scoped).map(|_| 0),
            "IPv6 address with flow information or a scope ID",
        ),
        (
            inet(&[OutgoingTlv::Ssl(not_ascii)]).encoded_len(),
            "SSL CIPHER is not US-ASCII",
        ),
        (
            Forward::new(header(&opaque), &edits).map(|_| 0),
            "the received block is not TLVs",
        ),
        (
            inet(&[]).encode(&mut [0; 27]),
            "buffer of 27 bytes, at least 28 needed",
        ),
    ];
    for (result, want) in table {
        assert_eq!(result.unwrap_err().to_string(), want);
    }
}

#[test]
fn text_of_the_ssl_tlv_must_be_ascii_where_the_spec_says_so() {
    let not_ascii = "Zo\u{eb}";
    let encoded = |sub_tlv| {
        let ssl = OutgoingSsl {
            client: SslClientFlags::SSL,
            verify: 0,
            sub_tlvs: &[sub_tlv],
        };
        inet(&[OutgoingTlv::Ssl(ssl)]).encoded_len()
    };
    let len = Ok(28 + 3 + 5 + 3 + not_ascii.len());
    for sub_type in (0..=u8::MAX).map(SslSubTlvType) {
        let text = encoded(OutgoingSslSubTlv::Text(sub_type, not_ascii));
        if ssl_meaning(sub_type.0, not_ascii.as_bytes()).is_some() {
            assert_eq!(text, len, "{sub_type:?}");
        } else {
            let is_named = matches!(text, Err(EncodeError::NotAscii {
                tlv_type: TlvType::SSL, sub_type: Some(named), ..
            }) if named == sub_type);
            assert!(is_named, "{sub_type:?}: {text:?}");
        }
        let raw = OutgoingSslSubTlv::Raw(sub_type, not_ascii.as_bytes());
        assert_eq!(encoded(raw), len, "{sub_type:?}");
    }
}

/// A raw TLV is only framed: what the typed one refuses is accepted.
#[test]
fn raw_tlvs_are_not_validated() {
    let long_id = [b'u'; 129];
    let tlvs = [
        OutgoingTlv::Raw(TlvType::UNIQUE_ID, &long_id),
        OutgoingTlv::Raw(TlvType::NETNS, b"\xff"),
        OutgoingTlv::Raw(TlvType::SSL, b""),
    ];
    let written = inet(&tlvs).to_vec().unwrap();
    let seen = header(&written);
    let seen = types_and_values(&seen);
    assert_eq!(seen[0], (TlvType::UNIQUE_ID, &long_id[..]));
    assert_eq!(
        seen[1..],
        [(TlvType::NETNS, &b"\xff"[..]), (TlvType::SSL, b"")]
    );
}

#[test]
fn a_unix_field_holds_its_name_exactly_or_refuses_it() {
    let (longest, longer) = ([b'p'; 108], [b'p'; 109]);
    for name in [
        UnixName::Path(b"/"),
        UnixName::Path(&longest),
        UnixName::Abstract(b"imap"),
        UnixName::Abstract(b"\0im\0ap"),
        UnixName::Abstract(&longest[..107]),
        UnixName::Unnamed,
    ] {
        let field = UnixAddress::field(name).unwrap();
        assert_eq!(UnixAddress::new(&field).name(), name);
    }
    for (name, limit, found) in [
        (UnixName::Path(b""), 108, 0),
        (UnixName::Path(&longer), 108, 109),
        (UnixName::Path(b"\0"), 108, 1),
        (UnixName::Path(b"/run\0"), 108, 5),
        (UnixName::Abstract(b""), 107, 0),
        (UnixName::Abstract(b"imap\0"), 107, 5),
        (UnixName::Abstract(&longest), 107, 108),
    ] {
        let error = UnixAddress::field(name).unwrap_err();
        assert!(
            matches!(error, EncodeError::UnixName { limit: l, found: f, .. } if (l, f) == (limit, found)),
            "{name:?}: {error:?}"
        );
    }
}

#[test]
fn mixed_families_are_v4_mapped_on_request() {
    let v4: SocketAddr = "192.0.2.1:25".parse().unwrap();
    let v6: SocketAddr = "[2001:db8::1]:143".parse().unwrap();
    let line = |source, destination| {
        let addresses = Addresses::ip_mapped(source, destination);
        let encoder = Encoder::v1(addresses);
        String::from_utf8(encoder.unwrap().to_vec().unwrap()).unwrap()
    };
    let table = [
        (v4, v4, "PROXY TCP4 192.0.2.1 192.0.2.1 25 25\r\n"),
        (v4, v6, "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::1 25 143\r\n"),
        (v6, v4, "PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 143 25\r\n"),
        (v6, v6, "PROXY TCP6 2001:db8::1 2001:db8::1 143 143\r\n"),
    ];
    for (source, destination, want) in table {
        assert_eq!(line(source, destination), want);
    }
}

/// Asserts that after `unpadded` bytes there is nothing, or one NOOP of zeros to the end.
fn assert_padded(written: &[u8], unpadded: usize) {
    let seen = header(written);
    let padding = seen.tlvs().nth(1);
    assert_eq!(padding.is_some(), written.len() > unpadded);
    assert!(padding.is_none_or(|tlv| {
        tlv.tlv_type() == TlvType::NOOP && tlv.value().iter().all(|&byte| byte == 0)
    }));
    assert!(seen.tlvs().nth(2).is_none());
}

fn ip(both: &str) -> Addresses<'static> {
    let address = both.parse().unwrap();
    Addresses::ip(address, address).unwrap()
}
