//! Without TLS.

use crate::senders::mode::{Backend, Front, Header, Mode, Names, Tlv, UniqueId, V1_TCP4};

pub(super) const MODES: &[Mode] = &[
    Mode::new(
        "haproxy-v1-tcp4",
        1,
        "bind FRONT
server one BACKEND send-proxy",
    ),
    Mode::new(
        "haproxy-v1-tcp6",
        1,
        "bind FRONT
server one BACKEND send-proxy",
    )
    .front(Front::Inet6),
    Mode::new(
        "haproxy-v1-unix",
        1,
        "bind unix@FRONT
server one BACKEND send-proxy",
    )
    .front(Front::Unix)
    .header(Header::Unknown),
    Mode::new(
        "haproxy-v1-abns",
        1,
        "bind abns@FRONT
server one BACKEND send-proxy",
    )
    .front(Front::Abstract)
    .header(Header::Unknown),
    Mode::new(
        "haproxy-v1-v4mapped",
        1,
        "bind FRONT v4v6
server one BACKEND send-proxy",
    )
    .front(Front::Dual)
    .names(Names::Mapped),
    Mode::new(
        "haproxy-v1-tcp4-to-v6-server",
        1,
        "bind FRONT
server one BACKEND send-proxy",
    )
    .backend(Backend::Inet6),
    Mode::new(
        "haproxy-v1-to-unix-server",
        1,
        "bind FRONT
server one unix@BACKEND send-proxy",
    )
    .backend(Backend::Unix),
    Mode::new(
        "haproxy-v1-mixed-family-src6",
        1,
        "bind FRONT
tcp-request connection set-src str(2001:db8::9)
server one BACKEND send-proxy",
    )
    .names(MIXED),
    Mode::new(
        "haproxy-v1-chained-from-unknown",
        1,
        "bind FRONT accept-proxy
server one BACKEND send-proxy",
    )
    .after(b"PROXY UNKNOWN\r\n"),
    Mode::new(
        "haproxy-v1-chained-from-tcp4",
        1,
        "bind FRONT accept-proxy
server one BACKEND send-proxy",
    )
    .after(V1_TCP4)
    .names(NAMES4),
    Mode::new(
        "haproxy-v2-tcp4",
        2,
        "bind FRONT
server one BACKEND send-proxy-v2",
    ),
    Mode::new(
        "haproxy-v2-tcp6",
        2,
        "bind FRONT
server one BACKEND send-proxy-v2",
    )
    .front(Front::Inet6),
    Mode::new(
        "haproxy-v2-unix",
        2,
        "bind unix@FRONT
server one BACKEND send-proxy-v2",
    )
    .front(Front::Unix)
    .header(Header::Local),
    Mode::new(
        "haproxy-v2-abns",
        2,
        "bind abns@FRONT
server one BACKEND send-proxy-v2",
    )
    .front(Front::Abstract)
    .header(Header::Local),
    Mode::new(
        "haproxy-v2-v4mapped",
        2,
        "bind FRONT v4v6
server one BACKEND send-proxy-v2",
    )
    .front(Front::Dual)
    .names(Names::Mapped),
    Mode::new(
        "haproxy-v2-tcp4-to-v6-server",
        2,
        "bind FRONT
server one BACKEND send-proxy-v2",
    )
    .backend(Backend::Inet6),
    Mode::new(
        "haproxy-v2-to-unix-server",
        2,
        "bind FRONT
server one unix@BACKEND send-proxy-v2",
    )
    .backend(Backend::Unix),
    Mode::new(
        "haproxy-v2-mixed-family-src6",
        2,
        "bind FRONT
tcp-request connection set-src str(2001:db8::9)
server one BACKEND send-proxy-v2",
    )
    .names(MIXED),
    Mode::new(
        "haproxy-v2-chained-from-unknown",
        2,
        "bind FRONT accept-proxy
server one BACKEND send-proxy-v2",
    )
    .after(b"PROXY UNKNOWN\r\n"),
    Mode::new(
        "haproxy-v2-chained-from-local",
        2,
        "bind FRONT accept-proxy
server one BACKEND send-proxy-v2",
    )
    .after(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"),
    Mode::new(
        "haproxy-v2-chained-from-tcp4",
        2,
        "bind FRONT accept-proxy
unique-id-format %ci:%cp
server one BACKEND send-proxy-v2 proxy-v2-options authority,unique-id",
    )
    .after(V2_TCP4)
    .names(NAMES4)
    .tlvs(&[
        Tlv::Raw(2, "in.example.com"),
        Tlv::UniqueId(UniqueId::Text("192.0.2.1:56324")),
    ]),
    Mode::new(
        "haproxy-v2-chained-from-tcp6",
        2,
        "bind FRONT accept-proxy
server one BACKEND send-proxy-v2",
    )
    .after(V1_TCP6)
    .names(NAMES6),
    Mode::new(
        "haproxy-v2-crc32c-tcp4",
        2,
        "bind FRONT
server one BACKEND send-proxy-v2 proxy-v2-options crc32c",
    )
    .tlvs(&[Tlv::Crc32c]),
    Mode::new(
        "haproxy-v2-crc32c-unix",
        2,
        "bind unix@FRONT
server one BACKEND send-proxy-v2 proxy-v2-options crc32c",
    )
    .front(Front::Unix)
    .header(Header::Local),
    Mode::new(
        "haproxy-v2-unique-id-tcp4",
        2,
        "bind FRONT
unique-id-format %ci:%cp
server one BACKEND send-proxy-v2 proxy-v2-options unique-id",
    )
    .tlvs(&[Tlv::UniqueId(UniqueId::Client)]),
    Mode::new(
        "haproxy-v2-unique-id-129-bytes-tcp4",
        2,
        "bind FRONT
        unique-id-format uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu
        server one BACKEND send-proxy-v2 proxy-v2-options unique-id",
    )
    .tlvs(&[Tlv::UniqueId(UniqueId::Text(
        "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    ))]),
    Mode::new(
        "haproxy-v2-allopts-plain-tcp4",
        2,
        "bind FRONT
        unique-id-format %[uuid()]
        server one BACKEND send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c,unique-id",
    )
    .tlvs(&[Tlv::Crc32c, Tlv::UniqueId(UniqueId::Uuid), Tlv::Ssl(0, 0, &[])]),
];

const V1_TCP6: &[u8] = b"PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n";
const V2_TCP4: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x2b\xc0\0\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb\
    \x02\0\x0ein.example.com\x05\0\x0bfrom-before";
const NAMES4: Names = Names::These("192.0.2.1:56324", "198.51.100.2:443");
const NAMES6: Names = Names::These("[2001:db8::1]:56324", "[2001:db8::2]:443");
const MIXED: Names = Names::These("2001:db8::9", "::ffff:127.0.0.44");
