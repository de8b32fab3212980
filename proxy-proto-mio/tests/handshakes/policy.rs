//! A policy that is replaced while connections wait.

use std::{io::Write, sync::Arc, time::Duration};

use proxy_proto_mio::proxy_proto::{DecodeOptions, Refusal, Version, Versions};

use crate::support::{Server, TIMEOUT, V1, policy, refusal};

#[test]
fn connections_that_have_begun_keep_the_policy_that_they_began_with() {
    let mut server = Server::new(policy("127.0.0.1"));
    let (mut before, token) = server.wait(b"");

    let v2_only = DecodeOptions::new().with_versions(Versions::Only(Version::V2));
    let no_one = Arc::new(policy("").with_decode_options(v2_only));
    server.handshakes.set_policy(Arc::clone(&no_one));
    assert_eq!(server.handshakes.policy(), &no_one);
    let (_after, begun) = server.begin(V1);
    assert_eq!(refusal(begun.unwrap()), Refusal::NotTrusted);

    before.write_all(V1).unwrap();
    assert!(server.finish(token).is_ok());
    assert_eq!(
        server.counted(),
        [("versions.v1.found", 1), ("refused.not_trusted", 1)]
    );
}

#[test]
fn each_connection_has_the_deadline_of_its_own_policy() {
    const SHORT: Duration = Duration::from_secs(1);
    let mut server = Server::new(policy("127.0.0.1"));
    let (_long, _) = server.wait(b"");
    let short = policy("127.0.0.1").with_timeout(SHORT);
    server.handshakes.set_policy(Arc::new(short));
    let (_short, _) = server.wait(b"");

    let first = server.now + SHORT;
    assert_eq!(server.handshakes.next_deadline(), Some(first));
    let outcome = server.handshakes.expire(first).unwrap();
    assert_eq!(refusal(outcome), Refusal::timed_out(SHORT, 0));
    assert!(server.handshakes.expire(first).is_none());
    let second = server.now + TIMEOUT;
    assert_eq!(server.handshakes.next_deadline(), Some(second));
    let outcome = server.handshakes.expire(second).unwrap();
    assert_eq!(refusal(outcome), Refusal::timed_out(TIMEOUT, 0));
}
