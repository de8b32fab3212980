//! Connections that are refused for what they sent.

use proxy_proto_tokio::proxy_proto::{DecodeOptions, Policy, Refusal, Version, Versions};

use crate::{
    meeting::{Meeting, PAYLOAD, TCP4, padded, policy},
    served::{REPORTED, assert_served},
};

#[tokio::test]
async fn an_invalid_header_is_refused_at_its_first_invalid_byte() {
    let rows: [(&[u8], usize); 7] = [
        (b"GET / HTTP/1.1\r\n\r\n", 0),
        (b"PROXX", 4),
        (b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\n", 43),
        (b"\r\n\r\n\0\r\nQUIT\n\x22", 12),
        (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0b", 15),
        // A TLV that overruns: checked once the header is whole.
        (
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0f\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f\x04\x00\x01",
            28,
        ),
        // One byte longer than the policy accepts.
        (&padded(Policy::DEFAULT_MAX_HEADER_LEN + 1), 15),
    ];
    for (sent, offset) in rows {
        for chunk_len in [sent.len(), 1, 7] {
            let mut meeting = Meeting::silent("127.0.0.2", policy()).await;
            for chunk in sent.chunks(chunk_len) {
                if !meeting.accepting.is_finished() {
                    meeting.send_and_see_consumed(chunk).await;
                }
            }
            let Refusal::InvalidHeader(error) = meeting.refusal().await else {
                panic!("{} was not invalid", sent.escape_ascii());
            };
            assert_eq!(error.offset, offset, "{}", sent.escape_ascii());
        }
    }
}

#[tokio::test]
async fn the_decode_options_of_the_policy_apply() {
    let only_v2 = DecodeOptions::new().with_versions(Versions::Only(Version::V2));
    let meeting = Meeting::sending("127.0.0.2", policy().with_decode_options(only_v2), TCP4).await;
    let refusal = meeting.refusal().await.to_string();
    assert_eq!(
        refusal,
        "invalid header: version 1 is not allowed here at byte 0"
    );

    let meeting = Meeting::sending(
        "127.0.0.2",
        policy().with_max_header_len(10_000),
        &[&padded(10_000), PAYLOAD].concat(),
    )
    .await;
    assert_served(meeting, &padded(10_000), REPORTED).await;
}
