//! Headers that are consumed, and what the service gets.

use proxy_proto_tokio::proxy_proto::Policy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::meeting::{Meeting, PAYLOAD, TCP4, V2, padded, policy};

/// The client and the server reported to the service.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reported {
    /// Those in the header.
    Header(&'static str, &'static str),
    /// The socket's own.
    Socket,
}

/// The endpoints in `TCP4`, `V2` and `padded`.
pub(crate) const REPORTED: Reported = Reported::Header("192.0.2.1:56324", "198.51.100.7:143");

/// Headers, and what they report to a service.
fn headers() -> Vec<(Vec<u8>, Reported)> {
    vec![
        (TCP4.into(), REPORTED),
        (V2.into(), REPORTED),
        (
            b"PROXY TCP6 2001:db8::1 2001:db8::7 1 65535\r\n".into(),
            Reported::Header("[2001:db8::1]:1", "[2001:db8::7]:65535"),
        ),
        (
            b"PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.7 56324 143\r\n".into(),
            REPORTED,
        ),
        (padded(3 * 1024), REPORTED),
        (padded(536), REPORTED),
        (padded(537), REPORTED),
        (padded(Policy::DEFAULT_MAX_HEADER_LEN), REPORTED),
        (b"PROXY UNKNOWN\r\n".into(), Reported::Socket),
        (
            b"PROXY UNKNOWN 192.0.2.1 198.51.100.7 1 2\r\n".into(),
            Reported::Socket,
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00".into(),
            Reported::Socket,
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x20\x11\x00\x02??".into(),
            Reported::Socket,
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x21\x00\x00\x00".into(),
            Reported::Socket,
        ),
    ]
}

/// Asserts that exactly the header's bytes were consumed, that the payload is whole, and that the
/// service is given the right addresses.
pub(crate) async fn assert_served(mut meeting: Meeting, header: &[u8], reported: Reported) {
    meeting.client.shutdown().await.unwrap();
    let own = [meeting.client.local_addr(), meeting.client.peer_addr()].map(Result::unwrap);
    let id = header.escape_ascii();
    let accepted = meeting.accepted().await;
    let (mut stream, info) = accepted.unwrap_or_else(|error| panic!("{id}: {error}"));

    let [client, server] = match reported {
        Reported::Header(client, server) => [client.to_owned(), server.to_owned()],
        Reported::Socket => own.map(|address| address.to_string()),
    };
    assert_eq!(info.client_addr().to_string(), client, "{id}");
    assert_eq!(info.server_addr().to_string(), server, "{id}");
    assert_eq!(
        info.is_proxied(),
        matches!(reported, Reported::Header(..)),
        "{id}"
    );
    let [peer, local] = own;
    assert_eq!(info.peer_addr(), peer, "{id}");
    assert_eq!(info.local_addr(), local, "{id}");
    assert_eq!(
        info.header().map(|it| it.as_bytes().to_vec()),
        Some(header.to_vec())
    );

    let mut payload = Vec::new();
    stream.read_to_end(&mut payload).await.unwrap();
    assert_eq!(payload, PAYLOAD, "{id}");
}

#[tokio::test]
async fn header_and_payload_in_one_write() {
    for (header, reported) in headers() {
        let meeting = Meeting::sending("127.0.0.2", policy(), &[&header, PAYLOAD].concat()).await;
        assert_served(meeting, &header, reported).await;
    }
}

#[tokio::test]
async fn payload_after_the_header_was_consumed() {
    for (header, reported) in headers() {
        let mut meeting = Meeting::silent("127.0.0.2", policy()).await;
        meeting.send_and_see_consumed(&header).await;
        meeting.send(PAYLOAD).await;
        assert_served(meeting, &header, reported).await;
    }
}

#[tokio::test]
async fn header_byte_by_byte() {
    for (header, reported) in headers() {
        let mut meeting = Meeting::silent("127.0.0.2", policy()).await;
        for byte in &header {
            meeting.send_and_see_consumed(&[*byte]).await;
        }
        meeting.send(PAYLOAD).await;
        assert_served(meeting, &header, reported).await;
    }
}

/// The second write holds the end of the header and the payload.
#[tokio::test]
async fn header_split_in_two_anywhere() {
    for header in [TCP4, V2, &padded(40)] {
        for at in 1..header.len() {
            let mut meeting = Meeting::silent("127.0.0.2", policy()).await;
            let (start, end) = header.split_at(at);
            meeting.send_and_see_consumed(start).await;
            meeting.send(&[end, PAYLOAD].concat()).await;
            assert_served(meeting, header, REPORTED).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn multi_threaded_runtime_gives_the_same_result() {
    for (header, reported) in headers() {
        let mut meeting = Meeting::silent("127.0.0.2", policy()).await;
        for part in header.chunks(100) {
            meeting.send(part).await;
        }
        meeting.send(PAYLOAD).await;
        assert_served(meeting, &header, reported).await;
    }
}
