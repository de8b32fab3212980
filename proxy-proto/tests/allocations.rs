//! Decoding, encoding and the decision of a policy allocate nothing; keeping a header allocates once.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test, although without the test harness"
)]

use std::{alloc::System, hint::black_box, num::NonZeroU16};

use proxy_proto::{
    Addresses, Alpn, ConnectionInfo, Decoded, Decoder, Encoder, Endpoint, Forward, Header,
    OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, OwnedHeader, Policy, Progress, SslClientFlags,
    SslSubTlvType, TlvEdit, TlvType, TransportProtocol, TypedTlv, UnixAddress, decode,
    decode_datagram,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let (headers, policy) = (headers(), policy());
    let each = |case: fn(&[u8])| headers.iter().for_each(|header| case(header));
    let infos: Vec<_> = headers.iter().map(|header| connection(header)).collect();
    let cases: [(&str, &dyn Fn()); 10] = [
        ("decode", &|| each(decodes)),
        ("decode a prefix", &|| each(asks)),
        ("decode invalid input", &|| each(refuses)),
        ("feed byte by byte", &|| each(feeds)),
        ("walk the TLVs", &|| each(walks)),
        ("encode", &encodes),
        ("forward", &|| each(forwards)),
        ("datagrams", &|| each(datagram)),
        ("admit", &|| admits(&policy)),
        ("clone a ConnectionInfo", &|| infos.iter().for_each(clones)),
    ];
    for (name, case) in cases {
        assert_eq!(heap_use(case), Stats::default(), "{name}");
        println!("{name}: no allocation");
    }
    let keep_headers = heap_use(&|| each(keeps));
    let found = (keep_headers.allocations, keep_headers.reallocations);
    assert_eq!(found, (headers.len(), 0), "keep a header");
    println!("keep a header: one allocation");
    let one_box = heap_use(&|| drop(black_box(Box::new(0_u8))));
    assert_eq!((one_box.allocations, one_box.deallocations), (1, 1));
}

fn heap_use(case: &dyn Fn()) -> Stats {
    let region = Region::new(HEAP);
    case();
    region.change()
}

fn decodes(bytes: &[u8]) {
    assert_eq!(header(bytes).as_bytes(), bytes);
}

fn asks(bytes: &[u8]) {
    for len in 0..bytes.len() {
        assert!(matches!(decode(&bytes[..len]), Decoded::NeedMore(_)));
    }
}

/// Flips a bit in each of the first 16 bytes, and in the last.
fn refuses(bytes: &[u8]) {
    let mut wrong = [0; 512];
    let wrong = &mut wrong[..bytes.len()];
    let mut refused = 0;
    for offset in (0..16).chain([bytes.len() - 1]) {
        wrong.copy_from_slice(bytes);
        wrong[offset.min(bytes.len() - 1)] ^= 0x80;
        refused += usize::from(matches!(decode(wrong), Decoded::Invalid(_)));
    }
    assert!(refused >= 12);
}

fn feeds(bytes: &[u8]) {
    let mut decoder = Decoder::new();
    let mut last = None;
    for byte in bytes.chunks(1) {
        last = Some(decoder.feed(byte));
    }
    assert!(matches!(last, Some(Progress::Complete { consumed: 1, .. })));
    assert!(decoder.header(&[]).is_some());
    decoder.reset();
}

