//! Shared by the tests of encoding.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::net::{Ipv4Addr, SocketAddrV4};

use proxy_proto::{
    Addresses, Command, EncodeError, Encoder, Header, OutgoingTlv, TlvType, TransportProtocol,
    Version,
};

use crate::common::{Verdict, vectors};

/// 192.0.2.1:56324 to 198.51.100.2:443.
pub(crate) const INET: Addresses<'static> = Addresses::inet(
    SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 56324),
    SocketAddrV4::new(Ipv4Addr::new(198, 51, 100, 2), 443),
);

/// The complete rows that are not what this library writes, and why.
pub(crate) const NOT_CANONICAL: [(&str, &str); 14] = [
    ("swaks-v1-tcp6", "an IPv6 text in upper case"),
    ("v1-tcp6-full", "an IPv6 text with leading zeros"),
    (
        "v1-tcp6-noncanon-dcolon-one-group",
        "`::` that stands for one group",
    ),
    ("v1-tcp6-leading-dcolon-7", "`::` that stands for one group"),
    (
        "v1-tcp6-compat-dotted",
        "a dotted tail that is not v4-mapped",
    ),
    ("v1-unknown-space", "UNKNOWN with something after it"),
    ("v1-unknown-junk", "UNKNOWN with something after it"),
    ("v1-unknown-nul", "UNKNOWN with something after it"),
    ("v2-local-tcp6", "LOCAL with a family byte"),
    ("v2-local-tcp4-len0", "LOCAL with a family byte"),
    ("v2-local-fam-ff", "LOCAL with a family byte"),
    ("v2-unspec-proxy-junk", "an opaque UNSPEC block"),
    ("v2-fam-10-len12", "addresses with transport UNSPEC"),
    ("v2-fam-30", "addresses with transport UNSPEC"),
];

/// A vector or capture that is a whole header, without the payload after it.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) header: Vec<u8>,
}

pub(crate) fn complete_rows() -> Vec<Row> {
    let rows = vectors().into_iter().filter_map(|row| match row.want {
        Verdict::Complete(seen) => Some(Row {
            id: row.id,
            header: row.bytes[..seen.consumed].to_vec(),
        }),
        _ => None,
    });
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), 245);
    rows
}

pub(crate) fn canonical_rows() -> Vec<Row> {
    let mut rows = complete_rows();
    rows.retain(|row| NOT_CANONICAL.iter().all(|(id, _)| *id != row.id));
    assert_eq!(rows.len(), 245 - NOT_CANONICAL.len());
    rows
}

/// The TLVs of `header`, to be sent again.
pub(crate) fn new_tlvs<'a>(header: &Header<'a>) -> Vec<OutgoingTlv<'a>> {
    header.tlvs().map(OutgoingTlv::from).collect()
}

/// A new header with the contents of `header`, but these TLVs.
pub(crate) fn from_parts<'a>(header: &Header<'a>, tlvs: &'a [OutgoingTlv<'a>]) -> Encoder<'a> {
    let encoder = match header.command() {
        Command::Local => Ok(Encoder::local_with_block(header.block())),
        Command::Proxy => proxy(
            header.version(),
            header.transport_protocol(),
            header.addresses(),
        ),
    };
    encoder.unwrap().with_tlvs(tlvs)
}

/// A header that relays a connection, if there can be one.
pub(crate) fn proxy(
    version: Version,
    transport: TransportProtocol,
    addresses: Addresses<'_>,
) -> Result<Encoder<'_>, EncodeError> {
    match (version, transport, addresses) {
        (Version::V1, TransportProtocol::Unspec, Addresses::Unspec) => Ok(Encoder::v1_unknown()),
        (Version::V1, TransportProtocol::Stream, _) => Encoder::v1(addresses),
        (Version::V1, ..) => Err(EncodeError::NotInV1),
        (Version::V2, ..) => Encoder::v2(transport, addresses),
    }
}

/// A new header with the contents of `header`.
pub(crate) fn written_again(header: &Header<'_>) -> Vec<u8> {
    from_parts(header, &new_tlvs(header)).to_vec().unwrap()
}

/// Version 2, STREAM, from 192.0.2.1:56324 to 198.51.100.2:443, with these TLVs.
pub(crate) fn inet<'a>(tlvs: &'a [OutgoingTlv<'a>]) -> Encoder<'a> {
    let encoder = Encoder::v2(TransportProtocol::Stream, INET);
    encoder.unwrap().with_tlvs(tlvs)
}

/// Version 2, UNSPEC, with these TLVs right after the 16 fixed bytes.
pub(crate) fn unspec<'a>(tlvs: &'a [OutgoingTlv<'a>]) -> Encoder<'a> {
    let encoder = Encoder::v2(TransportProtocol::Unspec, Addresses::Unspec);
    encoder.unwrap().with_tlvs(tlvs)
}

/// The TLVs as types and values.
pub(crate) fn types_and_values<'a>(header: &Header<'a>) -> Vec<(TlvType, &'a [u8])> {
    let tlvs = header.tlvs();
    tlvs.map(|tlv| (tlv.tlv_type(), tlv.value())).collect()
}
