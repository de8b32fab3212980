//! Headers written from their parts: the exact bytes, in every way of writing them.

use bytes::{BufMut, BytesMut};
use proxy_proto::{
    Addresses, Command, EncodeError, Encoder, Header, OutgoingTlv, OwnedHeader, TlvType,
    TransportProtocol, UnixAddress, decode_datagram,
};

use crate::common::encoding::{
    NOT_CANONICAL, canonical_rows, complete_rows, from_parts, inet, new_tlvs, written_again,
};
use crate::common::{Seen, header};

/// A constant, to show that a header can be one.
const HEALTH_CHECK: Encoder<'static> = Encoder::local();

#[test]
fn canonical_rows_are_encoded_back_byte_for_byte() {
    for row in canonical_rows() {
        let written = written_again(&header(&row.header));
        assert_eq!(
            written.escape_ascii().to_string(),
            row.header.escape_ascii().to_string(),
            "{}",
            row.id
        );
    }
}

#[test]
fn other_rows_keep_their_meaning_when_encoded_back() {
    for row in complete_rows() {
        let Some((_, why)) = NOT_CANONICAL.iter().find(|(id, _)| *id == row.id) else {
            continue;
        };
        let received = header(&row.header);
        let written = written_again(&received);
        assert_ne!(written, row.header, "{}: {why}, but written again", row.id);
        let again = header(&written);
        let seen = Seen {
            consumed: written.len(),
            // Without endpoints, the family is not written again.
            family: received.addresses().family(),
            ..Seen::from(received)
        };
        assert_eq!(Seen::from(again), seen, "{}", row.id);
        if received.command() == Command::Local {
            assert_eq!(again.block(), received.block(), "{}", row.id);
        }
        assert_eq!(written_again(&again), written, "{}", row.id);
    }
}

#[test]
fn an_owned_header_is_encoded_from_its_view() {
    for row in canonical_rows() {
        let owned = OwnedHeader::from(header(&row.header)).clone();
        assert_eq!(written_again(&owned.header()), row.header, "{}", row.id);
        assert_eq!(owned.as_bytes(), &row.header, "{}", row.id);
    }
}

#[test]
fn nothing_after_the_header_is_touched() {
    for row in canonical_rows() {
        let received = header(&row.header);
        let tlvs = new_tlvs(&received);
        let mut out = vec![FILLED; row.header.len() + 9];
        let len = from_parts(&received, &tlvs).encode(&mut out).unwrap();
        assert_eq!(out[..len], row.header, "{}", row.id);
        assert_eq!(out[len..], [FILLED; 9], "{}", row.id);
    }
}

#[test]
fn a_buffer_one_byte_too_short_is_not_touched() {
    for row in canonical_rows() {
        let received = header(&row.header);
        let tlvs = new_tlvs(&received);
        let required = row.header.len();
        let mut out = vec![FILLED; required - 1];
        let error = from_parts(&received, &tlvs).encode(&mut out).unwrap_err();
        assert_too_small(error, required, required - 1);
        assert!(out.iter().all(|&byte| byte == FILLED), "{}", row.id);
    }
}

/// The error is found halfway through the header.
#[test]
fn a_header_that_is_refused_leaves_all_buffers_alone() {
    let tlvs = [
        OutgoingTlv::Crc32c,
        OutgoingTlv::Alpn(b"imap"),
        OutgoingTlv::Crc32c,
    ];
    let refused = inet(&tlvs);
    let mut out = [FILLED; 107];
    assert_eq!(refused.encode(&mut out), Err(EncodeError::ChecksumRepeated));
    assert_eq!(
        refused.encode_datagram(b"payload", &mut out),
        Err(EncodeError::ChecksumRepeated)
    );
    assert_eq!(
        refused.encode_to(&mut &mut out[..]),
        Err(EncodeError::ChecksumRepeated)
    );
    assert_eq!(out, [FILLED; 107]);

    let mut out = BytesMut::from("kept");
    assert_eq!(
        refused.encode_to(&mut out),
        Err(EncodeError::ChecksumRepeated)
    );
    assert_eq!(out, "kept");
    assert_eq!(refused.to_vec(), Err(EncodeError::ChecksumRepeated));
    assert_eq!(refused.encoded_len(), Err(EncodeError::ChecksumRepeated));
}

#[test]
fn all_ways_to_write_agree() {
    for row in canonical_rows() {
        let received = header(&row.header);
        let tlvs = new_tlvs(&received);
        let encoder = from_parts(&received, &tlvs);
        let len = row.header.len();
        assert_eq!(encoder.encoded_len(), Ok(len), "{}", row.id);
        assert_eq!(encoder.to_vec().as_ref(), Ok(&row.header), "{}", row.id);

        let mut out = BytesMut::from("before");
        assert_eq!(encoder.encode_to(&mut out), Ok(len), "{}", row.id);
        assert_eq!(out[..6], *b"before", "{}", row.id);
        assert_eq!(out[6..], row.header, "{}", row.id);

        let mut out = vec![FILLED; len + 8];
        assert_eq!(encoder.encode_datagram(b"EHLO\r\n", &mut out), Ok(len + 6));
        assert_eq!(out[..len], row.header, "{}", row.id);
        assert_eq!(out[len..], *b"EHLO\r\n\xA5\xA5", "{}", row.id);
        let (seen, payload) = decode_datagram(&out[..len + 6]).unwrap();
        assert_eq!(
            (seen.as_bytes(), payload),
            (&row.header[..], &b"EHLO\r\n"[..]),
            "{}",
            row.id
        );
    }
}

