//! Which sources may connect.

use proxy_proto_tokio::proxy_proto::{HeaderMode, Policy, Refusal};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    meeting::{FAR_OFF, Meeting, PAYLOAD, TCP4, V2, assert_closed, policy, refusal},
    served::{REPORTED, assert_served},
};

#[tokio::test]
async fn untrusted_is_refused_before_a_byte_is_read() {
    let mut meeting = Meeting::sending("127.0.0.9", policy(), TCP4).await;
    meeting.client.shutdown().await.unwrap();
    let error = meeting.accepted().await.unwrap_err();
    assert_eq!(refusal(&error), Refusal::NotTrusted);
    assert!(!error.is_probe());
    let mut unread = Vec::new();
    let mut stream = error.into_stream();
    stream.read_to_end(&mut unread).await.unwrap();
    assert_eq!(unread, TCP4);
}

#[tokio::test]
async fn untrusted_is_refused_without_waiting_for_a_byte() {
    let meeting = Meeting::silent("127.0.0.9", policy()).await;
    assert_eq!(meeting.refusal().await, Refusal::NotTrusted);

    let no_one = Policy::new("".parse().unwrap()).with_timeout(FAR_OFF);
    let meeting = Meeting::silent("127.0.0.1", no_one).await;
    assert_eq!(meeting.refusal().await, Refusal::NotTrusted);
}

#[tokio::test]
async fn dropping_the_refused_connection_closes_it() {
    let meeting = Meeting::sending("127.0.0.9", policy(), TCP4).await;
    let Meeting {
        mut client,
        accepting,
        server,
    } = meeting;
    drop(server);
    drop(accepting.await.unwrap());
    assert_closed(&mut client).await;
}

#[tokio::test]
async fn direct_client_by_source_is_served_untouched() {
    let by_source = policy().with_mode(HeaderMode::BySource);
    // The second would be a header if the source were trusted.
    for sent in [b"a LOGIN alice secret\r\n", TCP4, b""] {
        let mut meeting = Meeting::sending("127.0.0.9", by_source.clone(), sent).await;
        meeting.client.shutdown().await.unwrap();
        let peer = meeting.client.local_addr().unwrap();
        let (mut stream, info) = meeting.accepted().await.unwrap();
        assert_eq!(info.client_addr(), peer);
        assert_eq!(info.header(), None);
        assert!(!info.is_proxied());
        let mut received = Vec::new();
        stream.read_to_end(&mut received).await.unwrap();
        assert_eq!(received, sent);
    }
}

#[tokio::test]
async fn trusted_client_by_source_must_send_a_header() {
    let by_source = policy().with_mode(HeaderMode::BySource);
    let meeting =
        Meeting::sending("127.0.0.2", by_source.clone(), b"a LOGIN alice secret\r\n").await;
    assert!(matches!(meeting.refusal().await, Refusal::InvalidHeader(_)));

    let meeting = Meeting::sending("127.0.0.2", by_source, &[TCP4, PAYLOAD].concat()).await;
    assert_served(meeting, TCP4, REPORTED).await;
}

/// The peer of a dual-stack listener is `::ffff:127.0.0.1`. Without IPv6, this shows nothing.
#[tokio::test]
async fn v4_peer_of_a_v6_listener_is_a_v4_peer() {
    if TcpListener::bind("[::]:0").await.is_err() {
        return;
    }
    let meeting = Meeting::at("[::]:0", "127.0.0.1", policy(), b"PROXY UNKNOWN\r\n").await;
    let client = meeting.client.local_addr().unwrap();
    let (_, info) = meeting.accepted().await.unwrap();
    let peer = format!("[::ffff:127.0.0.1]:{}", client.port());
    assert_eq!(
        info.peer_addr().to_string(),
        peer,
        "as accept(2) returned it"
    );
    assert_eq!(info.client_addr(), client, "canonical");

    let all_v6 = Policy::new("::/0".parse().unwrap());
    let meeting = Meeting::at("[::]:0", "127.0.0.1", all_v6.clone(), b"").await;
    assert_eq!(meeting.refusal().await, Refusal::NotTrusted);

    let meeting = Meeting::at("[::]:0", "::1", all_v6, &[V2, PAYLOAD].concat()).await;
    assert_served(meeting, V2, REPORTED).await;
}
