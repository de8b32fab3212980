//! The pop3 example, with curl as its client: directly, with curl's own header, and through HAProxy.

use core::net::SocketAddr;

use crate::support::{Haproxy, LoginServer, Reserved, output_of};

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_reads_its_mail() {
    let server = LoginServer::start_pop3().await;
    let front = server.address("pop3");
    reads_its_mail(server, "pop3", front, &[]).await;
}

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_reads_its_mail_after_its_own_header() {
    let server = LoginServer::start_pop3().await;
    let front = server.address("pop3_haproxy");
    reads_its_mail(server, "pop3_haproxy", front, &["--haproxy-protocol"]).await;
}

#[tokio::test]
#[ignore = "needs curl and haproxy: .ci/run interop"]
async fn curl_reads_its_mail_through_haproxy() {
    for option in ["send-proxy", "send-proxy-v2"] {
        let server = LoginServer::start_pop3().await;
        let front = Reserved::on("127.0.0.1");
        let (bind, backend) = (front.address(), server.address("pop3_haproxy"));
        let check = "check check-send-proxy inter 20ms rise 1 fall 1";
        let haproxy = Haproxy::start(
            &format!(
                "listen pop3\n bind {bind}\n option tcp-check\n \
                 tcp-check expect rstring ^\\+OK\n server one {backend} {option} {check}\n"
            ),
            &[],
        );
        // Checked first, so that the log is known to keep quiet about it.
        haproxy.wait_for_check("one", "L7OK").await;
        reads_its_mail(server, "pop3_haproxy", bind, &[]).await;
    }
}

/// The message and the log show curl's own address, and nothing is logged but the login.
async fn reads_its_mail(
    mut server: LoginServer,
    listener: &str,
    front: SocketAddr,
    options: &[&str],
) {
    let url = format!("pop3://{front}/1");
    let mut arguments = vec!["--silent", "--show-error", "--user", "alice:secret", &url];
    arguments.extend(["--write-out", "%{local_ip}:%{local_port}"]);
    arguments.extend(options);
    let output = output_of("curl", &arguments).await;
    let (message, local) = output.rsplit_once("\r\n").unwrap();
    let shown = format!("Your address is {local}.");
    assert!(message.ends_with(&shown), "{message:?}, {local}");

    let login = server.login().await;
    assert_eq!(login.user, "<alice>");
    assert_eq!(login.client, local.parse::<SocketAddr>().unwrap());
    assert_eq!(login.server, front);
    assert_eq!(login.listener, listener);
    assert_eq!(server.stop().await, [""; 0]);
}
