//! The table.

use std::{net::IpAddr, time::Duration};

use proxy_proto::{DecodeOptions, HeaderMode, Policy, Version, Versions};

use crate::{
    client::Act,
    headers::{Endpoints, ValidHeader, padded, tcp4, v2, valid_headers},
};

/// A listener under one policy, and what happens on it.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) listen: Listen,
    pub(crate) policy: Policy,
    pub(crate) rows: Vec<Row>,
}

#[derive(Clone, Copy)]
pub(crate) enum Listen {
    V4,
    /// A socket on which an IPv4 peer is v4-mapped.
    V4Mapped,
    Unix,
}

/// One connection.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) source: IpAddr,
    pub(crate) acts: Vec<Act>,
    pub(crate) want: Want,
}

#[derive(Clone, Debug)]
pub(crate) enum Want {
    /// For exactly this reason.
    Refused(String),
    /// For a reason that starts like this.
    RefusedLike(String),
    Served {
        /// Empty for a direct client.
        header: Vec<u8>,
        endpoints: Endpoints,
        payload: Vec<u8>,
    },
}

const TRUSTED: &str = "127.0.0.2";
const STRANGER: &str = "127.0.0.9";

/// Contains the bytes of two more headers, which must never be interpreted as such.
const PAYLOAD: &[u8] = b"a LOGIN\r\nPROXY UNKNOWN\r\n\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
const TCP4: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";

pub(crate) fn groups() -> Vec<Group> {
    let group = |name, listen, policy, rows| Group {
        name,
        listen,
        policy,
        rows,
    };
    let optional = policy().with_mode(HeaderMode::Optional);
    let by_source = policy().with_mode(HeaderMode::BySource);
    let only_v2 = DecodeOptions::new().with_versions(Versions::Only(Version::V2));
    vec![
        group("required", Listen::V4, policy(), required()),
        group("split", Listen::V4, policy(), split()),
        group("invalid", Listen::V4, policy(), invalid()),
        group("endings", Listen::V4, policy(), endings()),
        group("v4-mapped", Listen::V4Mapped, policy(), sources()),
        group("unix", Listen::Unix, policy(), unix()),
        group("by source", Listen::V4, by_source, direct()),
        group("optional", Listen::V4, optional.clone(), optional_rows()),
        group("late", Listen::V4, policy().with_timeout(SOON), late()),
        group(
            "optional, late",
            Listen::V4,
            optional.with_timeout(SOON),
            late_optional(),
        ),
        group(
            "limit",
            Listen::V4,
            policy().with_max_header_len(536),
            limit(),
        ),
        group(
            "only v2",
            Listen::V4,
            policy().with_decode_options(only_v2),
            versions(),
        ),
    ]
}

fn policy() -> Policy {
    let trusted = "127.0.0.2 unix".parse().unwrap();
    Policy::new(trusted).with_timeout(Duration::from_secs(60))
}

/// The deadline of rows that wait for it.
const SOON: Duration = Duration::from_millis(300);

fn row(name: impl Into<String>, source: &str, acts: Vec<Act>, want: Want) -> Row {
    Row {
        name: name.into(),
        source: source.parse().unwrap(),
        acts,
        want,
    }
}

fn refused(reason: &str) -> Want {
    Want::Refused(reason.to_owned())
}

fn direct_client(payload: &[u8]) -> Want {
    Want::Served {
        header: Vec::new(),
        endpoints: Endpoints::Own,
        payload: payload.to_vec(),
    }
}

fn served(header: &ValidHeader, payload: &[u8]) -> Want {
    Want::Served {
        header: header.bytes.clone(),
        endpoints: header.endpoints.clone(),
        payload: payload.to_vec(),
    }
}

fn send(bytes: &[u8]) -> Act {
    Act::Send(bytes.to_vec())
}

