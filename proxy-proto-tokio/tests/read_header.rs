//! `read_header` on scripted streams: what it consumes and what it returns, wherever they pause or
//! end.
//!
//! The clock stands still and advances when nothing else can happen, so every pause of a script is
//! one poll that returns `Pending`.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    time::Duration,
};

use proptest::{collection::vec, prelude::*, sample::select};
use proxy_proto_scenarios::headers;
use proxy_proto_tokio::{
    AcceptErrorKind,
    proxy_proto::{ConnectionInfo, HeaderMode, Policy, Refusal, TrustedNetworks},
    read_header,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, BufReader},
    runtime,
    time::Instant,
};
use tokio_test::{
    assert_pending,
    io::{Builder, Mock},
    task,
};

const TCP4: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
const V2: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f";
/// Contains the bytes of two more headers.
const PAYLOAD: &[u8] = b"a NOOP\r\nPROXY UNKNOWN\r\n\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
const PAUSE: Duration = Duration::from_millis(1);
const TIMEOUT: Duration = Duration::from_secs(3);

fn policy() -> Policy {
    Policy::new("10.0.0.0/8".parse().unwrap()).with_timeout(TIMEOUT)
}

async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    policy: &Policy,
) -> Result<ConnectionInfo, AcceptErrorKind> {
    let peer: SocketAddr = "10.0.0.2:40528".parse().unwrap();
    let local: SocketAddr = "10.0.0.9:143".parse().unwrap();
    read_header(stream, peer, local, policy).await
}

