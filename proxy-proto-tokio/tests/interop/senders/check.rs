//! What a header has to be, and what a service has to report, given what the client knows.

use core::net::{IpAddr, SocketAddr};

use proxy_proto_tokio::proxy_proto::{
    self, Command, Decoded, OwnedEndpoint, TlvType, TransportProtocol, Version, decode,
};

use super::{
    client::Visit,
    keys::SERVER,
    mode::{Header, Mode, Names, Tlv, UniqueId},
    recorder::Recording,
};

/// The two ends of a connection.
pub(crate) type Ends = (SocketAddr, SocketAddr);

/// Checks a header: `connection` is the one that it was sent on.
pub(crate) fn recorded(mode: &Mode, visit: &Visit, recording: &Recording) {
    let id = mode.id;
    let header = match (decode(&recording.bytes), mode.header) {
        (Decoded::Invalid(error), Header::Invalid(offset)) => {
            assert_eq!(error.offset, offset, "{id}: {error}");
            return;
        }
        (Decoded::Complete(header), _) => header,
        (other, _) => panic!("{id}: {other:?}"),
    };
    let unspec = TransportProtocol::Unspec;
    let (version, command, transport) = match mode.header {
        Header::Proxy(version, _) => (version, Command::Proxy, mode.transport),
        Header::Unknown => (1, Command::Proxy, unspec),
        Header::Local => (2, Command::Local, unspec),
        Header::Invalid(_) => panic!("{id}: {header:?} is valid"),
    };
    let version = if version == 1 {
        Version::V1
    } else {
        Version::V2
    };
    let found = (
        header.version(),
        header.command(),
        header.transport_protocol(),
    );
    assert_eq!(found, (version, command, transport), "{id}");

    let found = header.source().zip(header.destination());
    let found = found.map(|(source, destination)| (source.into(), destination.into()));
    let want = endpoints(mode, visit.addresses, recording.connection);
    let want =
        want.map(|(client, server)| (OwnedEndpoint::from(client), OwnedEndpoint::from(server)));
    assert_eq!(found, want, "{id}");

    let mut found = header.tlvs();
    for want in mode.tlvs {
        let tlv = found.next();
        let tlv = tlv.unwrap_or_else(|| panic!("{id}: no {want:?} in {header:?}"));
        tlv_is(id, *want, tlv, visit);
    }
    assert_eq!(found.next(), None, "{id}: more than expected");
}

fn tlv_is(id: &str, want: Tlv, found: proxy_proto::Tlv<'_>, visit: &Visit) {
    let text = String::from_utf8_lossy(found.value());
    let (tlv_type, value) = match want {
        Tlv::Alpn(protocol) => (TlvType::ALPN, protocol.to_owned()),
        Tlv::Authority => (TlvType::AUTHORITY, SERVER.to_owned()),
        // `decode` has compared it.
        Tlv::Crc32c => (TlvType::CRC32C, text.clone().into_owned()),
        Tlv::UniqueId(UniqueId::Text(id)) => (TlvType::UNIQUE_ID, id.to_owned()),
        Tlv::UniqueId(UniqueId::Client) => {
            let (client, _) = visit.addresses.unwrap();
            (TlvType::UNIQUE_ID, client.to_string())
        }
        Tlv::UniqueId(UniqueId::Uuid) => {
            let lens: Vec<_> = text.split('-').map(str::len).collect();
            assert_eq!(lens, [8, 4, 4, 4, 12], "{id}: {text}");
            (TlvType::UNIQUE_ID, text.clone().into_owned())
        }
        Tlv::Ssl(client, verify, sub_tlvs) => {
            let Ok(proxy_proto::TypedTlv::Ssl(ssl)) = found.typed() else {
                panic!("{id}: {found:?} is not SSL");
            };
            assert_eq!((ssl.client().0, ssl.verify()), (client, verify), "{id}");
            let found: Vec<_> = ssl
                .sub_tlvs()
                .map(|sub| (sub.sub_type(), sub.value()))
                .collect();
            let want: Vec<_> = sub_tlvs
                .iter()
                .map(|(kind, text)| (*kind, text.as_bytes()))
                .collect();
            assert_eq!(found, want, "{id}");
            return;
        }
        Tlv::Raw(tlv_type, value) => (TlvType(tlv_type), value.to_owned()),
    };
    assert_eq!((found.tlv_type(), &*text), (tlv_type, &*value), "{id}");
}

/// The endpoints that the mode's header names, if it does.
fn endpoints(mode: &Mode, client: Option<Ends>, connection: Option<Ends>) -> Option<Ends> {
    let Header::Proxy(_, names) = mode.header else {
        return None;
    };
    let ends = match names {
        Names::Client => client.unwrap(),
        Names::Mapped => {
            let (client, server) = client.unwrap();
            (mapped(client), mapped(server))
        }
        Names::Connection => connection.unwrap(),
        Names::These(source, destination) => (
            with_port(source, client.map(|(client, _)| client)),
            with_port(destination, client.map(|(_, server)| server)),
        ),
    };
    Some(ends)
}

fn mapped(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    (ip, address.port()).into()
}

fn with_port(text: &str, address: Option<SocketAddr>) -> SocketAddr {
    text.parse().unwrap_or_else(|_| {
        let ip: IpAddr = text.parse().unwrap();
        (ip, address.unwrap().port()).into()
    })
}

/// Checks the fields `client=`, `server=` and `peer=`, which an echo service at this address reports.
pub(crate) fn reported(mode: &Mode, visit: &Visit, service: SocketAddr, fields: &str) {
    let id = mode.id;
    let mut values = ["client=", "server=", "peer="]
        .into_iter()
        .zip(fields.split(' '))
        .map(|(name, field)| -> SocketAddr {
            let value = field
                .strip_prefix(name)
                .and_then(|value| value.parse().ok());
            value.unwrap_or_else(|| panic!("{id}: {fields:?}"))
        });
    let [client, server, peer] = [(); 3].map(|()| values.next().unwrap());
    let connection = (canonical(peer), service);
    let want = endpoints(mode, visit.addresses, Some(connection)).unwrap_or(connection);
    let want = (canonical(want.0), canonical(want.1));
    assert_eq!((client, server), want, "{id}: {fields}");
}

fn canonical(address: SocketAddr) -> SocketAddr {
    (address.ip().to_canonical(), address.port()).into()
}