/// Every valid header in one segment with its payload, and followed by it later.
fn required() -> Vec<Row> {
    let mut rows = sources();
    for header in valid_headers() {
        let want = served(&header, PAYLOAD);
        let together = [&header.bytes[..], PAYLOAD].concat();
        let apart = vec![
            send(&header.bytes),
            Act::AwaitConsumed,
            send(PAYLOAD),
            Act::HalfClose,
        ];
        let whole = vec![Act::Send(together), Act::HalfClose];
        rows.push(row(header.name, TRUSTED, whole, want.clone()));
        rows.push(row(
            format!("{}, payload later", header.name),
            TRUSTED,
            apart,
            want,
        ));

        let alone = vec![send(&header.bytes), Act::HalfClose];
        let want = served(&header, b"");
        rows.push(row(
            format!("{}, no payload", header.name),
            TRUSTED,
            alone,
            want,
        ));
    }
    for len in [536, 537, 3000, Policy::DEFAULT_MAX_HEADER_LEN] {
        rows.push(large_payload(len));
    }
    rows
}

/// More payload than the buffers of both sockets hold.
fn large_payload(header_len: usize) -> Row {
    let header = padded(header_len);
    let payload: Vec<u8> = (0..4_u32 << 20)
        .map(|i| (i % 251).to_le_bytes()[0])
        .collect();
    let sent = [&header.bytes[..], &payload].concat();
    let want = served(&header, &payload);
    let acts = vec![Act::Send(sent), Act::HalfClose];
    row(
        format!("header of {header_len} bytes, 4 MiB of payload"),
        TRUSTED,
        acts,
        want,
    )
}

/// Every valid header split at every byte, its second part with the payload; and byte by byte.
fn split() -> Vec<Row> {
    let mut rows = Vec::new();
    for header in valid_headers() {
        let want = served(&header, PAYLOAD);
        for at in 1..header.bytes.len() {
            let (first, second) = header.bytes.split_at(at);
            let acts = vec![
                send(first),
                Act::AwaitConsumed,
                Act::Send([second, PAYLOAD].concat()),
                Act::HalfClose,
            ];
            let name = format!("{}, split at {at}", header.name);
            rows.push(row(name, TRUSTED, acts, want.clone()));
        }
        let bytes = header.bytes.iter();
        let mut acts: Vec<_> = bytes
            .flat_map(|byte| [send(&[*byte]), Act::AwaitConsumed])
            .collect();
        acts.extend([send(PAYLOAD), Act::HalfClose]);
        rows.push(row(
            format!("{}, byte by byte", header.name),
            TRUSTED,
            acts,
            want,
        ));
    }
    rows
}

/// Who may connect.
fn sources() -> Vec<Row> {
    let served = served(&tcp4(), PAYLOAD);
    let sent = vec![Act::Send([TCP4, PAYLOAD].concat()), Act::HalfClose];
    vec![
        row("trusted", TRUSTED, sent.clone(), served),
        row(
            "stranger with a header",
            STRANGER,
            sent,
            refused("not trusted"),
        ),
        row(
            "silent stranger",
            STRANGER,
            Vec::new(),
            refused("not trusted"),
        ),
    ]
}

fn unix() -> Vec<Row> {
    let mut rows = Vec::new();
    for header in valid_headers() {
        let want = served(&header, PAYLOAD);
        let acts = vec![
            Act::Send([&header.bytes[..], PAYLOAD].concat()),
            Act::HalfClose,
        ];
        rows.push(row(header.name, TRUSTED, acts, want));
    }
    let probe = refused("closed before any byte of a header");
    rows.push(row("probe", TRUSTED, vec![Act::Close], probe));
    let half = vec![send(&TCP4[..9]), Act::Close];
    rows.push(row(
        "half a header",
        TRUSTED,
        half,
        refused("closed after 9 bytes of the header"),
    ));
    let other = vec![send(b"EHLO example.com\r\n")];
    rows.push(row("no header", TRUSTED, other, not_a_header(b"EHLO", 0)));
    rows
}

