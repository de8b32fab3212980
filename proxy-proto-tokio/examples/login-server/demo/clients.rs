//! The clients of the demo: what each sends, and the expected outcome.

use core::net::Ipv4Addr;

use super::client::{Client, Logged, Opening, Then};

pub(super) const ALL: &[Client] = &[
    Client {
        name: "plain",
        listener: "imap",
        source: TRUSTED,
        opening: Opening::Whole(b""),
        then: Then::LogIn,
        logged: Logged::DirectLogin,
    },
    Client {
        name: "TLS",
        listener: "imaps",
        source: TRUSTED,
        opening: Opening::Whole(b""),
        then: Then::LogInOverTls,
        logged: Logged::DirectLogin,
    },
    Client {
        name: "v1",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(V1),
        then: Then::LogIn,
        logged: Logged::Login(INET),
    },
    Client {
        name: "v1, IPv6",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b"PROXY TCP6 2001:db8::1 2001:db8::7 56324 143\r\n"),
        then: Then::LogIn,
        logged: Logged::Login("rip=2001:db8::1, rport=56324, lip=2001:db8::7, lport=143"),
    },
    Client {
        name: "v1, UNKNOWN",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b"PROXY UNKNOWN\r\n"),
        then: Then::LogIn,
        logged: Logged::DirectLogin,
    },
    Client {
        name: "v1, byte by byte",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::ByteByByte(V1),
        then: Then::LogIn,
        logged: Logged::Login(INET),
    },
    Client {
        name: "v2",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(V2),
        then: Then::LogIn,
        logged: Logged::Login(INET),
    },
    Client {
        name: "v2, from 127.0.0.2",
        listener: "imap_haproxy",
        source: Ipv4Addr::new(127, 0, 0, 2),
        opening: Opening::Whole(V2),
        then: Then::LogIn,
        logged: Logged::Login(INET),
    },
    Client {
        name: "v2 with TLVs",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(V2_WITH_TLVS),
        then: Then::LogIn,
        logged: Logged::Login(INET),
    },
    Client {
        name: "v2 with TLVs, byte by byte",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::ByteByByte(V2_WITH_TLVS),
        then: Then::LogIn,
        logged: Logged::Login(INET),
    },
    Client {
        name: "v2, LOCAL",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b"\r\n\r\n\0\r\nQUIT\n\x20\x00\0\0"),
        then: Then::LogIn,
        logged: Logged::Nothing,
    },
    Client {
        name: "v1, then TLS",
        listener: "imaps_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(V1),
        then: Then::LogInOverTls,
        logged: Logged::Login(INET),
    },
    Client {
        name: "v2 with TLVs, then TLS",
        listener: "imaps_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(V2_WITH_TLVS),
        then: Then::LogInOverTls,
        logged: Logged::Login(INET),
    },
    Client {
        name: "v1, untrusted source",
        listener: "imap_haproxy",
        source: UNTRUSTED,
        opening: Opening::Whole(V1),
        then: Then::Wait,
        logged: Logged::Aborted("not trusted"),
    },
    Client {
        name: "untrusted source, silent",
        listener: "imap_haproxy",
        source: UNTRUSTED,
        opening: Opening::Whole(b""),
        then: Then::Wait,
        logged: Logged::Aborted("not trusted"),
    },
    Client {
        name: "no header, IMAP at once",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b"1 LOGIN alice secret\r\n"),
        then: Then::Wait,
        logged: Logged::Aborted("invalid header: no PROXY header: 0x31 at byte 0"),
    },
    Client {
        name: "no header, TLS at once",
        listener: "imaps_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b""),
        then: Then::LogInOverTls,
        logged: Logged::Aborted(
            "invalid header: no PROXY header: the first bytes look like TLS: 0x16 at byte 0",
        ),
    },
    Client {
        name: "garbage",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b"\xde\xad\xbe\xef\r\n"),
        then: Then::Wait,
        logged: Logged::Aborted("invalid header: no PROXY header: 0xde at byte 0"),
    },
    Client {
        name: "v1, invalid address",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b"PROXY TCP4 192.0.2.256 198.51.100.7 56324 143\r\n"),
        then: Then::Wait,
        logged: Logged::Aborted(
            "invalid header: number greater than 255 in the source address at byte 21",
        ),
    },
    Client {
        name: "v1, closed halfway",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b"PROXY TCP4 192.0.2.1"),
        then: Then::Leave,
        logged: Logged::Aborted("closed after 20 bytes of the header"),
    },
    Client {
        name: "v1, silent halfway",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b"PROXY TCP4 192.0.2.1"),
        then: Then::Wait,
        logged: Logged::Aborted("no complete header within 3 s: 20 bytes received"),
    },
    Client {
        name: "silence",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b""),
        then: Then::Wait,
        logged: Logged::Aborted("no complete header within 3 s: 0 bytes received"),
    },
    Client {
        name: "health check, no byte",
        listener: "imap_haproxy",
        source: TRUSTED,
        opening: Opening::Whole(b""),
        then: Then::Leave,
        logged: Logged::Nothing,
    },
];

const V1: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";

const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\
    \xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f";

/// With an AUTHORITY and a UNIQUE_ID.
const V2_WITH_TLVS: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x26\
    \xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f\
    \x02\0\x10mail.example.org\x05\0\x047f3a";

/// The addresses in all three.
const INET: &str = "rip=192.0.2.1, rport=56324, lip=198.51.100.7, lport=143";

const TRUSTED: Ipv4Addr = Ipv4Addr::LOCALHOST;
const UNTRUSTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);
