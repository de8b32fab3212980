//! Several login-servers behind one balancer.

use crate::support::{Client, Haproxy, LoginServer, Reserved, dial};

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn logins_go_to_the_server_with_the_fewest_connections() {
    let (mut one, mut two) = (LoginServer::start().await, LoginServer::start().await);
    let front = Reserved::on("127.0.0.1");
    let bind = front.address();
    let (first, second) = (one.address("imap_haproxy"), two.address("imap_haproxy"));
    let _haproxy = Haproxy::start(
        &format!(
            "listen imap\n bind {bind}\n balance leastconn\
             \n server one {first} send-proxy-v2\n server two {second} send-proxy-v2\n"
        ),
        &[],
    );

    // All stay connected, so the two servers take turns.
    let mut clients = Vec::new();
    let mut locals = Vec::new();
    for _ in 0..4 {
        let stream = dial("127.0.0.5", bind).await;
        locals.push(stream.local_addr().unwrap());
        let mut client = Client::greeted(stream).await;
        client.log_in("alice").await;
        clients.push(client);
    }
    let mut seen = vec![
        one.login().await.client,
        one.login().await.client,
        two.login().await.client,
        two.login().await.client,
    ];
    seen.sort_unstable();
    locals.sort_unstable();
    assert_eq!(seen, locals);
    assert_eq!(one.stop().await, [""; 0]);
    assert_eq!(two.stop().await, [""; 0]);
}