/// Below and above the 536 bytes up to which a header is built on the stack.
#[test]
fn a_fixed_buf_mut_receives_all_or_nothing() {
    for value_len in [0, 100, 504, 505, 506, 2000] {
        let value = vec![b'x'; value_len];
        let tlvs = [OutgoingTlv::Raw(TlvType(0xE1), &value), OutgoingTlv::Crc32c];
        let encoder = inet(&tlvs);
        let required = 28 + 3 + value_len + 7;

        let mut out = vec![FILLED; required - 1];
        let mut place = &mut out[..];
        let error = encoder.encode_to(&mut place).unwrap_err();
        assert_too_small(error, required, required - 1);
        assert_eq!(place.remaining_mut(), required - 1);
        assert!(out.iter().all(|&byte| byte == FILLED));

        let mut out = vec![FILLED; required + 1];
        let mut place = &mut out[..];
        assert_eq!(encoder.encode_to(&mut place), Ok(required));
        assert_eq!(place.remaining_mut(), 1);
        assert_eq!(Ok(&out[..required]), encoder.to_vec().as_deref());
        assert_eq!(out[required], FILLED);
    }
}

#[test]
fn a_buf_mut_in_two_pieces_is_filled_across_both() {
    let tlvs = [OutgoingTlv::Authority("example.com"), OutgoingTlv::Crc32c];
    let encoder = inet(&tlvs);
    let len = encoder.encoded_len().unwrap();
    for first_len in 0..=len {
        let mut first = vec![FILLED; first_len];
        let mut second = vec![FILLED; len - first_len];
        let mut out = (&mut first[..]).chain_mut(&mut second[..]);
        assert_eq!(encoder.encode_to(&mut out), Ok(len));
        assert_eq!(Ok([first, second].concat()), encoder.to_vec());
    }
}

#[test]
fn a_datagram_holds_header_and_payload_or_nothing() {
    let tlvs = [OutgoingTlv::UniqueId(b"42")];
    let encoder = inet(&tlvs);
    let required = 28 + 5 + 7;
    for len in 0..required {
        let mut out = vec![FILLED; len];
        let error = encoder.encode_datagram(b"payload", &mut out).unwrap_err();
        assert_too_small(error, required, len);
        assert!(out.iter().all(|&byte| byte == FILLED));
    }
    let mut out = vec![FILLED; required];
    assert_eq!(encoder.encode_datagram(b"payload", &mut out), Ok(required));
    let (seen, payload) = decode_datagram(&out).unwrap();
    assert_eq!((seen.len(), payload), (28 + 5, &b"payload"[..]), "{seen:?}");
}

#[test]
fn a_local_header_is_16_bytes_that_all_receivers_accept() {
    let mut out = [FILLED; 17];
    assert_eq!(HEALTH_CHECK.encode(&mut out), Ok(16));
    assert_eq!(&out, b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00\xA5");
}

/// Version, command, family and transport: what is written is what the spec assigns.
#[test]
fn bytes_12_and_13_are_those_that_the_spec_assigns() {
    use TransportProtocol::{Dgram, Stream, Unspec};
    let unix = Addresses::unix(UnixAddress::UNNAMED, UnixAddress::UNNAMED);
    let [inet, inet6] = ["192.0.2.1:25", "[2001:db8::1]:25"].map(|text| {
        let address = text.parse().unwrap();
        Addresses::ip(address, address).unwrap()
    });
    let table = [
        (Unspec, Addresses::Unspec, 0x00),
        (Stream, Addresses::Unspec, 0x01),
        (Dgram, Addresses::Unspec, 0x02),
        (Stream, inet, 0x11),
        (Dgram, inet, 0x12),
        (Stream, inet6, 0x21),
        (Dgram, inet6, 0x22),
        (Stream, unix, 0x31),
        (Dgram, unix, 0x32),
    ];
    for transport in [Unspec, Stream, Dgram] {
        for addresses in [Addresses::Unspec, inet, inet6, unix] {
            let row = table
                .iter()
                .find(|row| (row.0, row.1) == (transport, addresses));
            let encoder = Encoder::v2(transport, addresses);
            match row {
                Some((.., byte_13)) => {
                    let written = encoder.unwrap().to_vec().unwrap();
                    assert_eq!(written[12..14], [0x21, *byte_13]);
                }
                None => assert_eq!(encoder.unwrap_err(), EncodeError::AddressesUnspec),
            }
        }
    }
    for block in [&b""[..], b"\xff\xff"] {
        let written = Encoder::local_with_block(block).to_vec().unwrap();
        assert_eq!(written[12..14], [0x20, 0x00]);
    }
}

/// As HAProxy's health checks do with a CRC32C.
#[test]
fn tlvs_after_local_are_in_its_raw_block() {
    let tlvs = [OutgoingTlv::Crc32c];
    let written = Encoder::local().with_tlvs(&tlvs).to_vec().unwrap();
    let seen: Header<'_> = header(&written);
    assert_eq!(seen.block(), b"\x03\x00\x04\xa9\xb8\x7e\x8f");
    assert_eq!(seen.tlvs().count(), 0);
}

#[test]
fn setting_tlvs_again_replaces_the_earlier_ones() {
    let [first, second] = [[OutgoingTlv::Noop(5)], [OutgoingTlv::Noop(1)]];
    let encoder = inet(&first).with_tlvs(&second);
    assert_eq!(encoder.encoded_len(), Ok(28 + 4));
    assert_eq!(encoder.with_tlvs(&[]).encoded_len(), Ok(28));
}

fn assert_too_small(error: EncodeError, required: usize, found: usize) {
    let want = format!("buffer of {found} bytes, at least {required} needed");
    assert_eq!(error.to_string(), want);
    assert!(
        matches!(error, EncodeError::BufferTooSmall { required: r, found: f, .. }
            if (r, f) == (required, found)),
        "{error:?}"
    );
}

/// What buffers hold before.
const FILLED: u8 = 0xA5;
