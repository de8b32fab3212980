//! The core against the oracle: two decoders that share nothing but the spec.

use proxy_proto::{
    AddressFamily, Command, Decoded, Endpoint, Header, TransportProtocol, Version, Versions,
};

use crate::{
    case::Case,
    oracle::{self, Allowed, Place, Seen, Settings, Verdict},
};

/// Both decoders give one verdict, at the same offset, with the same header.
pub fn differential(data: &[u8]) {
    let Some(case) = Case::new(data) else { return };
    let settings = Settings {
        versions: match case.choice.versions() {
            Versions::Both => Allowed::Both,
            Versions::Only(Version::V1) => Allowed::OnlyV1,
            Versions::Only(Version::V2) => Allowed::OnlyV2,
        },
        compare_checksum: case.choice.compares_checksum(),
        v4_in_tcp6: case.choice.takes_v4_in_tcp6(),
        max_header_len: Some(case.choice.max_header_len()),
    };
    let found = case.options().decode(case.input);
    let want = oracle::judge(case.input, &settings);
    assert_eq!(verdict(found), want);
}

fn verdict(found: Decoded<'_>) -> Verdict {
    match found {
        Decoded::Complete(header) => Verdict::Complete(seen(&header)),
        Decoded::NeedMore(more) => Verdict::NeedMore {
            at_least: more.at_least(),
        },
        Decoded::Invalid(error) => Verdict::Invalid {
            offset: error.offset,
        },
    }
}

fn seen(header: &Header<'_>) -> Seen {
    Seen {
        len: header.len(),
        version: match header.version() {
            Version::V1 => 1,
            Version::V2 => 2,
        },
        proxy: header.command() == Command::Proxy,
        family: match header.address_family() {
            AddressFamily::Unspec => 0,
            AddressFamily::Inet => 1,
            AddressFamily::Inet6 => 2,
            AddressFamily::Unix => 3,
        },
        transport: match header.transport_protocol() {
            TransportProtocol::Unspec => 0,
            TransportProtocol::Stream => 1,
            TransportProtocol::Dgram => 2,
        },
        source: header.source().map(place),
        destination: header.destination().map(place),
        tlvs: header
            .tlvs()
            .map(|tlv| (tlv.tlv_type().0, tlv.value().to_vec()))
            .collect(),
    }
}

fn place(endpoint: Endpoint<'_>) -> Place {
    match endpoint {
        Endpoint::Ip(address) => Place::Ip(address),
        Endpoint::Unix(address) => Place::Unix(address.as_bytes().to_vec()),
    }
}
