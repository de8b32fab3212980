//! Each outcome is counted once, under the names that operators know.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::{net::SocketAddr, time::Duration};
use std::io;

use proxy_proto::{
    ConnectionInfo, Counters, DecodeOptions, Decoded, OwnedEndpoint, OwnedHeader, Refusal, Version,
    Versions, decode, io::AcceptError,
};

const V1: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x07\xdc\x04\0\x8f";
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

fn peer() -> SocketAddr {
    "10.0.0.2:40528".parse().unwrap()
}

fn info(sent: &[u8]) -> ConnectionInfo {
    let header = match decode(sent) {
        Decoded::Complete(header) => Some(OwnedHeader::from(header)),
        _ => None,
    };
    ConnectionInfo::new(peer(), peer(), header)
}

fn invalid(options: DecodeOptions, sent: &[u8]) -> Refusal {
    match options.decode(sent) {
        Decoded::Invalid(error) => Refusal::InvalidHeader(error),
        other => panic!("{other:?}"),
    }
}

/// The counters that are not 0, without the prefix that all have.
fn counted(counters: &Counters) -> Vec<(&'static str, u64)> {
    let all = counters.iter();
    all.filter(|(_, value)| *value > 0)
        .map(|(name, value)| (name.strip_prefix("proxy_proto.").unwrap(), value))
        .collect()
}

fn accepted(sent: &[u8]) -> Vec<(&'static str, u64)> {
    let mut counters = Counters::new();
    counters.record_accepted(&info(sent));
    counted(&counters)
}

fn refused(refusal: &Refusal) -> Vec<(&'static str, u64)> {
    let mut counters = Counters::new();
    counters.record_refused(refusal);
    counted(&counters)
}

#[test]
fn accepted_connections_are_counted_by_version() {
    assert_eq!(accepted(V1), [("versions.v1.found", 1)]);
    assert_eq!(accepted(V2), [("versions.v2.found", 1)]);
    assert_eq!(accepted(b""), [("not_found_allowed", 1)]);
    assert_eq!(accepted(LOCAL), [("versions.v2.found", 1), ("local", 1)]);
}

#[test]
fn each_refusal_is_counted_under_its_name() {
    let any = invalid(DecodeOptions::new(), b"GET");
    let refusals = [
        Refusal::NotTrusted,
        Refusal::timed_out(Duration::ZERO, 0),
        Refusal::closed(0),
        Refusal::closed(1),
        any,
        Refusal::LimitReached,
        Refusal::SourceLimitReached,
    ];
    for refusal in &refusals {
        let counted = refused(refusal);
        let name = format!("refused.{}", refusal.name());
        assert_eq!(counted.last(), Some(&(&*name, 1)));
        assert_eq!(counted.len(), if *refusal == any { 2 } else { 1 });
    }
    let named = Counters::new().iter();
    let named = named.filter(|(name, _)| name.contains(".refused."));
    assert_eq!(named.count(), refusals.len());
}

#[test]
fn invalid_headers_are_counted_by_version_too() {
    let any = DecodeOptions::new();
    let only = |versions| any.with_versions(versions);
    let short = any.with_max_header_len(107);
    let too_long = [&V2[..14], b"\x01\0"].concat();
    let in_v2 = |at: usize, byte| {
        let mut sent = V2.to_vec();
        *sent.get_mut(at).unwrap() = byte;
        sent
    };
    let rows: [(DecodeOptions, &[u8], &str); 12] = [
        (any, b"EHLO", "not_found_disallowed"),
        (
            only(Versions::Only(Version::V2)),
            V1,
            "versions.v1.disallowed",
        ),
        (
            only(Versions::Only(Version::V1)),
            V2,
            "versions.v2.disallowed",
        ),
        (any, b"PROXY UDP4", "versions.v1.error"),
        (any, b"PROXY TCP4 192.0.2.01", "versions.v1.error"),
        (any, b"PROXY TCP4 192.0.2.256", "versions.v1.error"),
        (
            any,
            &[b"PROXY UNKNOWN ", &[b'x'; 100][..]].concat(),
            "versions.v1.error",
        ),
        (any, &in_v2(12, 0x11), "versions.v2.error"),
        (any, &in_v2(12, 0x22), "versions.v2.error"),
        (any, &in_v2(13, 0x41), "versions.v2.error"),
        (any, &in_v2(15, 0x0b), "versions.v2.error"),
        (short, &too_long, "versions.v2.error"),
    ];
    for (options, sent, name) in rows {
        let counted = refused(&invalid(options, sent));
        assert_eq!(counted, [(name, 1), ("refused.invalid_header", 1)]);
    }
}

#[test]
fn an_outcome_is_recorded_whatever_it_is() {
    let error = |kind| AcceptError::new((), OwnedEndpoint::from(peer()), kind);
    let mut counters = Counters::new();
    counters.record(&Ok(((), info(V1))));
    counters.record(&Err(error(Refusal::NotTrusted.into())));
    counters.record(&Err(error(
        io::Error::from(io::ErrorKind::BrokenPipe).into(),
    )));
    let expected = [
        ("versions.v1.found", 1),
        ("io_error", 1),
        ("refused.not_trusted", 1),
    ];
    assert_eq!(counted(&counters), expected);
}

#[test]
fn counters_add_up() {
    let mut counters = Counters::new();
    counters.record_io_error();
    let mut all = Counters::new();
    all += counters;
    all += counters;
    assert_eq!(counted(&all), [("io_error", 2)]);
}

#[test]
fn what_happens_to_the_listener_is_not_a_connection() {
    let mut counters = Counters::new();
    counters.record_accept_failed();
    counters.record_accept_stopped();
    let expected = [("accept_failed", 1), ("accept_stopped", 1)];
    assert_eq!(counted(&counters), expected);
}

#[test]
fn no_name_occurs_twice() {
    let mut names: Vec<_> = Counters::new().iter().map(|(name, _)| name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
