//! Properties of all headers: encoding, then decoding, returns what went in, and vice versa.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use proptest::{
    collection::vec,
    prelude::{any, prop_assert, prop_assert_eq, prop_assume, proptest},
    sample::Index,
};
use proxy_proto::{
    Addresses, Command, DecodeOptions, Decoded, EncodeError, Encoder, Forward, OutgoingSsl,
    OutgoingSslSubTlv, OutgoingTlv, OwnedHeader, Ssl, Tlv, TlvEdit, TlvType, Tlvs,
    TransportProtocol, TypedTlv, Version, decode, decode_datagram,
};

use crate::common::encoding::{proxy, types_and_values, unspec, written_again};
use crate::common::strategies::{config, headers, headers_with_tlvs, starts, tlv_lists};
use crate::common::{Seen, header};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_encoded_header_decodes_to_the_same((start, tlvs) in (starts(), tlv_lists())) {
        let (version, transport, addresses) = start;
        let encoder = encoder(start, &tlvs);
        let written = encoder.to_vec().unwrap();
        prop_assert_eq!(encoder.encoded_len(), Ok(written.len()));

        let seen = header(&written);
        prop_assert_eq!(seen.as_bytes(), &written);
        prop_assert_eq!(seen.version(), version);
        prop_assert_eq!(seen.command(), Command::Proxy);
        prop_assert_eq!(seen.transport_protocol(), transport);
        prop_assert_eq!(seen.addresses(), addresses);
        prop_assert_eq!(seen.address_family(), addresses.family());
        match version {
            Version::V1 => prop_assert_eq!(seen.tlvs().next(), None),
            Version::V2 => assert_mean(&tlvs, seen.tlvs(), written.len()),
        }
        prop_assert_eq!(written_again(&seen), written);
    }

    #[test]
    fn local_is_followed_by_what_was_requested(block in vec(any::<u8>(), 0..300), tlvs in tlv_lists()) {
        let written = Encoder::local_with_block(&block).to_vec().unwrap();
        let seen = header(&written);
        prop_assert_eq!((seen.command(), seen.block()), (Command::Local, &block[..]));
        prop_assert_eq!(seen.tlvs().next(), None);

        let written = Encoder::local().with_tlvs(&tlvs).to_vec().unwrap();
        let seen = header(&written);
        prop_assert_eq!((seen.command(), seen.source()), (Command::Local, None));
        assert_mean(&tlvs, Tlvs::new(seen.block()).unwrap(), written.len());
    }

    #[test]
    fn a_proper_prefix_is_never_complete(start in starts(), tlvs in tlv_lists()) {
        let written = encoder(start, &tlvs).to_vec().unwrap();
        for len in 0..written.len() {
            let Decoded::NeedMore(more) = decode(&written[..len]) else {
                panic!("{len} bytes of {}", written.escape_ascii());
            };
            prop_assert!(more.at_least() <= written.len() - len);
            let truncated = decode_datagram(&written[..len]).unwrap_err();
            prop_assert_eq!(truncated.offset, len);
        }
    }

    #[test]
    fn a_buffer_too_small_is_refused_and_left_alone(
        start in starts(),
        tlvs in tlv_lists(),
        missing in 1..40_usize,
    ) {
        let encoder = encoder(start, &tlvs);
        let required = encoder.encoded_len().unwrap();
        let mut out = vec![0xA5; required.saturating_sub(missing)];
        let error = encoder.encode(&mut out).unwrap_err();
        prop_assert!(
            matches!(error, EncodeError::BufferTooSmall { required: r, found, .. }
                if (r, found) == (required, out.len())),
            "{:?}", error
        );
        prop_assert!(out.iter().all(|&byte| byte == 0xA5));
    }

    #[test]
    fn a_second_checksum_is_refused_at_any_place(tlvs in tlv_lists(), place: Index) {
        let mut tlvs = tlvs;
        tlvs.insert(place.index(tlvs.len() + 1), OutgoingTlv::Crc32c);
        tlvs.push(OutgoingTlv::Crc32c);
        prop_assert_eq!(unspec(&tlvs).to_vec(), Err(EncodeError::ChecksumRepeated));
    }

    /// The checksum covers every bit. Bits that determine what is a TLV are left alone.
    #[test]
    fn a_flipped_bit_is_noticed(start in starts(), flipped: Index, bit in 0..8_u8) {
        prop_assume!(start.0 == Version::V2);
        let tlvs = [OutgoingTlv::Authority("example.com"), OutgoingTlv::Crc32c];
        let mut written = encoder(start, &tlvs).to_vec().unwrap();
        let [authority, checksum] = [3 + 11 + 3 + 4, 3 + 4].map(|behind| written.len() - behind);
        let places: Vec<_> = (16..authority)
            .chain(authority + 3..checksum)
            .chain(checksum + 3..written.len())
            .collect();
        written[*flipped.get(&places)] ^= 1 << bit;
        prop_assert!(matches!(decode(&written), Decoded::Invalid(_)));
        let lenient = DecodeOptions::new().with_checksum(false).decode(&written);
        prop_assert!(matches!(lenient, Decoded::Complete(_)));
    }

    #[test]
    fn encoding_again_changes_the_form_once_and_never_the_meaning(received in headers()) {
        let seen = header(&received);
        prop_assert_eq!(seen.as_bytes(), &received);
        let written = written_again(&seen);
        let again = header(&written);
        let want = Seen {
            consumed: written.len(),
            // Without endpoints, the family is not written again.
            family: seen.addresses().family(),
            ..Seen::from(seen)
        };
        prop_assert_eq!(Seen::from(again), want);
        if seen.command() == Command::Local {
            prop_assert_eq!(again.block(), seen.block());
        }
        prop_assert_eq!(written_again(&again), &written[..]);
        let owned = OwnedHeader::from(seen);
        prop_assert_eq!(owned.header(), seen);
        prop_assert_eq!(written_again(&owned.header()), &written[..]);
    }

    #[test]
    fn forwarding_without_edits_keeps_every_byte(received in headers()) {
        let forwarded = Forward::new(header(&received), &[]).unwrap();
        prop_assert_eq!(forwarded.to_vec(), Ok(received));
    }

    #[test]
    fn forwarding_loses_only_what_an_edit_names(received in headers_with_tlvs(1), place: Index) {
        let seen = header(&received);
        let tlvs = types_and_values(&seen);
        let (dropped, _) = *place.get(&tlvs);
        let edits = [TlvEdit::Drop(dropped), TlvEdit::Append(OutgoingTlv::Crc32c)];
        let written = Forward::new(seen, &edits).unwrap().to_vec().unwrap();

        let forwarded = header(&written);
        let mut found = types_and_values(&forwarded);
        prop_assert_eq!(found.pop().map(|(tlv_type, _)| tlv_type), Some(TlvType::CRC32C));
        let kept = tlvs.into_iter().filter(|(tlv_type, _)| *tlv_type != dropped);
        prop_assert_eq!(found, kept.collect::<Vec<_>>());
        prop_assert_eq!(forwarded.addresses(), seen.addresses());
        prop_assert_eq!(&written[12..14], &received[12..14]);
    }
}

