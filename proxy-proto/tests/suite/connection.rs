//! Endpoints, and what is kept about a connection: exact, shared by clones, and as JSON.

use core::net::SocketAddr;

use proxy_proto::{
    AddressFamily, Command, ConnectionInfo, Encoder, Endpoint, HeaderMode, OwnedHeader,
    TransportProtocol, UnixAddress, UnixName, V2_MAX_LEN, Version,
};
use serde_json::json;

use crate::common::{INET_BLOCK, header, v2};

#[test]
fn owned_headers_of_any_length_are_exact() {
    for len in [64, 4097, V2_MAX_LEN] {
        let value_len = len - 16 - INET_BLOCK.len() - 3;
        let value = vec![b'v'; value_len];
        let value_len = u16::try_from(value_len).unwrap().to_be_bytes();
        let sent = v2(0x11, &[INET_BLOCK, b"\xe0", &value_len, &value]);
        let owned = OwnedHeader::from(header(&sent));
        assert_eq!(owned.as_bytes(), sent);
        assert_eq!(owned.to_bytes(), sent);
        assert_eq!(owned.header(), header(&sent));
        assert_eq!(owned.to_bytes().as_ptr(), owned.as_bytes().as_ptr());
    }
}

#[test]
fn endpoints_of_ip_are_socket_addresses() {
    let address: SocketAddr = "[fe80::1%3]:25".parse().unwrap();
    let endpoint = Endpoint::from(address);
    assert_eq!(endpoint, address);
    assert_eq!(address, endpoint);
    assert_eq!(endpoint.socket_addr(), Some(address));
    assert_eq!(SocketAddr::try_from(endpoint), Ok(address));

    let mapped: SocketAddr = "[::ffff:192.0.2.1]:25".parse().unwrap();
    let v4: SocketAddr = "192.0.2.1:25".parse().unwrap();
    assert_ne!(Endpoint::from(mapped), v4);
    assert_eq!(Endpoint::from(mapped).to_canonical(), v4);

    let unix = Endpoint::Unix(UnixAddress::UNNAMED);
    assert_ne!(unix, address);
    assert_eq!(unix.socket_addr(), None);
    let error = SocketAddr::try_from(unix).unwrap_err();
    assert_eq!(error.to_string(), "a UNIX socket has no IP address");
}

#[test]
fn a_relayed_connection_has_a_header_of_either_version() {
    let direct = |peer: &str, local: &str| {
        let [peer, local] = [peer, local].map(|address| address.parse::<SocketAddr>().unwrap());
        ConnectionInfo::direct(peer, local)
    };
    let received = |sent: &[u8]| {
        let [balancer, local] =
            ["10.0.0.2:40528", "10.0.0.9:143"].map(|it| it.parse::<SocketAddr>().unwrap());
        ConnectionInfo::new(balancer, local, Some(header(sent).into()))
    };
    let unix_block = &[0; 216];
    let cases = [
        (
            direct("192.0.2.1:56324", "198.51.100.2:443"),
            "TCP4 192.0.2.1 198.51.100.2 56324 443",
            v2(0x11, &[INET_BLOCK]),
        ),
        // As a dual-stack socket has them.
        (
            direct("[::ffff:192.0.2.1]:56324", "[::ffff:198.51.100.2]:443"),
            "TCP4 192.0.2.1 198.51.100.2 56324 443",
            v2(0x11, &[INET_BLOCK]),
        ),
        // The scope belongs to this machine.
        (
            direct("[fe80::1%3]:1", "[2001:db8::2]:2"),
            "TCP6 fe80::1 2001:db8::2 1 2",
            v2(
                0x21,
                &[
                    b"\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01",
                    b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02",
                    b"\0\x01\0\x02",
                ],
            ),
        ),
        (
            direct("192.0.2.1:1", "[2001:db8::2]:2"),
            "TCP6 ::ffff:192.0.2.1 2001:db8::2 1 2",
            v2(
                0x21,
                &[
                    b"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\x02\x01",
                    b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02",
                    b"\0\x01\0\x02",
                ],
            ),
        ),
        (
            ConnectionInfo::direct(
                Endpoint::Unix(UnixAddress::UNNAMED),
                Endpoint::Unix(UnixAddress::UNNAMED),
            ),
            "UNKNOWN",
            v2(0, &[]),
        ),
        // TLVs are left out.
        (
            received(&v2(0x11, &[INET_BLOCK, b"\xe1\x00\x01x"])),
            "TCP4 192.0.2.1 198.51.100.2 56324 443",
            v2(0x11, &[INET_BLOCK]),
        ),
        (received(&v2(0x31, &[unix_block])), "UNKNOWN", v2(0, &[])),
        (received(b"PROXY UNKNOWN\r\n"), "UNKNOWN", v2(0, &[])),
        (received(&v2(0, &[b"block"])), "UNKNOWN", v2(0, &[])),
        (
            received(&Encoder::local_with_block(INET_BLOCK).to_vec().unwrap()),
            "UNKNOWN",
            Encoder::local().to_vec().unwrap(),
        ),
    ];
    for (info, line, binary) in cases {
        let [v1, v2] = [Version::V1, Version::V2]
            .map(|version| Encoder::for_connection(&info, version).to_vec().unwrap());
        assert_eq!(
            String::from_utf8(v1).unwrap(),
            format!("PROXY {line}\r\n"),
            "{info:?}"
        );
        assert_eq!(v2, binary, "{info:?}");
    }
}