/// A garbage byte in place of each byte of a header, with what precedes it: refused at that byte.
fn invalid() -> Vec<Row> {
    let mut rows = Vec::new();
    let signature = b"\r\n\r\n\0\r\nQUIT\n";
    for (start, name) in [(&b"PROXY "[..], "v1"), (signature, "v2")] {
        for at in 0..start.len() {
            let mut sent = start[..at].to_vec();
            sent.push(b'\x01');
            let want = not_a_header(&sent, at);
            rows.push(row(
                format!("{name}, garbage at {at}"),
                TRUSTED,
                vec![Act::Send(sent.clone())],
                want.clone(),
            ));
            if at > 0 {
                let acts = vec![send(&sent[..at]), Act::AwaitConsumed, send(b"\x01")];
                rows.push(row(
                    format!("{name}, garbage at {at}, alone"),
                    TRUSTED,
                    acts,
                    want,
                ));
            }
        }
    }
    let fields = [
        (
            &b"PROXY TCP5"[..],
            "unexpected byte 0x35 in the protocol name at byte 9",
        ),
        (
            b"PROXY TCP4 256",
            "number greater than 255 in the source address at byte 13",
        ),
        (
            b"PROXY TCP4 1.1.1.1 2.2.2.2 01",
            "leading zero in the source port at byte 28",
        ),
        (
            b"PROXY UNKNOWN\n",
            "unexpected byte 0x0a in the protocol name at byte 13",
        ),
        (
            b"GET / HTTP/1.1\r\n\r\n",
            "no PROXY header: the first bytes look like HTTP: 0x47 at byte 0",
        ),
        (
            b"\x16\x03\x01\x02\0",
            "no PROXY header: the first bytes look like TLS: 0x16 at byte 0",
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x22",
            "unassigned command 0x2 at byte 12",
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x21\x41",
            "unassigned address family 0x4 at byte 13",
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0b",
            "length 11 is less than the 12 bytes of the addresses at byte 15",
        ),
    ];
    for (sent, error) in fields {
        let want = refused(&format!("invalid header: {error}"));
        rows.push(row(error, TRUSTED, vec![send(sent)], want));
    }
    let inet = b"\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f";
    let wrong_checksum = v2(0x21, 0x11, &[inet, b"\x03\0\x04\0\0\0\x01"]);
    let checksum = "CRC32C is 0x00000001, expected ";
    rows.push(row(
        checksum,
        TRUSTED,
        vec![Act::Send(wrong_checksum)],
        Want::RefusedLike(format!("invalid header: {checksum}")),
    ));
    rows
}

fn not_a_header(start: &[u8], offset: usize) -> Want {
    let found = start[offset];
    refused(&format!(
        "invalid header: no PROXY header: {found:#04x} at byte {offset}"
    ))
}

/// How a connection may end before its header is whole.
fn endings() -> Vec<Row> {
    let mut rows = Vec::new();
    let headers = [("v1", TCP4.to_vec()), ("v2", padded(60).bytes)];
    for ending in [Act::Close, Act::HalfClose, Act::Reset] {
        let probe = refused("closed before any byte of a header");
        rows.push(row(
            format!("{ending:?} at once"),
            TRUSTED,
            vec![ending.clone()],
            probe,
        ));
        for (name, header) in &headers {
            for at in 1..header.len() {
                let want = refused(&format!("closed after {at} bytes of the header"));
                let acts = vec![send(&header[..at]), Act::AwaitConsumed, ending.clone()];
                rows.push(row(
                    format!("{name}, {ending:?} after {at}"),
                    TRUSTED,
                    acts,
                    want,
                ));
            }
        }
    }
    rows
}

/// Strangers are direct clients, whatever they send; trusted peers must send a header.
fn direct() -> Vec<Row> {
    let mut rows = Vec::new();
    for sent in [PAYLOAD, TCP4, b"", b"PRO"] {
        let acts = vec![send(sent), Act::HalfClose];
        rows.push(row("direct client", STRANGER, acts, direct_client(sent)));
    }
    let acts = vec![send(b"EHLO example.com\r\n")];
    rows.push(row(
        "trusted without a header",
        TRUSTED,
        acts,
        not_a_header(b"EHLO", 0),
    ));
    rows.extend(sources().into_iter().take(1));
    rows
}

