//! The header that a relayed connection is sent on with.

use proxy_proto::{
    Addresses, ConnectionInfo, EncodeError, Encoder, Endpoint, OutgoingTlv, TransportProtocol,
};

use crate::listen::serve::HeaderChange;

/// The bytes to send before the payload.
pub(super) fn rewritten(
    info: &ConnectionInfo,
    change: HeaderChange,
) -> Result<Vec<u8>, EncodeError> {
    match change {
        HeaderChange::Strip => Ok(Vec::new()),
        HeaderChange::Keep => Ok(info
            .header()
            .map(|header| header.as_bytes().to_vec())
            .unwrap_or_default()),
        HeaderChange::V1 => v1(info).to_vec(),
        HeaderChange::V2 => v2(info),
    }
}

/// UNKNOWN if there are no addresses that version 1 can hold.
fn v1(info: &ConnectionInfo) -> Encoder<'_> {
    let addresses = addresses(info);
    let relayed = if is_without_addresses(info) {
        None
    } else {
        Encoder::v1(addresses).ok()
    };
    relayed.unwrap_or_else(Encoder::v1_unknown)
}

fn v2(info: &ConnectionInfo) -> Result<Vec<u8>, EncodeError> {
    let header = info.header();
    let tlvs: Vec<_> = header.iter().flat_map(|header| header.tlvs()).collect();
    let tlvs: Vec<_> = tlvs.into_iter().map(OutgoingTlv::from).collect();
    let encoder = if info.is_local() {
        Encoder::local()
    } else if is_without_addresses(info) {
        Encoder::v2(TransportProtocol::Unspec, Addresses::Unspec)?
    } else {
        let transport = header.map(|header| header.transport_protocol());
        Encoder::v2(
            transport.unwrap_or(TransportProtocol::Stream),
            addresses(info),
        )?
    };
    encoder.with_tlvs(&tlvs).to_vec()
}

/// Whether there is a header that carries no addresses: LOCAL, UNKNOWN or UNSPEC.
fn is_without_addresses(info: &ConnectionInfo) -> bool {
    info.header()
        .is_some_and(|header| header.source().is_none())
}

fn addresses(info: &ConnectionInfo) -> Addresses<'_> {
    match (info.client_addr(), info.server_addr()) {
        (Endpoint::Ip(client), Endpoint::Ip(server)) => Addresses::ip_mapped(client, server),
        (Endpoint::Unix(client), Endpoint::Unix(server)) => Addresses::unix(client, server),
        _ => Addresses::Unspec,
    }
}