fn walks(bytes: &[u8]) {
    let header = header(bytes);
    for tlv in header.tlvs() {
        match black_box(tlv.typed()) {
            Ok(TypedTlv::Alpn(alpn)) => list_protocols(alpn),
            Ok(TypedTlv::Ssl(ssl)) => {
                assert!(ssl.sub_tlvs().all(|tlv| tlv.text().is_ok()));
                assert_eq!(ssl.cn(), Ok(Some("bob")));
                assert!(ssl.sub_tlv(SslSubTlvType(0x99)).is_none());
            }
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
    let _ = black_box((header.alpn(), header.authority(), header.ssl()));
    let _ = black_box((header.unique_id(), header.netns()));
}

fn list_protocols(alpn: Alpn<'_>) {
    let names = alpn.protocols().expect("a list of names");
    assert_eq!(names.count(), 2);
}

fn encodes() {
    let mut out = [0; 512];
    for addresses in addresses() {
        let encoder = Encoder::v2(TransportProtocol::Stream, addresses)
            .expect("version 2 accepts any addresses")
            .with_tlvs(TLVS);
        let len = encoder.encode(&mut out);
        assert_eq!(len, encoder.encoded_len());
        assert!(encoder.encode(&mut out[..20]).is_err());
        if let Ok(line) = Encoder::v1(addresses) {
            assert!(line.encode(&mut out).is_ok());
        }
    }
}

fn forwards(bytes: &[u8]) {
    let header = header(bytes);
    let mut out = [0; 512];
    let whole = Forward::new(header, &[]).and_then(|forward| forward.encode(&mut out));
    assert_eq!(whole, Ok(bytes.len()));
    let edits = [
        TlvEdit::Drop(TlvType::NOOP),
        TlvEdit::Replace(TlvType::AUTHORITY, OutgoingTlv::Authority("example.org")),
        TlvEdit::KeepOnly(&[TlvType::SSL, TlvType::CRC32C, TlvType::ALPN]),
        TlvEdit::Append(OutgoingTlv::UniqueId(b"43")),
    ];
    let edited = Forward::new(header, &edits).and_then(|forward| forward.encode(&mut out));
    assert_eq!(edited.is_ok(), bytes.starts_with(b"\r\n"));
}

fn datagram(bytes: &[u8]) {
    let mut datagram = [0; 512];
    let len = Forward::new(header(bytes), &[])
        .and_then(|forward| forward.encode_datagram(b"payload", &mut datagram))
        .expect("a buffer for both");
    let (_, payload) = decode_datagram(&datagram[..len]).expect("a header");
    assert_eq!(payload, b"payload");
    assert!(decode_datagram(&bytes[..bytes.len() - 1]).is_err());
}

fn policy() -> Policy {
    let trusted = "10.0.0.0/8 192.0.2.0/25 2001:db8::/32 ::1 unix".parse();
    Policy::new(trusted.expect("networks"))
}

fn admits(policy: &Policy) {
    for endpoint in addresses().iter().filter_map(Addresses::source) {
        let _ = black_box(policy.admit(endpoint));
        let _ = black_box(policy.admit(endpoint.to_canonical()));
    }
    let _ = black_box(policy.admit(Endpoint::Unix(UnixAddress::UNNAMED)));
    assert!(!policy.refuses_everyone());
}

fn keeps(bytes: &[u8]) {
    assert_eq!(
        black_box(OwnedHeader::from(header(bytes))).as_bytes(),
        bytes
    );
}

fn clones(info: &ConnectionInfo) {
    assert_eq!(black_box(info.clone()), *info);
    let owned = info.owned_header().expect("a header");
    assert_eq!(Some(black_box(owned.clone()).header()), info.header());
}

fn connection(bytes: &[u8]) -> ConnectionInfo {
    let unix = Endpoint::Unix(UnixAddress::UNNAMED);
    ConnectionInfo::new(unix, unix, Some(header(bytes).into()))
}

fn header(bytes: &[u8]) -> Header<'_> {
    match decode(bytes) {
        Decoded::Complete(header) => header,
        other => panic!("{other:?}"),
    }
}

/// Headers of every kind: both versions, all families and LOCAL, each with and without TLVs.
fn headers() -> Vec<Vec<u8>> {
    let mut encoders = vec![Encoder::local(), Encoder::local_with_block(b"\x04\0\0")];
    encoders.push(Encoder::v1_unknown());
    encoders.extend(Encoder::v2(TransportProtocol::Unspec, Addresses::Unspec));
    for addresses in addresses() {
        encoders.extend(Encoder::v1(addresses));
        for transport in [TransportProtocol::Stream, TransportProtocol::Dgram] {
            encoders.extend(Encoder::v2(transport, addresses));
        }
    }
    let bare = encoders.clone();
    encoders.extend(bare.iter().map(|encoder| encoder.with_tlvs(TLVS)));
    let headers: Vec<_> = encoders.iter().flat_map(Encoder::to_vec).collect();
    assert_eq!(headers.len(), 2 + (1 + 2) + (1 + 8) + 2 + (1 + 8));
    headers
}

fn addresses() -> [Addresses<'static>; 4] {
    const UNIX: UnixAddress<'_> = UnixAddress::new(&[b'x'; UnixAddress::LEN]);
    let ip = |text: &str| text.parse().expect("an address and port");
    [
        Addresses::Unspec,
        Addresses::ip_mapped(ip("192.0.2.1:56324"), ip("198.51.100.7:143")),
        Addresses::ip_mapped(ip("[2001:db8::1]:56324"), ip("198.51.100.7:143")),
        Addresses::unix(UNIX, UnixAddress::UNNAMED),
    ]
}

const TLVS: &[OutgoingTlv<'_>] = &[
    OutgoingTlv::Alpn(b"\x02h2\x08http/1.1"),
    OutgoingTlv::Authority("example.com"),
    OutgoingTlv::Crc32c,
    OutgoingTlv::Noop(3),
    OutgoingTlv::UniqueId(b"42"),
    OutgoingTlv::Ssl(OutgoingSsl {
        client: SslClientFlags::SSL,
        verify: 0,
        sub_tlvs: &[
            OutgoingSslSubTlv::Text(SslSubTlvType::VERSION, "TLSv1.3"),
            OutgoingSslSubTlv::Text(SslSubTlvType::CN, "bob"),
        ],
    }),
    OutgoingTlv::Netns("blue"),
    OutgoingTlv::AwsVpcEndpointId("vpce-12a"),
    OutgoingTlv::AzurePrivateEndpointLinkId(7),
    OutgoingTlv::GcpPscConnectionId(8),
    OutgoingTlv::Raw(TlvType(0xF0), b"ours"),
    OutgoingTlv::PadToMultipleOf(NonZeroU16::new(8).expect("8 is not 0")),
    OutgoingTlv::PadToLen(400),
];
