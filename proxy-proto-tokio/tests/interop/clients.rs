//! Everyday IMAP clients, without a balancer.

use core::net::SocketAddr;

use crate::support::{LoginServer, output_of};

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_logs_in() {
    curl("imap", "imap", &[]).await;
}

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_logs_in_over_tls() {
    curl("imaps", "imaps", &["--insecure"]).await;
}

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_logs_in_with_its_own_header() {
    curl("imap_haproxy", "imap", &["--haproxy-protocol"]).await;
}

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_logs_in_over_tls_with_its_own_header() {
    curl(
        "imaps_haproxy",
        "imaps",
        &["--insecure", "--haproxy-protocol"],
    )
    .await;
}

#[tokio::test]
#[ignore = "needs python3: .ci/run interop"]
async fn imaplib_logs_in_and_out() {
    imaplib("imap", "plain").await;
}

#[tokio::test]
#[ignore = "needs python3: .ci/run interop"]
async fn imaplib_logs_in_and_out_over_tls() {
    imaplib("imaps", "tls").await;
}

async fn curl(listener: &str, scheme: &str, options: &[&str]) {
    let server = LoginServer::start().await;
    let url = format!("{scheme}://{}/", server.address(listener));
    let mut arguments = vec!["--silent", "--show-error", "--output", "/dev/null"];
    arguments.extend(["--write-out", "%{local_ip}:%{local_port}"]);
    arguments.extend(["--user", "alice:secret", "--request", "NOOP", &url]);
    arguments.extend(options);
    let local = output_of("curl", &arguments).await;
    has_logged_in(server, listener, local.parse().unwrap()).await;
}

async fn imaplib(listener: &str, security: &str) {
    let server = LoginServer::start().await;
    let address = server.address(listener);
    let (ip, port) = (address.ip().to_string(), address.port().to_string());
    let local = output_of("python3", &["-c", IMAPLIB, &ip, &port, security, "alice"]).await;
    has_logged_in(server, listener, local.trim_end().parse().unwrap()).await;
}

/// `local` is the client's address, as the client itself reported it.
async fn has_logged_in(mut server: LoginServer, listener: &str, local: SocketAddr) {
    let login = server.login().await;
    assert_eq!(login.user, "<alice>");
    assert_eq!(login.client, local);
    assert_eq!(login.server, server.address(listener));
    assert_eq!(login.listener, listener);
    assert_eq!(server.stop().await, [""; 0]);
}

/// Logs in and out, and prints its own address.
pub(crate) const IMAPLIB: &str = r#"
import imaplib, ssl, sys
host, port, security, user = sys.argv[1:]
if security == "tls":
    context = ssl._create_unverified_context()
    client = imaplib.IMAP4_SSL(host, int(port), ssl_context=context, timeout=10)
else:
    client = imaplib.IMAP4(host, int(port), timeout=10)
local = "%s:%d" % client.socket().getsockname()
assert client.login(user, "secret")[0] == "OK"
assert client.noop()[0] == "OK"
assert client.logout()[0] == "BYE"
print(local)
"#;
