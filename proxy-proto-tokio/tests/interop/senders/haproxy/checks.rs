//! Health checks, which HAProxy sends by itself: LOCAL in version 2, the connection's own addresses in
//! version 1. The first is sent at the start, the next would be an hour later.

use crate::senders::mode::{Backend, Client, Header, Mode, Names};

pub(super) const MODES: &[Mode] = &[
    check(
        "haproxy-v1-check-tcp4",
        1,
        "bind FRONT
        option httpchk GET /health
        server one BACKEND send-proxy check inter 1h check-send-proxy",
    ),
    check(
        "haproxy-v1-check-tcp6",
        1,
        "bind FRONT
        option httpchk GET /health
        server one BACKEND send-proxy check inter 1h check-send-proxy",
    )
    .backend(Backend::Inet6),
    check(
        "haproxy-v2-check-tcp4",
        2,
        "bind FRONT
        option httpchk GET /health
        server one BACKEND send-proxy-v2 check inter 1h check-send-proxy",
    )
    .header(Header::Local),
    check(
        "haproxy-v2-check-tcp6",
        2,
        "bind FRONT
        option httpchk GET /health
        server one BACKEND send-proxy-v2 check inter 1h check-send-proxy",
    )
    .backend(Backend::Inet6)
    .header(Header::Local),
    check(
        "haproxy-v2-crc-check-tcp4",
        2,
        "bind FRONT
        option httpchk GET /health
        server one BACKEND send-proxy-v2 proxy-v2-options crc32c check inter 1h check-send-proxy",
    )
    .header(Header::Local),
    check(
        "haproxy-v2-check-to-unix-server",
        2,
        "bind FRONT
        option httpchk GET /health
        server one unix@BACKEND send-proxy-v2 check inter 1h check-send-proxy",
    )
    .backend(Backend::Unix)
    .header(Header::Local),
];

const fn check(id: &'static str, version: u8, config: &'static str) -> Mode {
    Mode::new(id, version, config)
        .client(Client::Absent)
        .ungreeted()
        .names(Names::Connection)
        .payload(b"GET /health HTTP/1.0\r\n")
}
