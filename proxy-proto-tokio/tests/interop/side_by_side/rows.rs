//! The clients: each visits both servers.

use core::net::{Ipv4Addr, Ipv6Addr};

use proxy_proto_tokio::proxy_proto::{Addresses, Encoder, OutgoingTlv, TransportProtocol};

use super::{
    servers::{FRONT, TLS_FRONT},
    visit::{Client, Then, Who},
};

pub(super) struct Row {
    /// What the client does.
    pub(super) name: &'static str,
    /// Where it connects.
    pub(super) listener: &'static str,
    from: From,
    is_crash: bool,
    pub(super) client: Client,
}

/// Where a client connects from.
#[derive(Clone, Copy)]
enum From {
    Trusted,
    Untrusted,
    /// Where the system chooses.
    Anywhere,
}

impl Row {
    const fn own(
        name: &'static str,
        listener: &'static str,
        pieces: fn(&Who) -> Vec<Vec<u8>>,
        then: Then,
    ) -> Self {
        let client = Client::Own { pieces, then };
        Self {
            name,
            listener,
            from: From::Trusted,
            is_crash: false,
            client,
        }
    }

    /// One of the servers crashes.
    const fn crash(mut self) -> Self {
        self.is_crash = true;
        self
    }

    const fn untrusted(mut self) -> Self {
        self.from = From::Untrusted;
        self
    }

    const fn curl(
        name: &'static str,
        listener: &'static str,
        scheme: &'static str,
        options: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            listener,
            from: From::Trusted,
            is_crash: false,
            client: Client::Curl { scheme, options },
        }
    }

    const fn imaplib(listener: &'static str, security: &'static str) -> Self {
        Self {
            name: "imaplib logs in",
            listener,
            from: From::Anywhere,
            is_crash: false,
            client: Client::Imaplib { security },
        }
    }

    pub(super) fn who(&self, index: usize) -> Who {
        // It has two digits, so that what is at which byte does not depend on it.
        let number = (10..100).nth(index).expect("a number");
        Who {
            source: match self.from {
                From::Trusted => Ipv4Addr::new(127, 1, 0, number),
                From::Untrusted => Ipv4Addr::new(127, 2, 0, number),
                From::Anywhere => Ipv4Addr::LOCALHOST,
            },
            is_relayed: [FRONT, TLS_FRONT].contains(&self.listener),
            is_crash: self.is_crash,
            claimed: Ipv4Addr::new(192, 0, 2, number),
            claimed_v6: Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, number.into()),
            user: format!("row{number}"),
        }
    }
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = logins();
    rows.extend(headers());
    rows.extend(aborts());
    rows
}

/// Everyday clients, through HAProxy and directly.
fn logins() -> Vec<Row> {
    let own = |listener| Row::own("logs in", listener, |_| vec![], Then::LogIn);
    vec![
        own(FRONT).untrusted(),
        Row::imaplib(FRONT, "plain"),
        Row::imaplib(TLS_FRONT, "tls"),
        Row::curl("curl logs in", FRONT, "imap", &[]).untrusted(),
        Row::curl("curl logs in", TLS_FRONT, "imaps", &[]).untrusted(),
        own("imap"),
        Row::imaplib("imap", "plain"),
        Row::imaplib("imaps", "tls"),
        Row::curl("curl logs in", "imap", "imap", &[]),
        Row::curl("curl logs in", "imaps", "imaps", &[]),
        Row::curl(
            "curl logs in, with a header",
            "imap_haproxy",
            "imap",
            CURL_HEADER,
        ),
        Row::curl(
            "curl logs in, with a header",
            "imaps_haproxy",
            "imaps",
            CURL_HEADER,
        ),
    ]
}

