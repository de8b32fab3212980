//! Connections that are refused: what is not a header, and what ends or does not arrive in time.

use std::time::Duration;

use crate::{
    client::Act,
    headers::{padded, v2},
    table::{Row, TCP4, TRUSTED, Want, refused, row, send, sources},
};

/// A garbage byte in place of each byte of a header, with what precedes it: refused at that byte.
pub(super) fn invalid() -> Vec<Row> {
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

pub(super) fn not_a_header(start: &[u8], offset: usize) -> Want {
    let found = start[offset];
    refused(&format!(
        "invalid header: no PROXY header: {found:#04x} at byte {offset}"
    ))
}

/// How a connection may end before its header is whole.
pub(super) fn endings() -> Vec<Row> {
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

/// What has not arrived in time.
pub(super) fn late() -> Vec<Row> {
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
    rows.extend(sources::all());
    rows
}

pub(super) fn late_optional() -> Vec<Row> {
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
