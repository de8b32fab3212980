//! The hyper example and curl: the client's address in each response, and the end of the service
//! during a request.

use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::Command,
};

use crate::support::{Service, dial, eventually, output_of, within};

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_is_answered_with_its_own_address() {
    let service = Service::start("hyper", "127.0.0.1:0", &["127.0.0.1"]).await;
    let url = format!("http://{}/", service.address());
    for (option, version) in [("--http1.1", "1.1"), ("--http2-prior-knowledge", "2")] {
        let mut arguments = vec!["--silent", "--show-error", "--haproxy-protocol", option];
        arguments.extend(["--write-out", "%{local_ip}:%{local_port} %{http_version}"]);
        arguments.push(&url);
        let output = output_of("curl", &arguments).await;
        let (answer, own) = output.split_once('\n').unwrap();
        let own = own.strip_suffix(&format!(" {version}")).unwrap();
        assert_eq!(answer, service.answer_to(own));
    }
}

/// One client is in the middle of a request, another one of its header.
#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn sigterm_lets_requests_and_handshakes_finish() {
    let service = Service::start("hyper", "127.0.0.1:0", &["127.0.0.1"]).await;
    let mut other = dial("127.0.0.1", service.address()).await;
    other.write_all(b"PROXY TCP").await.unwrap();

    let mut curl = Command::new("curl")
        .args(["--silent", "--verbose", "--haproxy-protocol"])
        .args(["--write-out", "%{local_ip}:%{local_port}"])
        .args(["--upload-file", "-"])
        .arg(format!("http://{}/", service.address()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut body = curl.stdin.take().unwrap();
    let mut messages = BufReader::new(curl.stderr.take().unwrap()).lines();
    // Sent once the handler reads the body. The other client connected before, so it was accepted too.
    let mut line = String::new();
    while !line.starts_with("< HTTP/1.1 100 Continue") {
        let next = within("a message of curl", messages.next_line()).await;
        line = next.unwrap().expect("an interim response");
    }
    service.terminate();
    eventually("the end of listening", async || {
        match TcpStream::connect(service.address()).await {
            Ok(_) => Err("still listening"),
            Err(_) => Ok(()),
        }
    })
    .await;

    let rest = b"4 192.0.2.1 198.51.100.7 56324 80\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    other.write_all(rest).await.unwrap();
    let own = other.local_addr().unwrap();
    let mut response = String::new();
    within("a response", other.read_to_string(&mut response))
        .await
        .unwrap();
    let (_, answer) = response.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        answer,
        format!("client=192.0.2.1:56324 server=198.51.100.7:80 peer={own}\n")
    );

    body.write_all(b"the rest").await.unwrap();
    drop(body);
    let output = within("the end of curl", curl.wait_with_output())
        .await
        .unwrap();
    assert!(output.status.success(), "{}", output.status);
    let output = String::from_utf8(output.stdout).unwrap();
    let (answer, own) = output.split_once('\n').unwrap();
    assert_eq!(answer, service.answer_to(own));
    service.ended().await;
}