/// Headers from a trusted peer, then a login.
fn headers() -> Vec<Row> {
    let log_in = |name, pieces| Row::own(name, "imap_haproxy", pieces, Then::LogIn);
    vec![
        log_in("version 1", |who| vec![v1(who)]),
        log_in("version 2", |who| vec![v2(who, STREAM, &[])]),
        log_in("version 1, IPv6", |who| {
            vec![format!("PROXY TCP6 {} 2001:db8:1::7 4711 143\r\n", who.claimed_v6).into_bytes()]
        }),
        log_in("version 1, `UNKNOWN`", |_| {
            vec![b"PROXY UNKNOWN\r\n".to_vec()]
        }),
        log_in("version 2, LOCAL", |_| vec![raw(0x20, 0x00, b"")]),
        log_in("version 2, LOCAL with addresses", |who| {
            vec![raw(0x20, 0x11, &block(who))]
        }),
        log_in("version 2, UNSPEC", |_| vec![raw(0x21, 0x00, b"")]),
        log_in("version 2, UNIX", |_| vec![raw(0x21, 0x31, &unix())]),
        log_in("version 2, IPv4 over UDP", |who| {
            vec![raw(0x21, 0x12, &block(who))]
        }),
        log_in("version 2 with AUTHORITY and UNIQUE_ID", |who| {
            let tlvs = [
                OutgoingTlv::Authority("mail.example.org"),
                OutgoingTlv::UniqueId(b"7f3a"),
            ];
            vec![v2(who, STREAM, &tlvs)]
        }),
        log_in("version 2 with CRC32C", |who| {
            vec![v2(who, STREAM, &[OutgoingTlv::Crc32c])]
        }),
        log_in("version 2 with a wrong CRC32C", |who| {
            let mut header = v2(who, STREAM, &[OutgoingTlv::Crc32c]);
            *header.last_mut().unwrap() ^= 1;
            vec![header]
        }),
        log_in("version 2 with a TLV that overruns the header", |who| {
            vec![raw(
                0x21,
                0x11,
                &[&block(who)[..], b"\x04\0\x09abc"].concat(),
            )]
        }),
        log_in("version 2, 1500 bytes", |who| vec![padded(who, 1500)]),
        log_in("version 2, 1501 bytes", |who| vec![padded(who, 1501)]),
        log_in("version 2, 4096 bytes", |who| vec![padded(who, 4096)]),
        log_in("version 2, 4097 bytes", |who| vec![padded(who, 4097)]),
        log_in("version 1 in two pieces, split after 5 bytes", |who| {
            pieces(&v1(who), 5)
        }),
        log_in("version 1 in two pieces, split after 20 bytes", |who| {
            pieces(&v1(who), 20)
        }),
        log_in("version 2 in two pieces, split after 10 bytes", |who| {
            pieces(&v2(who, STREAM, &[]), 10)
        }),
        log_in("version 2 in two pieces, split after 20 bytes", |who| {
            pieces(&v2(who, STREAM, &[]), 20)
        }),
        Row::own(
            "version 1 and the login in one segment",
            "imap_haproxy",
            |who| vec![[v1(who), login(who)].concat()],
            Then::LogOut,
        ),
        Row::own(
            "version 2 and the login in one segment",
            "imap_haproxy",
            |who| vec![[v2(who, STREAM, &[]), login(who)].concat()],
            Then::LogOut,
        ),
        Row::own(
            "a header, version 1, where none belongs",
            "imap",
            |who| vec![v1(who)],
            Then::LogIn,
        ),
        Row::own(
            "a header, version 2, where none belongs",
            "imap",
            |who| vec![v2(who, STREAM, &[])],
            // Dovecot gives up at the third line that is no command, unless the client has left.
            Then::LeaveAfter(4),
        ),
        Row::own(
            "a header, version 2, where none belongs",
            "imaps",
            |who| vec![v2(who, STREAM, &[])],
            Then::LogIn,
        ),
    ]
}

