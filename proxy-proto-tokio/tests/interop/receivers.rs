//! Servers that receive a header from tcp-proxy show the client's own address and port.

use core::net::SocketAddr;

use proxy_proto_tokio::proxy_proto::{Addresses, Encoder, OutgoingTlv, TransportProtocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Client, Dovecot, Haproxy, Nginx, Reserved, TcpProxy, dial, within};

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn haproxy_shows_each_client() {
    let front = Reserved::on("127.0.0.1");
    let _haproxy = start_haproxy(&front);
    shows_each_client(front.address(), GET).await;
}

#[tokio::test]
#[ignore = "needs nginx: .ci/run interop"]
async fn nginx_shows_each_client_over_http() {
    let front = Reserved::on("127.0.0.1");
    let bind = front.address();
    let _nginx = Nginx::with(&format!(
        "http {{
            access_log off;
            server {{
                listen {bind} reuseport proxy_protocol;
                location / {{
                    return 200 '{NGINX}';
                }}
            }}
        }}"
    ));
    shows_each_client(bind, GET).await;
}

/// Here the server is the only one that speaks.
#[tokio::test]
#[ignore = "needs nginx with its stream module: .ci/run interop"]
async fn nginx_shows_each_client_of_a_stream() {
    let front = Reserved::on("127.0.0.1");
    let bind = front.address();
    let _nginx = Nginx::with(&format!(
        "stream {{
            server {{
                listen {bind} reuseport proxy_protocol;
                return '{NGINX}';
            }}
        }}"
    ));
    shows_each_client(bind, b"").await;
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
    let _haproxy = start_haproxy(&front);
    is_listening(front.address()).await;
    let [client, server] = ["192.0.2.1:56324", "198.51.100.7:143"].map(|it| it.parse().unwrap());
    let tlvs = [OutgoingTlv::UniqueId(b"old"), OutgoingTlv::Crc32c];
    let header = Encoder::v2(
        TransportProtocol::Stream,
        Addresses::ip(client, server).unwrap(),
    );
    let request = [&header.unwrap().with_tlvs(&tlvs).to_vec().unwrap(), GET].concat();
    let start = "id=";
    let end = format!(" {}", shown(client, server));
    for (mode, is_kept) in [("forward", true), ("merge --unique-id --crc32c", false)] {
        let mode = format!("{mode} --trust 127.0.0.1");
        let proxy = TcpProxy::start("127.0.0.1", front.address(), &mode);
        let mut stream = dial("127.0.0.1", proxy.address()).await;
        let response = exchange(&mut stream, &request).await;
        let body = response.split_once("\r\n\r\n").unwrap().1;
        let id = body
            .strip_prefix(start)
            .and_then(|it| it.strip_suffix(&end));
        let id = id.unwrap_or_else(|| panic!("{mode}: {response}"));
        assert!(!id.is_empty());
        assert_eq!(id == "old", is_kept, "{mode}: {id}");
    }
}

/// A web service that responds with the UNIQUE_ID and what is [`shown`].
fn start_haproxy(front: &Reserved) -> Haproxy {
    let bind = front.address();
    Haproxy::start(
        &format!(
            "listen http\n mode http\n bind {bind} accept-proxy\n http-request return status 200 \
             content-type text/plain \
             lf-string \"id=%[fc_pp_unique_id] %[src] %[src_port] %[dst] %[dst_port]\"\n"
        ),
        &[],
    )
}

/// The response to each client must end with what is [`shown`].
async fn shows_each_client(server: SocketAddr, request: &[u8]) {
    is_listening(server).await;
    for (mode, source, listen) in ways() {
        let proxy = TcpProxy::start(listen, server, mode);
        let mut stream = dial(source, proxy.address()).await;
        let client = stream.local_addr().unwrap();
        let response = exchange(&mut stream, request).await;
        let shown = shown(client, proxy.address());
        assert!(
            response.ends_with(&shown),
            "{mode}: {response}, not {shown}"
        );
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
    let modes = ["add --version 1", "add --version 2"];
    modes
        .into_iter()
        .flat_map(move |mode| addresses.map(|(source, listen)| (mode, source, listen)))
}

/// How the servers here show the connection that a header describes.
fn shown(client: SocketAddr, server: SocketAddr) -> String {
    let [client, server] = [client, server].map(|it| format!("{} {}", it.ip(), it.port()));
    format!("{client} {server}")
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

/// tcp-proxy connects once for each client, and would not try again.
async fn is_listening(server: SocketAddr) {
    drop(dial("127.0.0.1", server).await);
}

const GET: &[u8] = b"GET / HTTP/1.0\r\n\r\n";

const NGINX: &str = "$proxy_protocol_addr $proxy_protocol_port \
                     $proxy_protocol_server_addr $proxy_protocol_server_port";
