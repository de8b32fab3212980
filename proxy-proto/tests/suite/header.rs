//! What a header returns: usable endpoints, raw bytes, and nothing that its sender may not claim.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::net::{IpAddr, SocketAddr};

use proxy_proto::{
    AddressFamily, Addresses, Command, ConnectionInfo, DecodeOptions, Decoder, Endpoint, Header,
    OwnedHeader, Progress, TlvType, Tlvs, TransportProtocol, UnixAddress, UnixName, Version,
};

use crate::common::{INET_BLOCK, header, v2};

#[test]
fn endpoints_of_inet_and_inet6_are_exact() {
    let v4 = v2(0x12, &[INET_BLOCK]);
    let header_v4 = header(&v4);
    assert_eq!(header_v4.version(), Version::V2);
    assert_eq!(header_v4.address_family(), AddressFamily::Inet);
    assert_eq!(header_v4.transport_protocol(), TransportProtocol::Dgram);
    let Addresses::Inet {
        source,
        destination,
        ..
    } = header_v4.addresses()
    else {
        panic!("{header_v4:?}");
    };
    assert_eq!(source, "192.0.2.1:56324".parse().unwrap());
    assert_eq!(destination, "198.51.100.2:443".parse().unwrap());

    let mapped = b"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\x02\x01";
    let v6 = v2(0x21, &[mapped, &[0xAB; 16], b"\xff\xff\0\0"]);
    let header_v6 = header(&v6);
    assert_eq!(header_v6.address_family(), AddressFamily::Inet6);
    // Exact: a v4-mapped source stays one. `ConnectionInfo` makes it canonical.
    assert_eq!(
        header_v6.source().unwrap().to_string(),
        "[::ffff:192.0.2.1]:65535"
    );
    let groups = "abab:".repeat(8);
    let destination = format!("[{}]:0", groups.trim_end_matches(':'));
    assert_eq!(header_v6.destination().unwrap().to_string(), destination);
}

#[test]
fn headers_without_endpoints_return_none() {
    let mut local = v2(0x11, &[INET_BLOCK]);
    local[12] = 0x20;
    let rows: [(&[u8], AddressFamily); 6] = [
        (&local, AddressFamily::Unspec),
        (b"PROXY UNKNOWN\r\n", AddressFamily::Unspec),
        (
            b"PROXY UNKNOWN 192.0.2.1 198.51.100.2 1 2\r\n",
            AddressFamily::Unspec,
        ),
        (&v2(0x00, &[INET_BLOCK]), AddressFamily::Unspec),
        (&v2(0x01, &[INET_BLOCK]), AddressFamily::Unspec),
        (&v2(0x10, &[INET_BLOCK]), AddressFamily::Inet),
    ];
    for (bytes, family) in rows {
        let header = header(bytes);
        assert_eq!(header.source(), None, "{header:?}");
        assert_eq!(header.destination(), None, "{header:?}");
        assert_eq!(header.addresses(), Addresses::Unspec, "{header:?}");
        assert_eq!(header.address_family(), family, "{header:?}");
    }
}

#[test]
fn block_is_what_follows_the_fixed_bytes_of_version_2() {
    let bytes = v2(0x11, &[INET_BLOCK, b"\x04\0\0"]);
    let whole = [&bytes[..], b"payload"].concat();
    assert_eq!(header(&whole).block(), &bytes[16..]);
    assert_eq!(header(&whole).as_bytes(), bytes);
    assert_eq!(header(&whole).len(), bytes.len());
    assert_eq!(header(&v2(0x00, &[])).block(), b"");
    assert_eq!(header(b"PROXY UNKNOWN \r\n\r\n").block(), b"");
}

/// The 108 bytes that start with `name`.
fn field(name: &[u8]) -> [u8; UnixAddress::LEN] {
    let mut field = [0; UnixAddress::LEN];
    field[..name.len()].copy_from_slice(name);
    field
}