/// A header with these parts; version 1 has no TLVs.
fn encoder<'a>(
    (version, transport, addresses): (Version, TransportProtocol, Addresses<'a>),
    tlvs: &'a [OutgoingTlv<'a>],
) -> Encoder<'a> {
    let encoder = proxy(version, transport, addresses).unwrap();
    match version {
        Version::V1 => encoder,
        Version::V2 => encoder.with_tlvs(tlvs),
    }
}

/// Asserts that the TLVs received, the last ones of a header of this length, are those requested.
fn assert_mean(requested: &[OutgoingTlv<'_>], mut received: Tlvs<'_>, header_len: usize) {
    for new in requested {
        let start = header_len - received.remaining().len();
        match *new {
            OutgoingTlv::PadToMultipleOf(unit) if start % usize::from(unit.get()) == 0 => continue,
            OutgoingTlv::PadToLen(len) if start >= len.into() => continue,
            _ => {}
        }
        let tlv = received.next().unwrap();
        let end = header_len - received.remaining().len();
        assert!(means(new, &tlv, end), "{new:?}, {tlv:?} up to {end}");
    }
    assert_eq!(received.next(), None);
}

/// Whether a TLV received is the one requested, and ends where it should.
fn means(new: &OutgoingTlv<'_>, tlv: &Tlv<'_>, end: usize) -> bool {
    let is_zero = |value: &[u8]| value.iter().all(|&byte| byte == 0);
    match (*new, tlv.typed()) {
        (OutgoingTlv::Raw(TlvType::CRC32C, _) | OutgoingTlv::Crc32c, Ok(TypedTlv::Crc32c(_))) => {
            true
        }
        (OutgoingTlv::Raw(tlv_type, value), _) => {
            (tlv_type, value) == (tlv.tlv_type(), tlv.value())
        }
        (OutgoingTlv::Alpn(value), Ok(TypedTlv::Alpn(alpn))) => alpn.as_bytes() == value,
        (OutgoingTlv::Authority(name), Ok(TypedTlv::Authority(found))) => found == name,
        (OutgoingTlv::Noop(len), Ok(TypedTlv::Noop(found))) => {
            found.len() == usize::from(len) && is_zero(found)
        }
        (OutgoingTlv::PadToMultipleOf(unit), Ok(TypedTlv::Noop(found))) => {
            end % usize::from(unit.get()) == 0 && is_zero(found)
        }
        (OutgoingTlv::PadToLen(len), Ok(TypedTlv::Noop(found))) => {
            (0..=2).any(|more| end == usize::from(len) + more) && is_zero(found)
        }
        (OutgoingTlv::UniqueId(id), Ok(TypedTlv::UniqueId(found))) => found == id,
        (OutgoingTlv::Ssl(new), Ok(TypedTlv::Ssl(ssl))) => ssl_means(&new, &ssl),
        (OutgoingTlv::Netns(name), Ok(TypedTlv::Netns(found))) => found == name,
        (OutgoingTlv::AwsVpcEndpointId(id), Ok(TypedTlv::AwsVpcEndpointId(found))) => {
            found.as_str() == id
        }
        (
            OutgoingTlv::AzurePrivateEndpointLinkId(id),
            Ok(TypedTlv::AzurePrivateEndpointLinkId(found)),
        ) => found.get() == id,
        (OutgoingTlv::GcpPscConnectionId(id), Ok(TypedTlv::GcpPscConnectionId(found))) => {
            found.get() == id
        }
        _ => false,
    }
}

fn ssl_means(new: &OutgoingSsl<'_>, ssl: &Ssl<'_>) -> bool {
    (ssl.client(), ssl.verify()) == (new.client, new.verify)
        && ssl.sub_tlvs().count() == new.sub_tlvs.len()
        && new.sub_tlvs.iter().zip(ssl.sub_tlvs()).all(|(new, tlv)| {
            let found = (tlv.sub_type(), tlv.value());
            match *new {
                OutgoingSslSubTlv::Text(sub_type, text) => {
                    let is_text = sub_type.text_encoding().is_some();
                    found == (sub_type, text.as_bytes())
                        && tlv.text() == Ok(is_text.then_some(text))
                }
                OutgoingSslSubTlv::Raw(sub_type, value) => found == (sub_type, value),
                _ => false,
            }
        })
}
