//! The guide, `BALANCERS.md`: each balancer with the configuration that users copy, in front of the
//! service that it configures.
//!
//! Only addresses and ports are replaced. The clouds, which cannot run here, are simulated in
//! `tests/login_server/clouds.rs`.

use core::net::SocketAddr;
use std::env;

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use crate::support::{
    Client, Envoy, Haproxy, Identity, LoginServer, Nginx, Reserved, Scratch, dial,
    guide::{block, service, with},
    output_of, within,
};

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn haproxy_reports_the_client_and_is_not_logged_when_it_checks() {
    let server = start().await;
    let front = Reserved::on("127.0.0.1");
    let haproxy = Haproxy::start(&haproxy(&server, &front, false), &[]);
    haproxy.wait_for_check("one", "L7OK").await;
    let stream = dial("127.0.0.5", front.address()).await;
    let ends = ends_of(&stream);
    logs_in(server, stream, ends).await;
}

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn haproxy_that_terminates_tls_reports_the_client() {
    let server = start().await;
    let front = Reserved::on("127.0.0.1");
    let config = haproxy(&server, &front, true);
    let (identity, client) = (
        Identity::new("imap.example"),
        Identity::new("alice.example"),
    );
    let files = [
        ("server.pem", identity.pem()),
        ("clients.pem", client.certificate_pem().to_owned()),
    ];
    let files = files
        .each_ref()
        .map(|(name, content)| (*name, content.as_str()));
    let haproxy = Haproxy::start(&config, &files);
    haproxy.wait_for_check("one", "L7OK").await;

    let stream = dial("127.0.0.5", front.address()).await;
    let ends = ends_of(&stream);
    let stream = identity.handshake(Some(&client), stream, "imap.example", &[]);
    logs_in(server, within("TLS", stream).await, ends).await;
}

#[tokio::test]
#[ignore = "needs nginx with its stream module: .ci/run interop"]
async fn nginx_reports_the_client() {
    for (source, ip) in [("127.0.0.5", "127.0.0.1"), ("::1", "::1")] {
        let server = start().await;
        let front = Reserved::on(ip);
        let listen = format!("listen {} reuseport;", front.address());
        let backend = server.address(LISTENER).to_string();
        let config = with(
            block("nginx", "nginx"),
            &[("listen 143;", &listen), (SERVICE, &backend)],
        );
        let _nginx = Nginx::with(&config);
        let stream = dial(source, front.address()).await;
        let ends = ends_of(&stream);
        logs_in(server, stream, ends).await;
    }
}

#[tokio::test]
#[ignore = "needs envoy: .ci/run interop"]
async fn envoy_reports_the_client_and_is_not_logged_when_it_checks() {
    let server = start().await;
    let front = Reserved::on("127.0.0.1");
    let (listen, backend) = (yaml(front.address()), yaml(server.address(LISTENER)));
    let config = with(
        block("Envoy", "yaml"),
        &[
            ("address: 0.0.0.0, port_value: 143", &listen),
            ("address: 10.0.0.9, port_value: 10143", &backend),
            ("interval: 5s", "interval: 0.02s"),
        ],
    );
    let scratch = Scratch::new();
    let envoy = Envoy::start(&scratch, &config);
    // Each on a connection of its own.
    envoy.wait_for_checks("imap", 3).await;
    let stream = dial("127.0.0.5", front.address()).await;
    let ends = ends_of(&stream);
    logs_in(server, stream, ends).await;
}

#[tokio::test]
#[ignore = "needs the command: .ci/run interop"]
async fn the_commands_check_the_service() {
    let mut server = start().await;
    let test = env::current_exe().unwrap();
    let directory = test.ancestors().nth(2).unwrap();
    assert!(
        directory.join("proxy-proto").exists(),
        "run `cargo build -p proxy-proto-cli` first"
    );
    let backend = server.address(LISTENER).to_string();
    let commands = with(block("The service", "sh"), &[(SERVICE, &backend)]);
    let script = format!("set -e\nPATH={}:$PATH\n{commands}", directory.display());
    let output = output_of("sh", &["-c", &script]).await;
    assert!(output.starts_with("ok: "), "{output}");
    assert!(output.contains("\r\na OK Logged in\r\n"), "{output}");
    let login = server.login().await;
    assert_eq!(login.client.to_string(), "192.0.2.1:56324");
    assert_eq!(server.stop().await, [""; 0]);
}

/// The service of the guide, which trusts two addresses of loopback.
async fn start() -> LoginServer {
    let networks = "haproxy_trusted_networks = \"127.0.0.1 127.0.0.2\"";
    LoginServer::with(&service(networks)).await
}

/// The configuration of the guide, without TLS or with it.
fn haproxy(server: &LoginServer, front: &Reserved, tls: bool) -> String {
    let (backend, bind) = (
        server.address(LISTENER).to_string(),
        front.address().to_string(),
    );
    let config = with(block("HAProxy", "haproxy"), &[(SERVICE, &backend)]);
    if !tls {
        return with(&config, &[(":143", &bind)]);
    }
    let lines = block("HAProxy that terminates TLS", "haproxy").trim_end();
    let (tls_bind, tls_server) = lines.split_once('\n').unwrap();
    let replaced = [
        ("    bind :143", tls_bind),
        ("    default-server send-proxy-v2 check", tls_server),
        (":993", &bind),
    ];
    with(&config, &replaced)
}

fn yaml(address: SocketAddr) -> String {
    format!("address: {}, port_value: {}", address.ip(), address.port())
}

/// The client, and where it connected.
fn ends_of(stream: &TcpStream) -> (SocketAddr, SocketAddr) {
    (stream.local_addr().unwrap(), stream.peer_addr().unwrap())
}

/// Logs in and out; the log must show both ends of the client's connection, and nothing else.
async fn logs_in(
    mut server: LoginServer,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    ends: (SocketAddr, SocketAddr),
) {
    let mut client = Client::greeted(stream).await;
    client.log_in("alice").await;
    let login = server.login().await;
    assert_eq!((login.client, login.server), ends);
    assert_ne!(login.peer, login.client, "the peer is the balancer");
    assert_eq!((&*login.user, &*login.listener), ("<alice>", LISTENER));
    client.command("LOGOUT").await;
    assert_eq!(server.stop().await, [""; 0]);
}

const LISTENER: &str = "imap_haproxy";

/// The address of the service in the guide.
const SERVICE: &str = "10.0.0.9:10143";
