//! G8: a datagram carries a whole header of its own, or it is invalid.

use proxy_proto::{DecodeErrorKind, DecodeOptions, Version, Versions, decode_datagram};

use crate::common::{Verdict, vectors};

#[test]
fn g8_whole_headers_are_accepted_and_the_rest_is_payload() {
    for row in vectors() {
        let Verdict::Complete(want) = row.want else {
            continue;
        };
        let (header, payload) = decode_datagram(&row.bytes).unwrap();
        assert_eq!(header, crate::common::header(&row.bytes), "{}", row.id);
        assert_eq!(payload, &row.bytes[want.consumed..], "{}", row.id);
    }
}

#[test]
fn g8_a_partial_header_is_truncated_at_the_end_of_the_datagram() {
    for row in vectors() {
        let end = row.bytes.len().min(row.decided_at());
        for datagram in (0..end).map(|len| &row.bytes[..len]) {
            let Verdict::NeedMore { at_least } = Verdict::from(proxy_proto::decode(datagram))
            else {
                panic!("{}: first {} bytes", row.id, datagram.len());
            };
            let error = decode_datagram(datagram).unwrap_err();
            assert_eq!(error.offset, datagram.len(), "{}", row.id);
            let DecodeErrorKind::Truncated {
                at_least: reported, ..
            } = error.kind
            else {
                panic!("{}: {error:?}", row.id);
            };
            assert_eq!(reported, at_least, "{}", row.id);
        }
    }
    assert_eq!(decode_datagram(b"").unwrap_err().offset, 0);
}

#[test]
fn g8_invalid_headers_are_invalid_at_the_same_byte() {
    for row in vectors() {
        let Verdict::Invalid { offset } = row.want else {
            continue;
        };
        assert_eq!(
            decode_datagram(&row.bytes),
            Err(crate::common::error(&row.bytes)),
            "{}",
            row.id
        );
        assert_eq!(
            decode_datagram(&row.bytes).unwrap_err().offset,
            offset,
            "{}",
            row.id
        );
    }
}

#[test]
fn g8_options_apply_to_datagrams() {
    let only_v2 = DecodeOptions::new().with_versions(Versions::Only(Version::V2));
    let line = b"PROXY UNKNOWN\r\npayload";
    assert_eq!(decode_datagram(line).unwrap().1, b"payload");
    assert_eq!(only_v2.decode_datagram(line).unwrap_err().offset, 0);
    let error = only_v2.decode_datagram(b"").unwrap_err();
    assert_eq!(
        error.to_string(),
        "truncated header, at least 16 more bytes needed at byte 0"
    );
}

/// Nothing is kept from one datagram for the next.
#[test]
fn g8_each_datagram_is_decoded_independently() {
    let [first, second] = [
        b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\nfirst",
        b"PROXY TCP4 192.0.2.9 198.51.100.2 56324 443\r\nagain",
    ];
    let source = |datagram| {
        let (header, _) = decode_datagram(datagram).unwrap();
        header.source().unwrap().ip().unwrap().to_string()
    };
    assert_eq!(source(first), "192.0.2.1");
    // Payload alone is invalid, even though a header came before it.
    assert_eq!(decode_datagram(b"payload").unwrap_err().offset, 0);
    assert_eq!(source(second), "192.0.2.9");
    // Neither half of a header is a header.
    for middle in 1..45 {
        let (start, end) = first.split_at(middle);
        assert!(decode_datagram(start).is_err(), "{middle}");
        assert!(decode_datagram(end).is_err(), "{middle}");
    }
}
