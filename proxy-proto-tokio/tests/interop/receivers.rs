//! Servers that receive a header from tcp-proxy show the client's own address and port.

use core::net::SocketAddr;

use proxy_proto_tokio::proxy_proto::{Addresses, Encoder, OutgoingTlv, TransportProtocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{
    Client, Dovecot, Haproxy, RECEIVERS, Receiver, Reserved, TcpProxy, dial, is_listening, within,
};

#[tokio::test]
#[ignore = "needs haproxy, nginx with its stream module, varnish, apache2, postfix, lighttpd and envoy, and root: .ci/run interop"]
async fn each_server_shows_each_client() {
    for row in &RECEIVERS {
        let receiver = Receiver::start(row);
        // tcp-proxy connects once for each client, and would not try again.
        is_listening(receiver.address).await;
        for (mode, source, listen) in ways() {
            let proxy = TcpProxy::start(listen, receiver.address, mode);
            let mut stream = dial(source, proxy.address()).await;
            let shown = row.shown(stream.local_addr().unwrap(), proxy.address());
            let answer = exchange(&mut stream, receiver.request.as_bytes()).await;
            let name = row.name;
            assert!(
                answer.contains(&shown),
                "{name}, {mode}: {answer:?}, not {shown:?}"
            );
        }
    }
}

#[tokio::test]
#[ignore = "needs dovecot: .ci/run interop"]
async fn dovecot_logs_each_client() {
    let dovecot = Dovecot::start();
    is_listening(dovecot.address()).await;
    for (mode, source, listen) in ways() {
        let proxy = TcpProxy::start(listen, dovecot.address(), mode);
        logs_in(&dovecot, source, proxy.address()).await;
    }
}

#[tokio::test]
#[ignore = "needs haproxy and dovecot: .ci/run interop"]
async fn dovecot_logs_each_client_of_haproxy_and_passes_its_health_checks() {
    let dovecot = Dovecot::start();
    is_listening(dovecot.address()).await;
    for header in ["send-proxy", "send-proxy-v2"] {
        for mode in ["forward", "forward --version 1", "forward --version 2"] {
            let mode = format!("{mode} --trust 127.0.0.1");
            let proxy = TcpProxy::start("127.0.0.1", dovecot.address(), &mode);
            let front = Reserved::on("127.0.0.1");
            let (bind, server) = (front.address(), proxy.address());
            let haproxy = Haproxy::start(
                &format!(
                    "listen imap\n bind {bind}\n option tcp-check\n tcp-check expect rstring ^\\*\\ OK\
                     \n server one {server} {header} check inter 20ms\n"
                ),
                &[],
            );
            haproxy.wait_for_check("one", "L7OK").await;
            logs_in(&dovecot, "127.0.0.5", bind).await;
        }
    }
}

/// HAProxy also verifies the checksum.
#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn haproxy_shows_tlvs_that_are_forwarded_and_merged() {
    let front = Reserved::on("127.0.0.1");
    let bind = front.address();
    let _haproxy = Haproxy::start(
        &format!(
            "listen http\n mode http\n bind {bind} accept-proxy\n http-request return status 200 \
             content-type text/plain lf-string \"id=%[fc_pp_unique_id]\"\n"
        ),
        &[],
    );
    is_listening(front.address()).await;
    let [client, server] = ["192.0.2.1:56324", "198.51.100.7:143"].map(|it| it.parse().unwrap());
    let tlvs = [OutgoingTlv::UniqueId(b"old"), OutgoingTlv::Crc32c];
    let header = Encoder::v2(
        TransportProtocol::Stream,
        Addresses::ip(client, server).unwrap(),
    );
    let request = [&header.unwrap().with_tlvs(&tlvs).to_vec().unwrap(), GET].concat();
    for (mode, is_kept) in [("forward", true), ("merge --unique-id --crc32c", false)] {
        let mode = format!("{mode} --trust 127.0.0.1");
        let proxy = TcpProxy::start("127.0.0.1", front.address(), &mode);
        let mut stream = dial("127.0.0.1", proxy.address()).await;
        let response = exchange(&mut stream, &request).await;
        let (_, id) = response.split_once("\r\n\r\nid=").unwrap();
        assert!(!id.is_empty());
        assert_eq!(id == "old", is_kept, "{mode}: {id}");
    }
}

/// The log must have each client's address.
async fn logs_in(dovecot: &Dovecot, source: &str, server: SocketAddr) {
    let stream = dial(source, server).await;
    let local = stream.local_addr().unwrap();
    let mut client = Client::greeted(stream).await;
    client.log_in("alice").await;
    dovecot.wait_for_login(local, server).await;
    client.command("LOGOUT").await;
}

/// How tcp-proxy is run: its mode, the client's address, and its own.
fn ways() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let addresses = [("127.0.0.5", "127.0.0.1"), ("::1", "[::1]")];
    let modes = [
        "add --version 1",
        "add --version 2",
        "add --version 2 --unique-id --crc32c",
    ];
    modes
        .into_iter()
        .flat_map(move |mode| addresses.map(|(source, listen)| (mode, source, listen)))
}

/// Everything that the server sends.
async fn exchange(stream: &mut tokio::net::TcpStream, request: &[u8]) -> String {
    stream.write_all(request).await.unwrap();
    let mut response = String::new();
    within("a response", stream.read_to_string(&mut response))
        .await
        .unwrap();
    response
}

const GET: &[u8] = b"GET / HTTP/1.0\r\n\r\n";