/// Visits without a login.
fn aborts() -> Vec<Row> {
    let log_in = |name, pieces| Row::own(name, "imap_haproxy", pieces, Then::LogIn);
    let leave_greeted =
        |name, listener, pieces| Row::own(name, listener, pieces, Then::LeaveAfter(1));
    let leave = |name, pieces| Row::own(name, "imap_haproxy", pieces, Then::LeaveAfter(0));
    vec![
        log_in("untrusted, with a header", |who| vec![v2(who, STREAM, &[])]).untrusted(),
        log_in("untrusted, silent", |_| vec![]).untrusted(),
        log_in("no header: silence", |_| vec![]),
        log_in("no header: a login", |who| vec![login(who)]),
        Row::curl("no header: TLS", "imap_haproxy", "imaps", &[]),
        Row::curl("no header: TLS", "imaps_haproxy", "imaps", &[]),
        log_in("part of version 1, 5 bytes, then silence", |who| {
            vec![v1(who)[..5].to_vec()]
        }),
        log_in("part of version 1, 20 bytes, then silence", |who| {
            vec![v1(who)[..20].to_vec()]
        }),
        log_in("part of version 2, 10 bytes, then silence", |who| {
            vec![v2(who, STREAM, &[])[..10].to_vec()]
        }),
        log_in("part of version 2, 20 bytes, then silence", |who| {
            vec![v2(who, STREAM, &[])[..20].to_vec()]
        }),
        leave("part of version 2, 20 bytes, then the end", |who| {
            vec![v2(who, STREAM, &[])[..20].to_vec()]
        }),
        log_in("version 2, one byte of the signature is wrong", |who| {
            let mut header = v2(who, STREAM, &[]);
            header[11] ^= 1;
            vec![header]
        }),
        log_in("version 2, the version is 3", |who| {
            vec![raw(0x31, 0x11, &block(who))]
        }),
        log_in("version 2, the command is 2", |who| {
            vec![raw(0x22, 0x11, &block(who))]
        }),
        log_in("version 2, the family is 4", |who| {
            vec![raw(0x21, 0x41, &block(who))]
        }),
        log_in("version 2, 11 bytes of addresses", |who| {
            vec![raw(0x21, 0x11, &block(who)[..11])]
        }),
        log_in("version 1, lower case", |who| {
            vec![format!("PROXY tcp4 {} 198.51.100.7 4711 143\r\n", who.claimed).into_bytes()]
        }),
        Row::own(
            "version 1, `PROXYX`",
            "imap_haproxy",
            |who| {
                vec![format!("PROXYX TCP4 {} 198.51.100.7 4711 143\r\n", who.claimed).into_bytes()]
            },
            Then::LogIn,
        )
        .crash(),
        log_in("version 1, port 65536", |who| {
            vec![format!("PROXY TCP4 {} 198.51.100.7 65536 143\r\n", who.claimed).into_bytes()]
        }),
        log_in("version 1, port 0143", |who| {
            vec![format!("PROXY TCP4 {} 198.51.100.7 4711 0143\r\n", who.claimed).into_bytes()]
        }),
        log_in("version 1, 300 bytes without an end", |_| {
            vec![[b"PROXY UNKNOWN ", &[b'x'; 286][..]].concat()]
        }),
        leave("a health check: no byte", |_| vec![]),
        leave_greeted("a health check: LOCAL", "imap_haproxy", |_| {
            vec![raw(0x20, 0x00, b"")]
        }),
        Row::own(
            "a health check: LOCAL",
            "imaps_haproxy",
            |_| vec![raw(0x20, 0x00, b"")],
            Then::LeaveAfter(0),
        ),
        leave_greeted("no login, after a header", "imap_haproxy", |who| {
            vec![v2(who, STREAM, &[])]
        }),
        leave_greeted("no login", "imap", |_| vec![]),
    ]
}

fn v1(who: &Who) -> Vec<u8> {
    let client = who.claimed;
    format!("PROXY TCP4 {client} 198.51.100.7 4711 143\r\n").into_bytes()
}

fn v2(who: &Who, transport: TransportProtocol, tlvs: &[OutgoingTlv<'_>]) -> Vec<u8> {
    let server = "198.51.100.7:143".parse().unwrap();
    let addresses = Addresses::ip((who.claimed, 4711).into(), server).unwrap();
    let header = Encoder::v2(transport, addresses).unwrap();
    header.with_tlvs(tlvs).to_vec().unwrap()
}

/// A header of this length.
fn padded(who: &Who, len: u16) -> Vec<u8> {
    v2(who, STREAM, &[OutgoingTlv::PadToLen(len)])
}

/// Version 2 with this 13th and 14th byte, and this after the length.
fn raw(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let len = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n", &[command, family][..], &len, rest].concat()
}

/// The addresses of version 2.
fn block(who: &Who) -> Vec<u8> {
    v2(who, STREAM, &[])[16..].to_vec()
}

/// The addresses of version 2 for UNIX sockets.
fn unix() -> Vec<u8> {
    let mut block = vec![0; 2 * 108];
    for (field, path) in block.chunks_mut(108).zip(["/run/client", "/run/imap"]) {
        field[..path.len()].copy_from_slice(path.as_bytes());
    }
    block
}

fn pieces(header: &[u8], at: usize) -> Vec<Vec<u8>> {
    let (first, second) = header.split_at(at);
    vec![first.to_vec(), second.to_vec()]
}

fn login(who: &Who) -> Vec<u8> {
    format!("a0 LOGIN {} secret\r\n", who.user).into_bytes()
}

const STREAM: TransportProtocol = TransportProtocol::Stream;

const CURL_HEADER: &[&str] = &["--haproxy-protocol"];