async fn refusal(stream: &mut Mock, policy: &Policy) -> Refusal {
    match read(stream, policy).await {
        Err(AcceptErrorKind::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// A stream that yields these parts, with a pause after each.
fn script(parts: &[&[u8]]) -> Mock {
    let mut script = Builder::new();
    for part in parts {
        script.read(part).wait(PAUSE);
    }
    script.build()
}

/// Asserts that the header is read from this stream, and that exactly the payload is left.
async fn assert_read(mut stream: impl AsyncRead + Unpin, header: &[u8], id: &str) {
    let info = read(&mut stream, &policy()).await.unwrap();
    assert_eq!(info.header().unwrap().as_bytes(), header, "{id}");
    assert_eq!(info.peer_addr().to_string(), "10.0.0.2:40528", "{id}");
    assert_eq!(info.local_addr().to_string(), "10.0.0.9:143", "{id}");
    assert_left(stream, PAYLOAD, id).await;
}

/// Asserts that the rest of the stream is this.
async fn assert_left(mut stream: impl AsyncRead + Unpin, left: &[u8], id: &str) {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(rest == left, "{id}: {}", rest.escape_ascii());
}

#[tokio::test(start_paused = true)]
async fn payload_is_never_consumed_wherever_the_stream_pauses() {
    for header in headers() {
        let sent = [&header[..], PAYLOAD].concat();
        for at in 0..=header.len() {
            let (first, second) = sent.split_at(at);
            let id = format!("{at} of {}", header.len());
            assert_read(script(&[first, second]), &header, &id).await;
            let buffered = BufReader::new(script(&[first, second]));
            assert_read(buffered, &header, &id).await;
        }
        let bytes: Vec<_> = sent.chunks(1).collect();
        assert_read(script(&bytes), &header, "byte by byte").await;
        assert_read(BufReader::new(script(&bytes)), &header, "byte by byte").await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn payload_is_never_consumed_however_the_stream_is_split(
        header in select(headers()),
        payload in vec(any::<u8>(), 0..2000),
        splits in vec(any::<prop::sample::Index>(), 0..12),
        capacity in 1..600_usize,
    ) {
        let sent = [&header[..], &payload].concat();
        let mut splits: Vec<_> = splits.iter().map(|it| it.index(sent.len())).collect();
        splits.extend([0, sent.len()]);
        splits.sort_unstable();
        let parts: Vec<_> = splits.windows(2).map(|it| &sent[it[0]..it[1]]).collect();
        let mut runtime = runtime::Builder::new_current_thread();
        runtime.enable_time().start_paused(true).build().unwrap().block_on(async {
            let mut stream = script(&parts);
            let info = read(&mut stream, &policy()).await.unwrap();
            assert_eq!(info.header().unwrap().as_bytes(), header);
            assert_left(stream, &payload, "bare").await;

            let mut stream = BufReader::with_capacity(capacity, script(&parts));
            read(&mut stream, &policy()).await.unwrap();
            assert_left(stream, &payload, "buffered").await;
        });
    }
}

/// The payload is then in its buffer.
#[tokio::test]
async fn header_and_payload_are_one_read_of_a_stream_with_a_buffer() {
    for header in headers() {
        let mut stream = BufReader::new(script(&[&[&header[..], PAYLOAD].concat()]));
        read(&mut stream, &policy()).await.unwrap();
        assert_eq!(stream.buffer(), PAYLOAD);
    }
}

#[tokio::test(start_paused = true)]
async fn end_and_reset_are_refusals_and_other_errors_are_returned_at_every_offset() {
    for header in headers() {
        for at in 0..header.len() {
            let start = &header[..at];
            let closed = Refusal::closed(at);
            assert_eq!(refusal(&mut script(&[start]), &policy()).await, closed);

            let failing = |kind: ErrorKind| {
                let error = io::Error::from(kind);
                Builder::new().read(start).read_error(error).build()
            };
            for kind in [ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted] {
                assert_eq!(refusal(&mut failing(kind), &policy()).await, closed);
            }
            match read(&mut failing(ErrorKind::HostUnreachable), &policy()).await {
                Err(AcceptErrorKind::Io(error)) => {
                    assert_eq!(error.kind(), ErrorKind::HostUnreachable);
                }
                other => panic!("{at}: {other:?}"),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_invalid_header_is_refused_at_its_first_invalid_byte() {
    for (sent, offset) in [(&b"E"[..], 0), (b"PROXX", 4), (b"PROXY TCP4 256", 13)] {
        let bytes: Vec<_> = sent.chunks(1).collect();
        match refusal(&mut script(&bytes), &policy()).await {
            Refusal::InvalidHeader(error) => assert_eq!(error.offset, offset),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_deadline_covers_the_whole_header() {
    for received in [0, 1, 15, V2.len() - 1] {
        let started = Instant::now();
        let mut stream = Builder::new()
            .read(&V2[..received])
            .wait(2 * TIMEOUT)
            .build();
        let refusal = refusal(&mut stream, &policy()).await;
        assert_eq!(refusal, Refusal::timed_out(TIMEOUT, received));
        assert_eq!(started.elapsed(), TIMEOUT);
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_that_drip_do_not_extend_the_deadline() {
    // Eight within the timeout.
    const DRIP: Duration = Duration::from_millis(400);
    let started = Instant::now();
    let mut stream = Builder::new();
    for byte in TCP4 {
        stream.read(&[*byte]).wait(DRIP);
    }
    let mut stream = stream.build();
    let refusal = refusal(&mut stream, &policy()).await;
    assert_eq!(refusal, Refusal::timed_out(TIMEOUT, 8));
    assert_eq!(started.elapsed(), TIMEOUT);
    assert_left(stream, &TCP4[8..], "after the deadline").await;
}

#[tokio::test(start_paused = true)]
async fn payload_may_follow_after_the_deadline() {
    let mut stream = Builder::new()
        .read(TCP4)
        .wait(2 * TIMEOUT)
        .read(PAYLOAD)
        .build();
    let started = Instant::now();
    read(&mut stream, &policy()).await.unwrap();
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_left(stream, PAYLOAD, "later").await;
}

/// Dropping the future loses the part of the header that it has consumed, and never payload.
#[tokio::test(start_paused = true)]
async fn a_future_dropped_wherever_it_waits_has_consumed_nothing_but_the_header() {
    for header in headers() {
        let sent = [&header[..], PAYLOAD].concat();
        for at in 0..header.len() {
            let mut stream = script(&[&sent[..at], &sent[at..]]);
            let policy = policy();
            let mut reading = task::spawn(read(&mut stream, &policy));
            assert_pending!(reading.poll(), "{at}");
            drop(reading);
            if at == 0 {
                // Nothing is lost yet.
                assert_read(stream, &header, "again").await;
            } else {
                assert_left(stream, &sent[at..], "dropped").await;
            }
        }
    }
}

/// From a direct client, a stranger, and a peer whose header is optional.
#[tokio::test]
async fn nothing_is_read_where_it_need_not_or_cannot_be() {
    let strangers = || Policy::new(TrustedNetworks::new());
    let mut stream = TCP4;
    let direct = strangers().with_mode(HeaderMode::BySource);
    assert!(!read(&mut stream, &direct).await.unwrap().is_proxied());
    match read(&mut stream, &strangers()).await {
        Err(AcceptErrorKind::Refused(refusal)) => assert_eq!(refusal, Refusal::NotTrusted),
        other => panic!("{other:?}"),
    }
    match read(&mut stream, &policy().with_mode(HeaderMode::Optional)).await {
        Err(AcceptErrorKind::Io(error)) => assert_eq!(error.kind(), ErrorKind::Unsupported),
        other => panic!("{other:?}"),
    }
    assert_eq!(stream, TCP4);
}
