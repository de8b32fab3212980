//! Clients that leave before their header is complete.

use proxy_proto_tokio::proxy_proto::Refusal;
use tokio::{io::AsyncWriteExt, time};

use crate::meeting::{Accepted, FAR_OFF, Meeting, TCP4, V2, padded, policy, refusal};

/// How a client leaves.
#[derive(Clone, Copy, Debug)]
enum Leaving {
    Close,
    HalfClose,
    Reset,
}

#[tokio::test]
async fn leaving_before_any_byte_is_a_probe() {
    for leaving in [Leaving::Close, Leaving::HalfClose, Leaving::Reset] {
        let meeting = Meeting::silent("127.0.0.2", policy()).await;
        let error = leave(meeting, leaving).await.unwrap_err();
        assert_eq!(refusal(&error), Refusal::ClosedBeforeHeader, "{leaving:?}");
        assert!(error.is_probe(), "{leaving:?}");
    }
}

#[tokio::test]
async fn leaving_mid_header_reports_how_many_bytes_arrived() {
    for leaving in [Leaving::Close, Leaving::HalfClose, Leaving::Reset] {
        for sent in [
            &b"P"[..],
            &TCP4[..44],
            &V2[..15],
            &V2[..27],
            &padded(3000)[..2999],
        ] {
            let mut meeting = Meeting::silent("127.0.0.2", policy()).await;
            meeting.send_and_see_consumed(sent).await;
            let error = leave(meeting, leaving).await.unwrap_err();
            let received = sent.len();
            assert_eq!(refusal(&error), Refusal::closed(received), "{leaving:?}");
            assert!(!error.is_probe(), "{leaving:?}");
        }
    }
}

/// Makes the client leave, and returns the acceptor's answer.
async fn leave(mut meeting: Meeting, leaving: Leaving) -> Accepted {
    match leaving {
        Leaving::HalfClose => meeting.client.shutdown().await.unwrap(),
        Leaving::Close => {}
        Leaving::Reset => meeting.client.set_zero_linger().unwrap(),
    }
    let Meeting {
        client,
        accepting,
        server: _server,
    } = meeting;
    let client = matches!(leaving, Leaving::HalfClose).then_some(client);
    let accepted = time::timeout(2 * FAR_OFF, accepting).await;
    drop(client);
    accepted.expect("an answer").unwrap()
}
