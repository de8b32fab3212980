//! Compares results of the core with known ones. These are the calls that are executed.

use core::hint::black_box;

use proxy_proto::{
    Addresses, Command, Decoded, Decoder, Encoder, Forward, Header, OutgoingSsl, OutgoingSslSubTlv,
    OutgoingTlv, Progress, SslClientFlags, SslSubTlvType, TlvEdit, TlvType, TransportProtocol,
    Version, decode, decode_datagram,
};

/// The number of the first wrong result, counted from 1.
pub(crate) fn first_wrong() -> Option<i32> {
    let answers = [
        decodes_a_line(),
        decodes_version_2(),
        asks_for_more(),
        refuses(),
        decodes_byte_by_byte(LINE),
        decodes_byte_by_byte(VERSION_2),
        encodes(Version::V1, &[]),
        encodes(Version::V2, &TLVS),
        forwards(),
        decodes_a_datagram(),
    ];
    let (number, _) = (1..).zip(answers).find(|(_, is_right)| !is_right)?;
    Some(number)
}

fn decodes_a_line() -> bool {
    let Decoded::Complete(header) = decode(black_box(LINE)) else {
        return false;
    };
    let port = header.source().and_then(|source| source.port());
    header.command() == Command::Proxy && port == Some(56324)
}

fn decodes_version_2() -> bool {
    let Decoded::Complete(header) = decode(black_box(VERSION_2)) else {
        return false;
    };
    header.len() == VERSION_2.len() && header.tlvs().count() == 1
}

fn asks_for_more() -> bool {
    matches!(decode(black_box(b"PROXY UNKNO")), Decoded::NeedMore(more) if more.at_least() == 4)
}

fn refuses() -> bool {
    matches!(decode(black_box(b"PROXX")), Decoded::Invalid(error) if error.offset == 4)
}

fn decodes_byte_by_byte(input: &[u8]) -> bool {
    let mut decoder = Decoder::new();
    let mut chunks = black_box(input).chunks(1);
    let complete = chunks.all(|chunk| match decoder.feed(chunk) {
        Progress::NeedMore(_) => true,
        Progress::Complete { consumed, .. } => consumed == 1,
        Progress::Invalid(_) => false,
    });
    complete
        && decoder
            .header(&[])
            .is_some_and(|header| header.len() == input.len())
}

/// Whether an encoded header decodes to the same values, typed TLVs included.
fn encodes(version: Version, tlvs: &[OutgoingTlv<'_>]) -> bool {
    let Decoded::Complete(header) = decode(black_box(LINE)) else {
        return false;
    };
    let encoder = match black_box(version) {
        Version::V1 => Encoder::v1(header.addresses()),
        Version::V2 => Encoder::v2(TransportProtocol::Stream, header.addresses()),
    };
    let Ok(encoder) = encoder else { return false };
    let mut out = [0; 256];
    let Ok(len) = encoder
        .with_tlvs(black_box(tlvs))
        .encode(black_box(&mut out))
    else {
        return false;
    };
    matches!(
        decode(out.get(..len).unwrap_or_default()),
        Decoded::Complete(again)
            if again.source() == header.source() && tlvs_are_understood(&again)
    )
}

fn tlvs_are_understood(header: &Header<'_>) -> bool {
    let text = |sub_type| match header.ssl() {
        Ok(Some(ssl)) => ssl.sub_tlv(sub_type).map(|tlv| tlv.text()),
        _ => None,
    };
    header.tlvs().all(|tlv| tlv.typed().is_ok())
        && (header.version() == Version::V1
            || header.authority() == Ok(Some("example.com"))
                && text(SslSubTlvType::CN) == Some(Ok(Some("bob"))))
}

fn forwards() -> bool {
    let Decoded::Complete(header) = decode(black_box(VERSION_2)) else {
        return false;
    };
    let edits = [
        TlvEdit::Drop(TlvType::NOOP),
        TlvEdit::Replace(TlvType::CRC32C, OutgoingTlv::Crc32c),
    ];
    let mut out = [0; 64];
    let len = Forward::new(header, black_box(&edits))
        .and_then(|forward| forward.encode(black_box(&mut out)));
    len == Ok(VERSION_2.len() + 3)
}

fn decodes_a_datagram() -> bool {
    let mut datagram = [0; 64];
    let len = Encoder::local().encode_datagram(black_box(b"payload"), black_box(&mut datagram));
    let datagram = len.ok().and_then(|len| datagram.get(..len));
    decode_datagram(datagram.unwrap_or_default()).is_ok_and(|(header, payload)| {
        header.addresses() == Addresses::Unspec && payload == b"payload"
    })
}

const TLVS: [OutgoingTlv<'_>; 6] = [
    OutgoingTlv::Authority("example.com"),
    OutgoingTlv::UniqueId(b"42"),
    OutgoingTlv::Ssl(OutgoingSsl {
        client: SslClientFlags::SSL,
        verify: 0,
        sub_tlvs: &[
            OutgoingSslSubTlv::Text(SslSubTlvType::VERSION, "TLSv1.3"),
            OutgoingSslSubTlv::Text(SslSubTlvType::CN, "bob"),
        ],
    }),
    OutgoingTlv::Crc32c,
    OutgoingTlv::Netns("blue"),
    OutgoingTlv::PadToLen(232),
];

const LINE: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";

#[rustfmt::skip]
const VERSION_2: &[u8] = &[
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    0x21, 0x11, 0x00, 0x10,
    192, 0, 2, 1, 198, 51, 100, 7, 0xDC, 0x04, 0x00, 0x8F,
    0x04, 0x00, 0x01, 0x00,
];