#[test]
fn b8_unix_fields_are_a_path_an_abstract_name_or_nothing() {
    let longest = [b'p'; 108];
    let longest_abstract = [&b"\0"[..], &[b'a'; 107]].concat();
    let rows: [(&[u8], UnixName<'_>, &str); 8] = [
        (
            b"/run/dovecot.sock",
            UnixName::Path(b"/run/dovecot.sock"),
            "unix:/run/dovecot.sock",
        ),
        (b"/run/a\0rest", UnixName::Path(b"/run/a"), "unix:/run/a"),
        (
            b"/\xff\n\"",
            UnixName::Path(b"/\xff\n\""),
            "unix:/\\xff\\n\\\"",
        ),
        (
            &longest,
            UnixName::Path(&longest),
            &format!("unix:{}", "p".repeat(108)),
        ),
        (b"\0name", UnixName::Abstract(b"name"), "unix:@name"),
        (
            b"\0na\0me",
            UnixName::Abstract(b"na\0me"),
            "unix:@na\\x00me",
        ),
        (
            &longest_abstract,
            UnixName::Abstract(&longest_abstract[1..]),
            &format!("unix:@{}", "a".repeat(107)),
        ),
        (b"", UnixName::Unnamed, "unix:"),
    ];
    for (name, want, text) in rows {
        let source = field(name);
        let destination = field(b"/other");
        let bytes = v2(0x31, &[&source, &destination]);
        let header = header(&bytes);
        let Addresses::Unix { source: unix, .. } = header.addresses() else {
            panic!("{header:?}");
        };
        assert_eq!(unix.name(), want);
        assert_eq!(unix.to_string(), text);
        assert_eq!(unix.as_bytes(), &source);
        assert_eq!(
            header.source(),
            Some(Endpoint::Unix(UnixAddress::new(&source)))
        );
        assert_eq!(
            header.destination(),
            Some(Endpoint::Unix(UnixAddress::new(&destination)))
        );
        assert_eq!(header.source().unwrap().ip(), None);
        assert_eq!(header.source().unwrap().port(), None);
        assert_eq!(header.tlvs().count(), 0);
    }
    assert_eq!(UnixAddress::UNNAMED.name(), UnixName::Unnamed);
}

#[test]
fn tlvs_after_unix_addresses_start_where_those_end() {
    let bytes = v2(0x31, &[&[b'/'; 216], b"\x02\0\x01x"]);
    let authority = header(&bytes).tlv(TlvType::AUTHORITY).unwrap();
    assert_eq!((authority.offset(), authority.value()), (232, &b"x"[..]));
}

/// The health check of a cloud balancer: LOCAL, family 0x11, no addresses, TLVs after the fixed bytes.
#[test]
fn aws_health_check_has_no_endpoints_and_its_tlvs_can_be_tried() {
    let block = [&b"\x03\0\x04\xbc\xe5\x95\x1f\x04\0\x4a"[..], &[0; 74]].concat();
    let mut bytes = v2(0x11, &[&block]);
    bytes[12] = 0x20;
    let local = header(&bytes);
    assert_eq!(local.len(), 16 + 0x54);
    assert_eq!(local.command(), Command::Local);
    // Four peers read 3.0.4.188 here.
    assert_eq!(local.source(), None);
    assert_eq!(local.tlvs().count(), 0);

    let tried: Vec<_> = Tlvs::new(local.block()).unwrap().collect();
    assert_eq!(tried.len(), 2);
    assert_eq!(
        (tried[0].tlv_type(), tried[0].value()),
        (TlvType::CRC32C, &b"\xbc\xe5\x95\x1f"[..])
    );
    assert_eq!(
        (tried[1].tlv_type(), tried[1].value()),
        (TlvType::NOOP, &[0; 74][..])
    );
    assert_eq!(tried[1].offset(), 7, "counted from the start of the block");

    // Its CRC32C is correct, although it is not checked.
    assert_eq!(crate::common::header_crc32c(&bytes, 19), 0xBCE5_951F);
}

#[test]
fn an_owned_header_outlives_its_buffer_unchanged() {
    fn is_static_send_sync<T: 'static + Send + Sync>(_: &T) {}

    for row in crate::common::vectors() {
        let crate::common::Verdict::Complete(want) = row.want else {
            continue;
        };
        let mut buffer = row.bytes.clone();
        let owned = OwnedHeader::from(header(&buffer));
        buffer.fill(0);
        is_static_send_sync(&owned);
        assert_eq!(owned.header(), header(&row.bytes), "{}", row.id);
        assert_eq!(
            crate::common::Seen::from(owned.header()),
            want,
            "{}",
            row.id
        );
        assert_eq!(owned.as_bytes(), &row.bytes[..want.consumed], "{}", row.id);
        // A clone shares the bytes.
        let clone = owned.clone();
        assert_eq!(clone, owned);
        assert_eq!(clone.as_bytes().as_ptr(), owned.as_bytes().as_ptr());
    }
    let one = OwnedHeader::from(header(b"PROXY UNKNOWN\r\n"));
    let other = OwnedHeader::from(header(b"PROXY UNKNOWN \r\n"));
    assert_ne!(one, other, "the raw bytes count");
}

#[test]
fn header_is_small_and_copy() {
    fn is_copy<T: Copy>() {}

    is_copy::<Header<'_>>();
    assert!(size_of::<Header<'_>>() <= 96);
}

#[test]
fn new_decoder_infers_its_size() {
    let mut decoder = Decoder::new();
    assert!(matches!(
        decoder.feed(b"PROXY UNKNOWN\r\n"),
        Progress::Complete { consumed: 15, .. }
    ));
    let mut decoder = Decoder::<4096>::sized(DecodeOptions::new());
    assert!(matches!(
        decoder.feed(b"PROXY UNKNOWN\r\n"),
        Progress::Complete { consumed: 15, .. }
    ));
}

/// A socket's own addresses, v4-mapped as a dual-stack listener reports them.
const PEER: &str = "[::ffff:10.0.0.2]:40528";
const LOCAL: &str = "[::ffff:10.0.0.9]:143";

fn info(sent: Option<&[u8]>) -> ConnectionInfo {
    let [peer, local] = [PEER, LOCAL].map(|address| address.parse::<SocketAddr>().unwrap());
    ConnectionInfo::new(peer, local, sent.map(|sent| header(sent).into()))
}

#[test]
fn connection_info_uses_the_endpoints_of_the_header_if_any() {
    let mut local = v2(0x11, &[INET_BLOCK]);
    local[12] = 0x20;
    let own = ["10.0.0.2:40528", "10.0.0.9:143"];
    let unspec = v2(0x10, &[INET_BLOCK]);
    let inet = v2(0x11, &[INET_BLOCK]);
    let unix = v2(0x31, &[&field(b"/client"), &field(b"\0server")]);
    // What was sent, and the client and server that result.
    let rows: [(Option<&[u8]>, [&str; 2]); 7] = [
        (None, own),
        (Some(&local), own),
        (Some(b"PROXY UNKNOWN\r\n"), own),
        (Some(&unspec), own),
        (Some(&inet), ["192.0.2.1:56324", "198.51.100.2:443"]),
        (
            Some(b"PROXY TCP6 ::ffff:192.0.2.1 2001:db8::1 1 2\r\n"),
            ["192.0.2.1:1", "[2001:db8::1]:2"],
        ),
        (Some(&unix), ["unix:/client", "unix:@server"]),
    ];
    for (sent, [client, server]) in rows {
        let info = info(sent);
        assert_eq!(info.is_proxied(), [client, server] != own, "{info:?}");
        assert_eq!(info.client_addr().to_string(), client);
        assert_eq!(info.server_addr().to_string(), server);
        assert_eq!(info.client_ip(), info.client_addr().ip());
        // The socket's own, exactly as accept(2) returned them.
        assert_eq!(info.peer_addr().to_string(), PEER);
        assert_eq!(info.local_addr().to_string(), LOCAL);
        assert_eq!(info.header(), sent.map(header));
        let owned = info.owned_header();
        assert_eq!(owned, sent.map(|sent| OwnedHeader::from(header(sent))));
        assert_eq!(info.is_local(), sent == Some(&local), "{info:?}");
        assert_eq!(info.clone(), info);
    }
}

#[test]
fn connection_info_of_a_unix_socket_keeps_its_names() {
    let name = field(b"/run/client");
    let client = Endpoint::Unix(UnixAddress::new(&name));
    let service = Endpoint::Unix(UnixAddress::UNNAMED);
    let sent = header(b"PROXY UNKNOWN\r\n");
    for info in [
        ConnectionInfo::direct(client, service),
        ConnectionInfo::new(client, service, Some(sent.into())),
    ] {
        assert_eq!(info.client_addr(), client);
        assert_eq!(info.server_addr().to_string(), "unix:");
        assert_eq!(info.client_ip(), None::<IpAddr>);
        assert_ne!(info, ConnectionInfo::direct(service, client));
    }
}

#[test]
fn debug_names_the_parts() {
    let sent = v2(0x11, &[INET_BLOCK]);
    let header = header(&sent);
    let debug = format!("{header:?}");
    assert!(
        debug.starts_with("Header { version: V2, command: Proxy, "),
        "{debug}"
    );
    assert!(debug.ends_with(", tlvs: [], len: 28 }"), "{debug}");
    assert_eq!(format!("{:?}", OwnedHeader::from(header)), debug);
    assert_eq!(format!("{:?}", UnixAddress::UNNAMED), "UnixAddress(unix:)");
}
