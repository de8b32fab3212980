//! There and back: a decoded header can be encoded again.

use proxy_proto::{
    Addresses, Command, Decoded, Encoder, Forward, Header, OutgoingTlv, OwnedHeader, TlvEdit,
    TlvType, Version, decode,
};

use crate::case::Case;

/// A decoded header, encoded and decoded again, is equal, and encodes to the same bytes from then on.
pub fn round_trip(data: &[u8]) {
    let Some(case) = Case::new(data) else { return };
    let Decoded::Complete(received) = case.options().decode(case.input) else {
        return;
    };
    let owned = OwnedHeader::from(received);
    assert_eq!(owned.header(), received);

    let untouched = Forward::new(received, &[]).expect("nothing to edit");
    assert_eq!(untouched.to_vec().expect("it fits"), received.as_bytes());

    let written = written_again(&received);
    let again = header(&written);
    assert_same(&again, &received);
    assert_eq!(written_again(&again), written);

    forwarded(received);
}

/// The header encoded from its parts.
fn written_again(header: &Header<'_>) -> Vec<u8> {
    let tlvs: Vec<_> = header.tlvs().map(OutgoingTlv::from).collect();
    let encoder = match header.command() {
        Command::Local => Ok(Encoder::local_with_block(header.block())),
        Command::Proxy => match (header.version(), header.addresses()) {
            (Version::V1, Addresses::Unspec) => Ok(Encoder::v1_unknown()),
            (Version::V1, addresses) => Encoder::v1(addresses),
            (Version::V2, addresses) => Encoder::v2(header.transport_protocol(), addresses),
        },
    };
    encoder
        .expect("parts of a header")
        .with_tlvs(&tlvs)
        .to_vec()
        .expect("parts of a header")
}

/// Adding a checksum changes nothing else.
fn forwarded(received: Header<'_>) {
    let edits = [
        TlvEdit::Drop(TlvType::CRC32C),
        TlvEdit::Append(OutgoingTlv::Crc32c),
    ];
    let Ok(encoder) = Forward::new(received, &edits) else {
        assert!(received.version() == Version::V1 || received.tlvs().next().is_none());
        return;
    };
    let Ok(written) = encoder.to_vec() else {
        assert!(received.version() == Version::V1 || received.len() > 0xFFFF);
        return;
    };
    let forwarded = header(&written);
    assert_eq!(forwarded.addresses(), received.addresses());
    assert_eq!(&written[12..14], &received.as_bytes()[12..14]);
    if received.command() == Command::Proxy {
        let mut tlvs: Vec<_> = forwarded
            .tlvs()
            .map(|tlv| (tlv.tlv_type(), tlv.value()))
            .collect();
        let last = tlvs.pop().map(|(tlv_type, _)| tlv_type);
        assert_eq!(last, Some(TlvType::CRC32C));
        let kept = received.tlvs().map(|tlv| (tlv.tlv_type(), tlv.value()));
        assert!(
            kept.filter(|(tlv_type, _)| *tlv_type != TlvType::CRC32C)
                .eq(tlvs)
        );
    }
}

fn header(bytes: &[u8]) -> Header<'_> {
    match decode(bytes) {
        Decoded::Complete(header) if header.len() == bytes.len() => header,
        verdict => panic!(
            "{verdict:?} for what was encoded: {:?}",
            bytes.escape_ascii().to_string()
        ),
    }
}

/// Everything that a caller can see but the checksum, which is recomputed, and the form of the text.
fn assert_same(left: &Header<'_>, right: &Header<'_>) {
    assert_eq!(left.version(), right.version());
    assert_eq!(left.command(), right.command());
    assert_eq!(left.transport_protocol(), right.transport_protocol());
    assert_eq!(left.addresses(), right.addresses());
    let tlvs = |header: &Header<'_>| -> Vec<_> {
        let tlvs = header
            .tlvs()
            .filter(|tlv| tlv.tlv_type() != TlvType::CRC32C);
        tlvs.map(|tlv| (tlv.tlv_type(), tlv.value().to_vec()))
            .collect()
    };
    assert_eq!(tlvs(left), tlvs(right));
    if left.command() == Command::Local {
        assert_eq!(left.block(), right.block());
    }
}
