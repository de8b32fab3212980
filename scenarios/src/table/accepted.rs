//! Headers that are accepted: whole, split, on UNIX sockets, up to the limit, of the allowed version.

use proxy_proto::Policy;

use crate::{
    client::Act,
    headers::{padded, valid_headers},
    table::{PAYLOAD, Row, TCP4, TRUSTED, refused, row, send, served, sources, whole},
};

/// Every valid header in one segment with its payload, and followed by it later.
pub(super) fn required() -> Vec<Row> {
    let mut rows = sources::all();
    rows.extend(whole());
    for header in valid_headers() {
        let want = served(&header, PAYLOAD);
        let apart = vec![
            send(&header.bytes),
            Act::AwaitConsumed,
            send(PAYLOAD),
            Act::HalfClose,
        ];
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
pub(super) fn split() -> Vec<Row> {
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

pub(super) fn unix() -> Vec<Row> {
    let mut rows = whole();
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
    rows.push(row(
        "no header",
        TRUSTED,
        other,
        refused::not_a_header(b"EHLO", 0),
    ));
    rows
}

pub(super) fn limit() -> Vec<Row> {
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

pub(super) fn versions() -> Vec<Row> {
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
