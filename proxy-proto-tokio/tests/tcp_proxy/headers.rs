//! What the backend receives in each mode.

use std::net::TcpListener;

use proxy_proto_tokio::proxy_proto::{
    Addresses, Decoded, OutgoingTlv, TlvType, TransportProtocol, decode,
};

use crate::support::{
    PAYLOAD, TCP4, TcpProxy, client, listener, local, proxy, received, relayed, unix, unspec, v2,
    with_tlvs,
};

#[test]
fn add_states_the_client_and_the_address_it_connected_to() {
    let backend = listener();
    let proxy = proxy(&backend, "add --version 1");
    let (client, received) = relayed(&backend, &proxy, PAYLOAD);
    let [source, destination] = [client.port(), proxy.address().port()];
    let header = format!("PROXY TCP4 127.0.0.1 127.0.0.1 {source} {destination}\r\n");
    assert_eq!(received, [header.as_bytes(), PAYLOAD].concat());

    // Another header before the payload is part of the payload.
    let backend = listener();
    let proxy = self::proxy(&backend, "add");
    let (client, received) = relayed(&backend, &proxy, TCP4);
    let addresses = Addresses::ip(client, proxy.address()).unwrap();
    let header = v2(TransportProtocol::Stream, addresses).to_vec().unwrap();
    assert_eq!(received, [&header, TCP4].concat());
}

#[test]
fn forward_keeps_every_byte() {
    let (backend, proxy) = balancer_to("forward");
    let tlvs = [
        OutgoingTlv::Noop(3),
        OutgoingTlv::Crc32c,
        OutgoingTlv::Raw(TlvType(0xE1), b"\xff\0"),
        OutgoingTlv::Raw(TlvType(0xE1), b""),
        OutgoingTlv::Authority("example.com"),
    ];
    let mapped = b"PROXY TCP6 ::ffff:c000:201 ::FFFF:198.51.100.7 1 2\r\n";
    for header in [
        TCP4.to_vec(),
        mapped.to_vec(),
        b"PROXY UNKNOWN anything\r\n".to_vec(),
        with_tlvs(&tlvs),
        unix(),
        unspec(),
        local(),
    ] {
        forwards(&backend, &proxy, &header, &header);
    }
}

#[test]
fn forward_rewrites_the_other_version_only() {
    let tlvs = [OutgoingTlv::Authority("example.com")];
    let (backend, proxy) = balancer_to("forward --version 1");
    forwards(&backend, &proxy, TCP4, TCP4);
    forwards(&backend, &proxy, &with_tlvs(&tlvs), TCP4);
    for header in [unix(), unspec(), local()] {
        forwards(&backend, &proxy, &header, b"PROXY UNKNOWN\r\n");
    }

    let (backend, proxy) = balancer_to("forward --version 2");
    forwards(&backend, &proxy, TCP4, &with_tlvs(&[]));
    let unknown = v2(TransportProtocol::Unspec, Addresses::Unspec);
    let unknown = unknown.to_vec().unwrap();
    forwards(&backend, &proxy, b"PROXY UNKNOWN\r\n", &unknown);
    for header in [with_tlvs(&tlvs), unix(), unspec(), local()] {
        forwards(&backend, &proxy, &header, &header);
    }
}

#[test]
fn merge_changes_its_own_tlvs_and_no_other() {
    let (backend, proxy) = balancer_to("merge --unique-id --crc32c");
    let raw = OutgoingTlv::Raw(TlvType(0xE1), b"\xff\0");
    let noop = OutgoingTlv::Noop(3);
    let [old_id, crc32c] = [OutgoingTlv::UniqueId(b"old"), OutgoingTlv::Crc32c];

    // Each with the TLVs that are sent for it: in the place of the old ones, or after all others.
    let mut ids = Vec::new();
    for header in [
        with_tlvs(&[noop, old_id, raw, crc32c, raw]),
        with_tlvs(&[raw, noop]),
        TCP4.to_vec(),
    ] {
        let merged = received(&backend, &proxy, &[&header, PAYLOAD].concat());
        let id = unique_id(&merged);
        let new_id = OutgoingTlv::UniqueId(&id);
        let expected = match ids.len() {
            0 => with_tlvs(&[noop, new_id, raw, crc32c, raw]),
            1 => with_tlvs(&[raw, noop, new_id, crc32c]),
            _ => with_tlvs(&[new_id, crc32c]),
        };
        assert_eq!(merged, [&expected, PAYLOAD].concat());
        assert!(!ids.contains(&id));
        ids.push(id);
    }

    // A health check stays one.
    forwards(&backend, &proxy, &local(), &local());

    // Here there is no place for TLVs.
    let client = client(&proxy, &unspec());
    let line = proxy.line();
    assert!(line.starts_with("failed client=127.0.0.1:"), "{line}");
    drop(client);
}

#[test]
fn merge_recomputes_a_checksum_that_it_did_not_add() {
    let (backend, proxy) = balancer_to("merge --unique-id");
    let header = with_tlvs(&[OutgoingTlv::Crc32c]);
    let merged = received(&backend, &proxy, &header);
    let id = unique_id(&merged);
    let expected = [OutgoingTlv::Crc32c, OutgoingTlv::UniqueId(&id)];
    assert_eq!(merged, with_tlvs(&expected));
}

#[test]
fn add_sends_tlvs_on_request() {
    let backend = listener();
    let proxy = proxy(&backend, "add --unique-id --crc32c");
    let (client, received) = relayed(&backend, &proxy, PAYLOAD);
    let addresses = Addresses::ip(client, proxy.address()).unwrap();
    let id = unique_id(&received);
    let tlvs = [OutgoingTlv::UniqueId(&id), OutgoingTlv::Crc32c];
    let header = v2(TransportProtocol::Stream, addresses).with_tlvs(&tlvs);
    assert_eq!(received, [&header.to_vec().unwrap(), PAYLOAD].concat());
}

#[test]
fn strip_leaves_the_payload() {
    let (backend, proxy) = balancer_to("strip");
    for header in [TCP4, &with_tlvs(&[OutgoingTlv::Crc32c]), &unix(), &local()] {
        forwards(&backend, &proxy, header, b"");
    }
}

fn balancer_to(mode: &str) -> (TcpListener, TcpProxy) {
    let backend = listener();
    let proxy = proxy(&backend, &format!("{mode} --trust 127.0.0.1"));
    (backend, proxy)
}

#[track_caller]
fn forwards(backend: &TcpListener, proxy: &TcpProxy, header: &[u8], expected: &[u8]) {
    let received = received(backend, proxy, &[header, PAYLOAD].concat());
    assert_eq!(
        received.escape_ascii().to_string(),
        [expected, PAYLOAD].concat().escape_ascii().to_string()
    );
}

/// Of a header whose checksum, if there is one, is right.
fn unique_id(received: &[u8]) -> Vec<u8> {
    let Decoded::Complete(header) = decode(received) else {
        panic!("{}", received.escape_ascii());
    };
    header.unique_id().unwrap().unwrap().to_vec()
}
