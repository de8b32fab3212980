//! The cases that are measured: inputs of any length, and the work done on them.

use std::{
    hint::black_box,
    net::{Ipv4Addr, SocketAddrV4},
};

use proxy_proto::{
    Addresses, Decoded, Decoder, Encoder, Forward, Header, OutgoingTlv, Ssl, TlvEdit, TlvType,
    Tlvs, TransportProtocol, TypedTlv, V2_MAX_LEN, decode,
};

pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Each twice the one before.
    pub(crate) lens: [usize; 4],
    /// Makes the input; not measured.
    pub(crate) prepare: fn(usize) -> Vec<u8>,
    pub(crate) work: fn(&[u8]),
}

/// Lengths of the contents of a header, up to almost the maximum.
const HEADERS: [usize; 4] = [8_000, 16_000, 32_000, 64_000];

/// Lengths of the text after `UNKNOWN`, up to almost the maximum of a line.
const LINES: [usize; 4] = [11, 22, 44, 88];

pub(crate) const CASES: &[Case] = &[
    case("empty TLVs", HEADERS, empty_tlvs, walk),
    case("empty TLVs, fed by bytes", HEADERS, empty_tlvs, feed),
    case("empty TLVs, overrun", HEADERS, overrun, refuse),
    case("empty TLVs, forwarded", HEADERS, empty_tlvs, forward),
    case("empty TLVs, encoded", HEADERS, empty_tlvs, encode),
    case("checksum", HEADERS, checksum, walk),
    case("empty sub-TLVs", HEADERS, sub_tlvs, walk_ssl),
    case("SSL in SSL", HEADERS, nested_ssl, unwrap_ssl),
    case("ALPN names", HEADERS, alpn, list_protocols),
    case("line and payload", HEADERS, line_and_payload, walk),
    case("endless line", HEADERS, line, refuse),
    case("line", LINES, line, ask),
];

const fn case(
    name: &'static str,
    lens: [usize; 4],
    prepare: fn(usize) -> Vec<u8>,
    work: fn(&[u8]),
) -> Case {
    Case {
        name,
        lens,
        prepare,
        work,
    }
}

fn empty_tlvs(len: usize) -> Vec<u8> {
    v2(&[0xE1, 0, 0].repeat(len / 3))
}

fn overrun(len: usize) -> Vec<u8> {
    let mut tlvs = [0xE1, 0, 0].repeat(len / 3);
    tlvs.push(0xE1);
    v2(&tlvs)
}

fn checksum(len: usize) -> Vec<u8> {
    let noop = OutgoingTlv::Noop(len.try_into().unwrap());
    encoded(&[noop, OutgoingTlv::Crc32c])
}

fn sub_tlvs(len: usize) -> Vec<u8> {
    v2(&ssl(&[0x99, 0, 0].repeat(len / 3)))
}

fn nested_ssl(len: usize) -> Vec<u8> {
    let per_level = ssl(&[]).len();
    v2(&(0..len / per_level).fold(Vec::new(), |inner, _| ssl(&inner)))
}

fn alpn(len: usize) -> Vec<u8> {
    let names = [1, b'x'].repeat(len / 2);
    encoded(&[OutgoingTlv::Alpn(&names)])
}

fn line_and_payload(len: usize) -> Vec<u8> {
    let mut input = b"PROXY TCP6 2001:db8::1 2001:db8::7 56324 143\r\n".to_vec();
    input.resize(len, b'x');
    input
}

/// A line without its end.
fn line(len: usize) -> Vec<u8> {
    [b"PROXY UNKNOWN ", &*b"x".repeat(len)].concat()
}

/// A header over IPv4 with these bytes as its TLVs.
fn v2(tlvs: &[u8]) -> Vec<u8> {
    let len = u16::try_from(12 + tlvs.len()).unwrap().to_be_bytes();
    let addresses = [0; 12];
    [b"\r\n\r\n\0\r\nQUIT\n\x21\x11", &len[..], &addresses, tlvs].concat()
}

fn encoded(tlvs: &[OutgoingTlv<'_>]) -> Vec<u8> {
    encoder().with_tlvs(tlvs).to_vec().unwrap()
}

/// Addresses of zeros, in as many bytes as `v2` has.
fn encoder<'a>() -> Encoder<'a> {
    let none = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
    Encoder::v2(TransportProtocol::Stream, Addresses::inet(none, none)).unwrap()
}

/// An SSL TLV around these sub-TLVs.
fn ssl(sub_tlvs: &[u8]) -> Vec<u8> {
    let len = u16::try_from(5 + sub_tlvs.len()).unwrap().to_be_bytes();
    [&[0x20][..], &len, &[0; 5], sub_tlvs].concat()
}

fn header(input: &[u8]) -> Header<'_> {
    match decode(input) {
        Decoded::Complete(header) => header,
        other => panic!("{other:?}"),
    }
}

/// All TLVs with their meaning, and a search for one that is absent.
fn walk(input: &[u8]) {
    let header = header(input);
    header.tlvs().for_each(|tlv| {
        let _ = black_box(tlv.typed());
    });
    assert!(header.tlv(TlvType::AUTHORITY).is_none());
}

fn feed(input: &[u8]) {
    let mut decoder = Decoder::<V2_MAX_LEN>::sized(Default::default());
    for byte in input.chunks(1) {
        let _ = black_box(decoder.feed(byte));
    }
    assert!(decoder.header(&[]).is_some());
}

fn refuse(input: &[u8]) {
    assert!(matches!(decode(black_box(input)), Decoded::Invalid(_)));
}

fn ask(input: &[u8]) {
    assert!(matches!(decode(black_box(input)), Decoded::NeedMore(_)));
}

fn forward(input: &[u8]) {
    let edits = [
        TlvEdit::Drop(TlvType::NOOP),
        TlvEdit::Replace(TlvType::NETNS, OutgoingTlv::Netns("blue")),
    ];
    let mut out = vec![0; input.len() + 7];
    let forward = Forward::new(header(input), &edits).unwrap();
    assert_eq!(forward.encode(&mut out), Ok(input.len() + 7));
}

fn encode(input: &[u8]) {
    let mut out = vec![0; input.len()];
    let tlvs: Vec<_> = header(input).tlvs().map(OutgoingTlv::from).collect();
    assert_eq!(encoder().with_tlvs(&tlvs).encode(&mut out), Ok(input.len()));
}

fn outermost<'a>(tlvs: Tlvs<'a>) -> Option<Ssl<'a>> {
    match tlvs.into_iter().next()?.typed() {
        Ok(TypedTlv::Ssl(ssl)) => Some(ssl),
        other => panic!("{other:?}"),
    }
}

fn walk_ssl(input: &[u8]) {
    let ssl = outermost(header(input).tlvs()).unwrap();
    ssl.sub_tlvs().for_each(|tlv| {
        let _ = black_box(tlv.text());
    });
    assert!(black_box((ssl.cn(), ssl.group())) == (Ok(None), Ok(None)));
}

/// All levels, although the core itself opens only the outermost.
fn unwrap_ssl(input: &[u8]) {
    let mut tlvs = header(input).tlvs();
    while let Some(ssl) = outermost(tlvs) {
        let inner = ssl.sub_tlvs().next().map_or(&[][..], |tlv| tlv.value());
        tlvs = Tlvs::new(inner.get(5..).unwrap_or_default()).unwrap();
    }
}

fn list_protocols(input: &[u8]) {
    let names = header(input).alpn().unwrap().protocols().unwrap();
    assert!(names.map(black_box).count() > 1000);
}
