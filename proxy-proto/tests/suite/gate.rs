//! The gate: its answers to a peer, to bytes, to a timeout and to a close.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::{net::SocketAddr, time::Duration};

use proxy_proto::{
    Accepted, ConnectionInfo, Endpoint, Entry, Gate, HeaderMode, OwnedEndpoint, Policy, Refusal,
    Step, UnixAddress, decode,
};

use crate::common::{INET_BLOCK, Vector, Verdict, v2, vectors};

const PAYLOAD: &[u8] = b"PROXY UNKNOWN\r\n\r\n\r\n\0\r\nQUIT\n";

fn ip(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn balancer() -> SocketAddr {
    ip("10.0.0.2:40528")
}

fn policy() -> Policy {
    Policy::new("10.0.0.0/8 unix".parse().unwrap()).with_max_header_len(usize::MAX)
}

fn gate(policy: &Policy) -> Gate {
    match Gate::open(policy, balancer()) {
        Entry::Read(gate) => gate,
        other => panic!("{other:?}"),
    }
}

fn info(accepted: Accepted) -> ConnectionInfo {
    accepted.info(ip("10.0.0.9:143"))
}

/// A socket that holds `sent`, and has shown `arrived` bytes of it.
struct Socket {
    sent: Vec<u8>,
    arrived: usize,
    removed: usize,
}

impl Socket {
    fn new(header: &[u8]) -> Self {
        Self {
            sent: [header, PAYLOAD].concat(),
            arrived: 0,
            removed: 0,
        }
    }

    /// Lets bytes arrive up to `end`, and removes what the gate consumes.
    fn arrive(&mut self, end: usize, gate: &mut Gate) -> Step {
        self.arrived = end.min(self.sent.len());
        let step = gate.feed(&self.sent[self.removed..self.arrived]);
        self.removed += step.consume();
        step
    }

    /// Drives the gate while bytes arrive up to each of `ends`, and then all of them.
    fn drive(&mut self, ends: impl IntoIterator<Item = usize>, gate: &mut Gate) -> Step {
        let all = self.sent.len();
        for end in ends.into_iter().chain([all]) {
            match self.arrive(end, gate) {
                Step::NeedMore { .. } => assert_eq!(self.removed, self.arrived),
                step => return step,
            }
        }
        panic!("no answer to all of {:?}", self.sent.escape_ascii())
    }
}

/// The ways in which a row arrives: whole, split in two at each byte, and byte by byte.
fn arrivals(len: usize) -> impl Iterator<Item = Vec<usize>> {
    let bytewise = (1..=len).collect();
    (1..len).map(|split| vec![split]).chain([vec![], bytewise])
}

fn assert_answer(row: &Vector, ends: &[usize], step: Step, removed: usize) {
    let id = format!("{} split at {ends:?}", row.id);
    match (&row.want, step) {
        (Verdict::Complete(seen), Step::Accepted(accepted)) => {
            assert_eq!(removed, seen.consumed, "{id}");
            let header = &row.bytes[..seen.consumed];
            let info = info(accepted);
            assert_eq!(info.header(), decode(header).into_result().unwrap(), "{id}");
            assert_eq!(info.is_proxied(), seen.source.is_some(), "{id}");
        }
        (Verdict::Invalid { offset }, Step::Refused(Refusal::InvalidHeader(error))) => {
            assert_eq!(error.offset, *offset, "{id}");
        }
        (want, step) => panic!("{id}: {step:?} instead of {want:?}"),
    }
}

#[test]
fn every_row_gets_its_verdict_however_it_arrives() {
    for row in vectors() {
        if matches!(row.want, Verdict::NeedMore { .. }) {
            continue;
        }
        let len = row.bytes.len().min(300);
        for ends in arrivals(len) {
            let mut gate = gate(&policy());
            let mut socket = Socket::new(&row.bytes);
            let step = socket.drive(ends.iter().copied(), &mut gate);
            assert_answer(&row, &ends, step, socket.removed);
        }
    }
}

#[test]
fn a_row_that_needs_more_is_buffered_and_refused_by_how_the_connection_ends() {
    for row in vectors() {
        let Verdict::NeedMore { at_least } = row.want else {
            continue;
        };
        let mut gate = gate(&policy());
        let Step::NeedMore { consume, .. } = gate.feed(&row.bytes) else {
            panic!("{}", row.id);
        };
        assert_eq!(consume, row.bytes.len(), "{}", row.id);
        assert_eq!(gate.received(), row.bytes.len(), "{}", row.id);
        assert_eq!(gate.at_least(), at_least, "{}", row.id);
        assert_eq!(gate.closed(), Refusal::closed(row.bytes.len()));
        let timed_out = Refusal::timed_out(Policy::DEFAULT_TIMEOUT, row.bytes.len());
        assert_eq!(gate.remaining(Policy::DEFAULT_TIMEOUT), Err(timed_out));
        assert_eq!(gate.timed_out(), timed_out);
    }
}

/// A stream that cannot be peeked at: the gate consumes everything that it allowed to be read.
#[test]
fn reading_at_least_each_time_consumes_exactly_the_header() {
    for row in vectors() {
        let Verdict::Complete(seen) = &row.want else {
            continue;
        };
        let mut gate = gate(&policy());
        let mut rest = &row.bytes[..];
        let accepted = loop {
            let (read, later) = rest.split_at(gate.at_least());
            rest = later;
            let step = gate.feed(read);
            assert_eq!(step.consume(), read.len(), "{}", row.id);
            match step {
                Step::NeedMore { .. } => {}
                Step::Accepted(accepted) => break accepted,
                Step::Refused(refusal) => panic!("{}: {refusal}", row.id),
            }
        };
        assert_eq!(rest, &row.bytes[seen.consumed..], "{}", row.id);
        assert!(info(accepted).header().is_some());
    }
}

#[test]
fn a_peer_is_refused_or_direct_before_a_byte_is_seen() {
    let stranger = ip("192.0.2.66:40528");
    for (mode, refused) in [
        (HeaderMode::Required, true),
        (HeaderMode::BySource, false),
        (HeaderMode::Optional, true),
    ] {
        let policy = policy().with_mode(mode);
        match Gate::open(&policy, stranger) {
            Entry::Refused(Refusal::NotTrusted) => assert!(refused, "{mode}"),
            Entry::Direct(accepted) => {
                assert!(!refused, "{mode}");
                let info = info(accepted);
                assert_eq!(info.client_addr(), stranger);
                assert_eq!(info.header(), None);
            }
            other => panic!("{mode}: {other:?}"),
        }
        let mapped = ip("[::ffff:10.0.0.2]:40528");
        let unix = OwnedEndpoint::from(Endpoint::Unix(UnixAddress::UNNAMED));
        for peer in [mapped.into(), unix] {
            let Entry::Read(gate) = Gate::open(&policy, peer.clone()) else {
                panic!("{mode}: {peer} is trusted");
            };
            assert_eq!(gate.peer_addr(), peer.endpoint());
        }
    }
}

/// Until the signature is whole nothing is consumed, so a direct client's bytes are all still in
/// the socket.
#[test]
fn an_optional_header_is_consumed_only_after_its_signature() {
    let policy = policy().with_mode(HeaderMode::Optional);
    let inet = v2(0x11, &[INET_BLOCK]);
    for (header, signature_len) in [(&b"PROXY UNKNOWN\r\n"[..], 6), (&inet, 12)] {
        let mut gate = gate(&policy);
        let mut socket = Socket::new(header);
        for end in 0..header.len() {
            let step = socket.arrive(end, &mut gate);
            assert!(matches!(step, Step::NeedMore { .. }), "{end}: {step:?}");
            assert_eq!(socket.removed, if end < signature_len { 0 } else { end });
            assert_eq!(gate.closed(), Refusal::closed(end));
            assert_eq!(gate.timed_out(), Refusal::timed_out(gate.timeout(), end));
        }
        let step = socket.arrive(usize::MAX, &mut gate);
        assert!(matches!(step, Step::Accepted(_)), "{step:?}");
        assert_eq!(socket.removed, header.len());
    }
}

#[test]
fn bytes_that_cannot_start_an_optional_header_are_those_of_a_direct_client() {
    let policy = policy().with_mode(HeaderMode::Optional);
    for sent in [
        &b"a LOGIN\r\n"[..],
        b"POST / HTTP/1.1\r\n",
        b"PROXYX",
        b"\r\n\r\n\0\r\nQUIT\r",
        b"\x16\x03\x01",
    ] {
        for first in 0..sent.len() {
            let mut gate = gate(&policy);
            let first = match gate.feed(&sent[..first]) {
                Step::NeedMore { consume, .. } => {
                    assert_eq!(consume, 0);
                    gate.feed(sent)
                }
                step => step,
            };
            let consume = first.consume();
            let Step::Accepted(accepted) = first else {
                panic!("{first:?}");
            };
            assert_eq!(consume, 0);
            let info = info(accepted);
            assert_eq!(info.client_addr(), balancer());
            assert_eq!(info.header(), None);
        }
    }
}

/// The signature commits the peer: then the header is required.
#[test]
fn an_optional_header_that_is_invalid_after_its_signature_is_refused() {
    let policy = policy().with_mode(HeaderMode::Optional);
    for sent in [&b"PROXY TCP5"[..], b"\r\n\r\n\0\r\nQUIT\n\x31"] {
        let step = gate(&policy).feed(sent);
        assert!(
            matches!(step, Step::Refused(Refusal::InvalidHeader(_))),
            "{step:?}"
        );
        assert_eq!(step.consume(), 0);
    }
}

#[test]
fn the_deadline_is_the_policys_and_no_byte_extends_it() {
    let policy = policy().with_timeout(Duration::from_secs(5));
    let mut gate = gate(&policy);
    assert_eq!(gate.remaining(Duration::ZERO), Ok(Duration::from_secs(5)));
    for (seconds, byte) in (1..5).zip(b"PROX") {
        let _ = gate.feed(&[*byte]);
        let left = Duration::from_secs(5 - seconds);
        assert_eq!(gate.remaining(Duration::from_secs(seconds)), Ok(left));
    }
    let refusal = Refusal::timed_out(Duration::from_secs(5), 4);
    for late in [5, 6, u64::MAX] {
        assert_eq!(gate.remaining(Duration::from_secs(late)), Err(refusal));
    }
}

/// A limit holds however the header arrives.
#[test]
fn the_limit_of_the_policy_is_kept() {
    let long = v2(0x11, &[INET_BLOCK, b"\x04\x02\x00", &[0; 512]]);
    let policy = policy().with_max_header_len(536);
    for ends in arrivals(16) {
        let mut gate = gate(&policy);
        let step = Socket::new(&long).drive(ends.iter().copied(), &mut gate);
        let Step::Refused(Refusal::InvalidHeader(error)) = step else {
            panic!("{ends:?}: {step:?}");
        };
        assert_eq!(error.to_string(), "header longer than 536 bytes at byte 15");
        assert!(gate.received() <= 16, "nothing more is buffered");
    }
}

#[test]
fn a_reset_is_a_close_and_another_error_is_not() {
    use std::io::{Error, ErrorKind};

    let mut gate = gate(&policy());
    for received in [0, 3] {
        let _ = gate.feed(&b"PRO"[..received]);
        for kind in [ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted] {
            let refusal = gate.failed(Error::from(kind)).unwrap();
            assert_eq!(refusal, Refusal::closed(received));
        }
        let error = gate.failed(Error::from(ErrorKind::TimedOut)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
