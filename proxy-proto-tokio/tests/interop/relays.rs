//! Logins through a balancer. What each sender sends is in `senders`.

use core::net::SocketAddr;

use crate::support::{Client, Haproxy, Login, LoginServer, Nginx, Reserved, dial};

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn haproxy_with_version_2_reports_an_ipv4_client() {
    through_haproxy("send-proxy-v2", "127.0.0.6", "127.0.0.1").await;
}

#[tokio::test]
#[ignore = "needs nginx with its stream module: .ci/run interop"]
async fn nginx_reports_an_ipv6_client() {
    through_nginx("::1", "::1").await;
}

async fn through_haproxy(option: &str, source: &str, front: &str) {
    let server = LoginServer::start().await;
    let front = Reserved::on(front);
    let (bind, backend) = (front.address(), server.address("imap_haproxy"));
    let _haproxy = Haproxy::start(
        &format!("listen imap\n bind {bind}\n server one {backend} {option}\n"),
        &[],
    );
    logs_in_twice(server, source, bind).await;
}

async fn through_nginx(source: &str, front: &str) {
    let server = LoginServer::start().await;
    let front = Reserved::on(front);
    let _nginx = Nginx::start(&front, server.address("imap_haproxy"));
    logs_in_twice(server, source, front.address()).await;
}

/// Each login must show the port of its own connection.
async fn logs_in_twice(mut server: LoginServer, source: &str, front: SocketAddr) {
    for user in ["alice", "bob"] {
        let stream = dial(source, front).await;
        let local = stream.local_addr().unwrap();
        let mut client = Client::greeted(stream).await;
        client.log_in(user).await;
        let login = server.login().await;
        assert_ne!(login.peer, local, "the peer is the balancer");
        let expected = Login {
            user: format!("<{user}>"),
            client: local,
            server: front,
            listener: "imap_haproxy".to_owned(),
            peer: login.peer,
        };
        assert_eq!(login, expected);
        client.command("LOGOUT").await;
    }
    assert_eq!(server.stop().await, [""; 0]);
}