#[test]
fn connection_info_is_serialized_with_the_addresses_to_log_first() {
    let [peer, local] = ["[::ffff:10.0.0.2]:40528", "10.0.0.9:143"]
        .map(|address| address.parse::<SocketAddr>().unwrap());
    let sent = v2(0x11, &[INET_BLOCK]);
    let info = ConnectionInfo::new(peer, local, Some(header(&sent).into()));
    assert_eq!(
        serde_json::to_string(&info).unwrap(),
        format!(
            concat!(
                r#"{{"client":"192.0.2.1:56324","server":"198.51.100.2:443","#,
                r#""peer":"[::ffff:a00:2]:40528","local":"10.0.0.9:143","#,
                r#""proxied":true,"header":{}}}"#
            ),
            serde_json::to_string(&header(&sent)).unwrap()
        )
    );

    let unnamed = Endpoint::Unix(UnixAddress::UNNAMED);
    let info = ConnectionInfo::direct(unnamed, local);
    let zeros = format!("unix:{}", "00".repeat(108));
    assert_eq!(
        serde_json::to_value(&info).unwrap(),
        json!({
            "client": zeros, "server": "10.0.0.9:143",
            "peer": zeros, "local": "10.0.0.9:143",
            "proxied": false, "header": null,
        })
    );
}

#[test]
fn no_two_names_of_unix_sockets_look_alike() {
    let names = [
        (UnixName::Abstract(b"imap"), "unix:@imap"),
        (UnixName::Path(b"@imap"), r"unix:\x40imap"),
        (UnixName::Path(br"\x40imap"), r"unix:\\x40imap"),
        (UnixName::Abstract(b"@imap"), "unix:@@imap"),
        (UnixName::Path(b"@@"), r"unix:\x40@"),
        (UnixName::Path(b"/run/@imap"), "unix:/run/@imap"),
        (UnixName::Path(b"a\nb"), r"unix:a\nb"),
        (UnixName::Unnamed, "unix:"),
    ];
    for (name, text) in names {
        let field = UnixAddress::field(name).unwrap();
        assert_eq!(UnixAddress::new(&field).to_string(), text);
    }
}

#[test]
fn names_are_displayed_as_in_json() {
    let [local, proxy] = [Command::Local, Command::Proxy].map(|it| it.to_string());
    assert_eq!([local, proxy], ["local", "proxy"]);
    for (transport, name) in [
        (TransportProtocol::Unspec, "unspec"),
        (TransportProtocol::Stream, "stream"),
        (TransportProtocol::Dgram, "dgram"),
    ] {
        assert_eq!(transport.to_string(), name);
    }
    for (family, name) in [
        (AddressFamily::Unspec, "unspec"),
        (AddressFamily::Inet, "inet"),
        (AddressFamily::Inet6, "inet6"),
        (AddressFamily::Unix, "unix"),
    ] {
        assert_eq!(family.to_string(), name);
    }
    for (mode, name) in [
        (HeaderMode::Required, "required"),
        (HeaderMode::BySource, "by_source"),
        (HeaderMode::Optional, "optional"),
    ] {
        assert_eq!(mode.to_string(), name);
    }
}
