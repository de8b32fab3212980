//! Dropping the future of `accept` closes its connection, wherever it waits, and affects no other.
//!
//! The clock stands still until nothing else can happen, so a short sleep ends when the future waits.

use std::time::Duration;

use proxy_proto_tokio::proxy_proto::{HeaderMode, Policy};
use tokio::time;

use crate::{
    meeting::{Meeting, PAYLOAD, TCP4, V2, assert_closed, policy},
    served::{REPORTED, assert_served},
};

/// Two connections that have each sent the first `at` bytes of this header, of which `unread` are left
/// in the socket: one future is dropped, the other one finishes.
async fn drop_one_of_two(policy: &Policy, header: &[u8], at: usize, unread: usize) {
    let (start, end) = header.split_at(at);
    let dropped = Meeting::sending("127.0.0.2", policy.clone(), start).await;
    let mut other = Meeting::sending("127.0.0.2", policy.clone(), start).await;
    time::sleep(Duration::from_millis(1)).await;
    let left = dropped.server.peek(&mut [0; 64]);
    assert_eq!(left.unwrap_or_default(), unread, "{at}");

    let Meeting {
        mut client,
        accepting,
        server,
    } = dropped;
    drop(server);
    accepting.abort();
    assert!(accepting.await.unwrap_err().is_cancelled(), "{at}");
    assert_closed(&mut client).await;

    other.send(&[end, PAYLOAD].concat()).await;
    assert_served(other, header, REPORTED).await;
}

#[tokio::test(start_paused = true)]
async fn while_it_waits_for_any_byte_of_a_header() {
    for header in [TCP4, V2] {
        for at in 0..header.len() {
            drop_one_of_two(&policy(), header, at, 0).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn while_it_waits_to_look_again_at_part_of_a_signature() {
    let optional = policy().with_mode(HeaderMode::Optional);
    for header in [TCP4, V2] {
        for at in 1..6 {
            drop_one_of_two(&optional, header, at, at).await;
        }
    }
}
