//! One deadline covers the whole header, and no peer holds up another.

use std::{fs, sync::Arc};

use proxy_proto_tokio::{ProxyAcceptor, proxy_proto::Refusal};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
    time,
};

use crate::meeting::{Meeting, SHORT, TCP4, V2, connect, padded, policy};

#[tokio::test]
async fn silent_peer_times_out() {
    let meeting = Meeting::silent("127.0.0.2", policy().with_timeout(SHORT)).await;
    assert_eq!(meeting.refusal().await, Refusal::timed_out(SHORT, 0));
}

#[tokio::test]
async fn peer_that_falls_silent_times_out() {
    for sent in [&TCP4[..44], &V2[..16], &padded(3000)[..2999]] {
        let meeting = Meeting::sending("127.0.0.2", policy().with_timeout(SHORT), sent).await;
        assert_eq!(
            meeting.refusal().await,
            Refusal::timed_out(SHORT, sent.len())
        );
    }
}

/// Each byte arrives well within the timeout; the whole header would not.
#[tokio::test]
async fn one_deadline_covers_the_whole_header() {
    let mut meeting = Meeting::silent("127.0.0.2", policy().with_timeout(SHORT)).await;
    for byte in padded(4000) {
        if meeting.accepting.is_finished() {
            break;
        }
        meeting.send(&[byte]).await;
        time::sleep(SHORT / 10).await;
    }
    assert!(matches!(
        meeting.refusal().await,
        Refusal::TimedOut {
            timeout: SHORT,
            received: 1..,
            ..
        }
    ));
}

#[tokio::test]
async fn deadline_ends_with_the_header() {
    // The header is there before the clock starts, so a slow machine makes no difference.
    let meeting = Meeting::sending("127.0.0.2", policy().with_timeout(SHORT), TCP4).await;
    let Meeting {
        mut client,
        accepting,
        ..
    } = meeting;
    let (mut stream, _) = accepting.await.unwrap().unwrap();
    let mut payload = [0; 4];
    let reading =
        tokio::spawn(async move { stream.read_exact(&mut payload).await.map(|_| payload) });
    time::sleep(2 * SHORT).await;
    client.write_all(b"NOOP").await.unwrap();
    assert_eq!(reading.await.unwrap().unwrap(), *b"NOOP");
}

/// How many connections this process can have with both ends open, at most 1000.
fn silent_peers() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open_files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft = open_files.and_then(|line| line.split_whitespace().nth(3)?.parse().ok());
    // The other tests in this process need some too.
    soft.map_or(50, |soft: usize| soft.saturating_sub(300) / 2)
        .min(1000)
}

#[tokio::test]
async fn silent_peers_hold_up_no_one() {
    let count = silent_peers();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = ProxyAcceptor::new(Arc::new(policy()));
    let mut accepting = JoinSet::new();
    let mut silent = Vec::new();
    for _ in 0..count {
        silent.push(connect("127.0.0.2", port).await);
        let (stream, peer) = listener.accept().await.unwrap();
        let acceptor = acceptor.clone();
        accepting.spawn(async move { acceptor.accept(stream, peer).await });
    }

    let mut good = connect("127.0.0.1", port).await;
    good.write_all(TCP4).await.unwrap();
    let (stream, peer) = listener.accept().await.unwrap();
    let (_, info) = acceptor.accept(stream, peer).await.unwrap();
    assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");

    assert!(
        accepting.try_join_next().is_none(),
        "the silent peers still have time"
    );
    drop(silent);
    let answers = accepting.join_all().await;
    assert_eq!(answers.len(), count);
    for answer in answers {
        assert!(answer.unwrap_err().is_probe());
    }
}