fn optional_rows() -> Vec<Row> {
    let mut rows = sources();
    for header in valid_headers() {
        let want = served(&header, PAYLOAD);
        let acts = vec![
            Act::Send([&header.bytes[..], PAYLOAD].concat()),
            Act::HalfClose,
        ];
        rows.push(row(header.name, TRUSTED, acts, want));
    }
    for sent in [&b"a LOGIN\r\n"[..], b"PROXYX", b"POST / HTTP/1.1", b"\r\nx"] {
        let acts = vec![send(sent), Act::HalfClose];
        rows.push(row("direct client", TRUSTED, acts, direct_client(sent)));
        // Its first part may be that of a signature until more has arrived.
        let (first, second) = sent.split_at(1);
        let acts = vec![send(first), send(second), Act::HalfClose];
        rows.push(row(
            "direct client, split",
            TRUSTED,
            acts,
            direct_client(sent),
        ));
    }
    let wrong = vec![send(b"PROXY TCP5")];
    let reason = "invalid header: unexpected byte 0x35 in the protocol name at byte 9";
    rows.push(row(
        "wrong after the signature",
        TRUSTED,
        wrong,
        refused(reason),
    ));
    rows
}

/// What has not arrived in time.
fn late() -> Vec<Row> {
    let timed_out = |received| {
        refused(&format!(
            "no complete header within 0.3 s: {received} bytes received"
        ))
    };
    let mut rows = vec![row("silence", TRUSTED, Vec::new(), timed_out(0))];
    for at in [1, 13, TCP4.len() - 1] {
        rows.push(row(
            format!("{at} bytes"),
            TRUSTED,
            vec![send(&TCP4[..at])],
            timed_out(at),
        ));
    }
    let drip = Act::Drip(TCP4.to_vec(), Duration::from_millis(50));
    rows.push(row(
        "drip",
        TRUSTED,
        vec![drip],
        Want::RefusedLike("no complete header within 0.3 s: ".into()),
    ));
    rows.extend(sources());
    rows
}

fn late_optional() -> Vec<Row> {
    let timed_out = |received| {
        refused(&format!(
            "no complete header within 0.3 s: {received} bytes received"
        ))
    };
    vec![
        row("silence", TRUSTED, Vec::new(), timed_out(0)),
        row(
            "part of a signature",
            TRUSTED,
            vec![send(b"PROX")],
            timed_out(4),
        ),
        // What is left in the socket hides the end.
        row(
            "part of a signature, closed",
            TRUSTED,
            vec![send(b"PROX"), Act::HalfClose],
            timed_out(4),
        ),
        row(
            "part of a header",
            TRUSTED,
            vec![send(b"PROXY TCP")],
            timed_out(9),
        ),
    ]
}

fn limit() -> Vec<Row> {
    let (whole, served) = (padded(536), served(&padded(536), b""));
    let too_long = refused("invalid header: header longer than 536 bytes at byte 15");
    let longer = padded(537).bytes;
    vec![
        row(
            "as long as allowed",
            TRUSTED,
            vec![Act::Send(whole.bytes), Act::HalfClose],
            served,
        ),
        row(
            "a byte longer",
            TRUSTED,
            vec![send(&longer)],
            too_long.clone(),
        ),
        row(
            "a byte longer, split",
            TRUSTED,
            vec![
                send(&longer[..15]),
                Act::AwaitConsumed,
                send(&longer[15..16]),
            ],
            too_long,
        ),
    ]
}

fn versions() -> Vec<Row> {
    let refused = refused("invalid header: version 1 is not allowed here at byte 0");
    let (whole, served) = (padded(40), served(&padded(40), b""));
    vec![
        row("version 1", TRUSTED, vec![send(TCP4)], refused),
        row(
            "version 2",
            TRUSTED,
            vec![Act::Send(whole.bytes), Act::HalfClose],
            served,
        ),
    ]
}
