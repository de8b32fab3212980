//! The example of axum, as a user runs it, and the addresses that axum has.

#![expect(clippy::unwrap_used, reason = "fails the test")]

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use axum::serve::{Listener, ListenerExt};
use proxy_proto_tokio::{ProxyInfo, ProxyListener, proxy_proto::Policy};

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 80\r\n";

/// Ended with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn get(server: &str, header: &[u8], path: &str) -> String {
    let mut client = TcpStream::connect(server).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n");
    client
        .write_all(&[header, request.as_bytes()].concat())
        .unwrap();
    let mut response = String::new();
    client.read_to_string(&mut response).unwrap();
    response.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn the_example_answers_with_the_client_of_the_header() {
    let test = env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples/axum");
    let mut server = Server(
        Command::new(program)
            .args(["127.0.0.1:0", "127.0.0.1"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut line = String::new();
    let mut output = BufReader::new(server.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening ").unwrap();

    let body = get(address, HEADER, "/");
    assert!(
        body.starts_with("client=192.0.2.1:56324 server=198.51.100.7:80 peer=127.0.0.1:"),
        "{body}"
    );

    // A probe, then what has been counted.
    drop(TcpStream::connect(address).unwrap());
    let body = get(address, HEADER, "/metrics");
    assert!(
        body.contains("\nproxy_proto_versions_v1_found_total 2\n"),
        "{body}"
    );
}

#[tokio::test]
async fn an_address_of_axum_is_a_connection_or_the_listener() {
    let policy = Policy::new("127.0.0.1".parse().unwrap());
    let listener = ProxyListener::bind("127.0.0.1:0".parse().unwrap(), Arc::new(policy)).unwrap();
    let address = listener.local_addr().socket_addr().unwrap();
    let mut listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let own: ProxyInfo = listener.local_addr().unwrap();
    assert!(own.is_listener());
    assert_eq!(own.local_addr(), address);

    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(HEADER).unwrap();
    let (_, info) = listener.accept().await;
    assert!(!info.is_listener());
    assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
}
