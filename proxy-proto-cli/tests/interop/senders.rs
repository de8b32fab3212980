//! `listen`, as the receiver that HAProxy, nginx and curl send their header to.

use core::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{
    Dovecot, Haproxy, Listen, Nginx, Reserved, dial, is_listening, output_of, within,
};

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn haproxy_is_shown_with_its_health_checks() {
    for (option, version) in [("send-proxy", 1), ("send-proxy-v2", 2)] {
        let mut listen = Listen::start(&[]).await;
        let front = Reserved::on("127.0.0.1");
        let haproxy = Haproxy::start(
            &format!(
                "listen imap\n bind {}\n server one {} {option} check inter 20ms\n",
                front.address(),
                listen.address()
            ),
            &[],
        );
        haproxy.wait_for_check("one", "L4OK").await;
        if version == 2 {
            let check = listen
                .record(|it| it["verdict"]["command"] == "local")
                .await;
            assert_eq!(check["info"]["proxied"], false, "{check}");
        }
        let client = visit(front.address()).await;
        let of_client = |it: &serde_json::Value| it["verdict"]["source"] == client.to_string();
        let record = listen.record(of_client).await;
        assert_eq!(record["outcome"], "accepted", "{record}");
        assert_eq!(record["verdict"]["version"], version, "{record}");
        assert_eq!(
            record["info"]["server"],
            front.address().to_string(),
            "{record}"
        );
    }
}

#[tokio::test]
#[ignore = "needs nginx with its stream module: .ci/run interop"]
async fn nginx_is_shown() {
    let mut listen = Listen::start(&[]).await;
    let front = Reserved::on("127.0.0.1");
    let _nginx = Nginx::start(&front, listen.address());
    is_listening(front.address()).await;
    let client = visit(front.address()).await;
    let of_client = |it: &serde_json::Value| it["verdict"]["source"] == client.to_string();
    let record = listen.record(of_client).await;
    assert_eq!(record["outcome"], "accepted", "{record}");
    assert_eq!(record["verdict"]["version"], 1, "{record}");
}

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_is_shown_and_answered() {
    let answer = r"HTTP/1.0 200 OK\r\n\r\nhello";
    let mut listen = Listen::start(&["--answer", answer]).await;
    let url = format!("http://{}/path", listen.address());
    let body = output_of("curl", &["-s", "--haproxy-protocol", &url]).await;
    assert_eq!(body, "hello");
    let record = listen.record(|_| true).await;
    assert_eq!(record["verdict"]["status"], "complete", "{record}");
    let client = &record["peer"];
    assert_eq!(
        (&record["info"]["client"], &record["outcome"]),
        (client, &json!("accepted"))
    );
}

/// Two commands in a row, and HAProxy in the middle: the address of curl reaches the end.
#[tokio::test]
#[ignore = "needs haproxy and curl: .ci/run interop"]
async fn a_header_passes_through_relays() {
    let answer = r"HTTP/1.0 200 OK\r\n\r\nhello";
    let mut last = Listen::start(&["--answer", answer]).await;
    let front = Reserved::on("127.0.0.1");
    let _haproxy = Haproxy::start(
        &format!(
            "listen web\n bind {} accept-proxy\n server one {} send-proxy-v2\n",
            front.address(),
            last.address()
        ),
        &[],
    );
    is_listening(front.address()).await;
    let to = front.address().to_string();
    let mut first = Listen::start(&["--to", &to, "--header", "v2"]).await;
    let url = format!("http://{}/", first.address());
    let body = output_of("curl", &["-s", "--haproxy-protocol", &url]).await;
    assert_eq!(body, "hello");
    let client = first.record(|_| true).await["info"]["client"].clone();
    let record = last
        .record(|it| it["verdict"]["status"] == "complete")
        .await;
    assert_eq!(record["info"]["client"], client, "{record}");
}

/// HAProxy, then the command as a relay, then Dovecot, which logs the client of HAProxy.
#[tokio::test]
#[ignore = "needs haproxy and dovecot: .ci/run interop"]
async fn dovecot_receives_what_a_relay_keeps_or_rewrites() {
    let dovecot = Dovecot::start();
    is_listening(dovecot.address()).await;
    let to = dovecot.address().to_string();
    for header in ["keep", "v1", "v2"] {
        let mut listen = Listen::start(&["--to", &to, "--header", header]).await;
        let front = Reserved::on("127.0.0.1");
        let _haproxy = Haproxy::start(
            &format!(
                "listen imap\n bind {}\n server one {} send-proxy-v2\n",
                front.address(),
                listen.address()
            ),
            &[],
        );
        is_listening(front.address()).await;
        let mut stream = dial("127.0.0.5", front.address()).await;
        let client = stream.local_addr().unwrap();
        let session = b"a LOGIN alice secret\r\nb LOGOUT\r\n";
        stream.write_all(session).await.unwrap();
        dovecot.wait_for_login(client, front.address()).await;
        let record = listen
            .record(|it| it["info"]["client"] == client.to_string())
            .await;
        assert_eq!(record["outcome"], "accepted", "{record}");
    }
}

/// Connects through the balancer, and waits for the answer.
async fn visit(front: SocketAddr) -> SocketAddr {
    let mut stream = dial("127.0.0.5", front).await;
    let client = stream.local_addr().unwrap();
    let mut answer = String::new();
    within("an answer", stream.read_to_string(&mut answer))
        .await
        .unwrap();
    assert!(
        answer.starts_with(&format!("client={client} server={front} ")),
        "{answer}"
    );
    client
}
