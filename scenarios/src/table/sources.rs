//! Who may connect, who must send a header, and who is a direct client.

use crate::{
    client::Act,
    headers::tcp4,
    table::{
        PAYLOAD, Row, STRANGER, TCP4, TRUSTED, direct_client, refused, row, send, served, whole,
    },
};

/// Who may connect.
pub(super) fn all() -> Vec<Row> {
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

/// Strangers are direct clients, whatever they send; trusted peers must send a header.
pub(super) fn direct() -> Vec<Row> {
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
        refused::not_a_header(b"EHLO", 0),
    ));
    rows.extend(all().into_iter().take(1));
    rows
}

pub(super) fn optional() -> Vec<Row> {
    let mut rows = all();
    rows.extend(whole());
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
