//! Health checks: the service stays up for the balancer, and its log stays quiet.

use tokio::net::TcpStream;

use crate::support::{Client, Haproxy, LoginServer, Reserved, dial, within};

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn a_check_with_version_1_is_greeted() {
    is_up("send-proxy", "check-send-proxy", GREETING).await;
}

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn a_check_with_version_2_is_greeted() {
    is_up("send-proxy-v2", "check-send-proxy", GREETING).await;
}

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn a_check_that_sends_a_header_and_leaves_is_quiet() {
    is_up("send-proxy-v2", "check-send-proxy", CONNECTION).await;
}

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn a_check_that_resets_the_connection_is_quiet() {
    is_up("send-proxy-v2", "", CONNECTION).await;
}

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn a_check_that_closes_the_connection_is_quiet() {
    is_up("send-proxy-v2", "", CLOSED_CONNECTION).await;
}

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn a_check_over_tls_is_greeted() {
    is_up_with_tls("check-send-proxy check-ssl verify none", GREETING).await;
}

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn a_check_that_leaves_after_the_tls_handshake_is_quiet() {
    let expected = Expected {
        rules: "",
        status: "L6OK",
    };
    is_up_with_tls("check-send-proxy check-ssl verify none", expected).await;
}

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn a_check_that_leaves_before_the_tls_handshake_is_quiet() {
    is_up_with_tls("check-send-proxy", CLOSED_CONNECTION).await;
}

/// What a check expects: the HAProxy rules, and the status if they are met.
struct Expected {
    rules: &'static str,
    status: &'static str,
}

/// Between checks a client logs in; one that is not trusted shows that the log does record aborts.
async fn is_up(header: &str, header_of_check: &str, Expected { rules, status }: Expected) {
    let mut server = LoginServer::start().await;
    let front = Reserved::on("127.0.0.1");
    let (bind, backend) = (front.address(), server.address("imap_haproxy"));
    // A check inherits the header of the server, unless it has a port of its own.
    let check = format!(
        "check port {} {header_of_check} inter 20ms rise 1 fall 1",
        backend.port()
    );
    let haproxy = Haproxy::start(
        &format!("listen imap\n bind {bind}\n{rules} server one {backend} {header} {check}\n"),
        &[],
    );
    haproxy.wait_for_check("one", status).await;

    let stream = dial("127.0.0.5", bind).await;
    let local = stream.local_addr().unwrap();
    let mut client = Client::greeted(stream).await;
    client.log_in("alice").await;
    assert_eq!(server.login().await.client, local);
    client.command("LOGOUT").await;

    haproxy.wait_for_check("one", status).await;
    has_logged_no_check(server, "imap_haproxy").await;
}

/// The same where TLS follows the header, without the client.
async fn is_up_with_tls(check: &str, Expected { rules, status }: Expected) {
    let server = LoginServer::start().await;
    let front = Reserved::on("127.0.0.1");
    let (bind, backend) = (front.address(), server.address("imaps_haproxy"));
    let haproxy = Haproxy::start(
        &format!(
            "listen imaps\n bind {bind}\n{rules}\
             \n server one {backend} send-proxy-v2 check {check} inter 20ms rise 1 fall 1\n"
        ),
        &[],
    );
    haproxy.wait_for_check("one", status).await;
    has_logged_no_check(server, "imaps_haproxy").await;
}

/// Only a client that is not trusted is logged, whatever else this listener has seen.
async fn has_logged_no_check(server: LoginServer, listener: &str) {
    let untrusted = dial("127.0.0.9", server.address(listener)).await;
    let address = untrusted.local_addr().unwrap();
    closed(untrusted).await;
    let line = format!("imap-login: Aborted: not trusted, peer={address}, listener={listener}");
    assert_eq!(server.stop().await, [line]);
}

/// Waits until the service has closed the connection without a byte, or reset it.
async fn closed(stream: TcpStream) {
    within("the service closing", stream.readable())
        .await
        .unwrap();
    assert!(!matches!(stream.try_read(&mut [0]), Ok(1..)));
}

/// HAProxy resets it in place of the handshake's last segment, so usually only the kernel sees it.
const CONNECTION: Expected = Expected {
    rules: "",
    status: "L4OK",
};

/// The service does see this one: end of file before any byte.
const CLOSED_CONNECTION: Expected = Expected {
    rules: " option tcp-check\n tcp-check connect linger\n",
    status: "L4OK",
};

const GREETING: Expected = Expected {
    rules: " option tcp-check\n tcp-check expect rstring ^\\*\\ OK\n",
    status: "L7OK",
};
