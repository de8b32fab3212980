//! TLS that the service does itself, after the header.

use core::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{
    Envoy, Haproxy, Reserved, Scratch, Service, all_output_of, dial, is_listening, output_of,
    relays, within,
};

/// The client's own address, then what it knows of the certificate.
const WRITE_OUT: &str = "own=%{local_ip}:%{local_port}\n%{certs}";

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_meets_the_certificate_of_the_address_in_its_header() {
    let service = Service::start("tls", "0.0.0.0:0", &["127.0.0.1", ONE, TWO]).await;
    let port = service.address().port();
    for (ip, name) in SITES {
        let server = SocketAddr::new(ip.parse().unwrap(), port);
        meets(server, name, &["--haproxy-protocol"]).await;
    }
}

#[tokio::test]
#[ignore = "needs curl and haproxy: .ci/run interop"]
async fn curl_meets_the_certificate_of_the_address_of_haproxy() {
    let service = Service::start("tls", "127.0.0.1:0", &["127.0.0.3", ONE, TWO]).await;
    let fronts = SITES.map(|(ip, _)| Reserved::on(ip));
    let [one, two] = [0, 1].map(|index| fronts[index].address());
    let backend = service.address();
    let _haproxy = Haproxy::start(
        &format!(
            "listen tls\n bind {one}\n bind {two}\n source 127.0.0.3\n \
             server one {backend} send-proxy-v2\n"
        ),
        &[],
    );
    for (server, (_, name)) in [one, two].into_iter().zip(SITES) {
        is_listening(server).await;
        meets(server, name, &[]).await;
    }
}

#[tokio::test]
#[ignore = "needs envoy: .ci/run interop"]
async fn envoy_starts_tls_after_its_header() {
    let service = Service::start("tls", "127.0.0.1:0", &["127.0.0.1", ONE]).await;
    let (front, backend) = (Reserved::on("127.0.0.1"), service.address());
    let relay = format!(
        "listener {}
        cluster {backend}
        ProxyProtocolConfig {{version: V2}}
        UpstreamTlsContext {{}}",
        front.address()
    );
    let scratch = Scratch::new();
    let _envoy = Envoy::start(&scratch, &relays(&[relay]));
    let mut stream = dial("127.0.0.5", front.address()).await;
    let own = stream.local_addr().unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    let read = within("an answer", stream.read_to_string(&mut answer));
    read.await.unwrap();
    let server = front.address();
    assert_eq!(answer, format!("client={own} server={server}\n"));
}

/// The other way round, the header is not the start of TLS that the inspector looks for.
#[tokio::test]
#[ignore = "needs envoy and curl: .ci/run interop"]
async fn envoy_reads_the_server_name_if_its_header_filter_is_the_first() {
    let service = Service::start("tls", "127.0.0.1:0", &["127.0.0.1", ONE]).await;
    let filters = ["ProxyProtocol {}", "TlsInspector {}"];
    for ([first, second], is_served) in [(filters, true), ([filters[1], filters[0]], false)] {
        let (front, backend) = (Reserved::on("127.0.0.1"), service.address());
        let relay = format!(
            "listener {front}
            {first}
            {second}
            FilterChainMatch {{server_names: [one.example]}}
            cluster {backend}
            ProxyProtocolConfig {{version: V2}}",
            front = front.address()
        );
        let scratch = Scratch::new();
        let _envoy = Envoy::start(&scratch, &relays(&[relay]));
        is_listening(front.address()).await;
        let port = front.address().port();
        let resolve = format!("one.example:{port}:127.0.0.1");
        let url = format!("https://one.example:{port}/");
        let mut arguments = vec!["--silent", "--show-error", "--http0.9", "--insecure"];
        arguments.extend(["--haproxy-protocol", "--resolve", &resolve, &url]);
        let output = all_output_of("curl", &arguments).await;
        assert_eq!(
            output.starts_with("client=127.0.0.1:"),
            is_served,
            "{first}: {output}"
        );
    }
}

async fn meets(server: SocketAddr, name: &str, options: &[&str]) {
    let url = format!("https://{server}/");
    let mut arguments = vec!["--silent", "--show-error", "--http0.9", "--insecure"];
    arguments.extend(["--write-out", WRITE_OUT, &url]);
    arguments.extend(options);
    let output = output_of("curl", &arguments).await;
    let mut lines = output.lines();
    let answer = lines.next().unwrap();
    let own = lines.next().unwrap().strip_prefix("own=").unwrap();
    assert_eq!(answer, format!("client={own} server={server}"));
    assert!(
        output.contains(&format!("\nX509v3 Subject Alternative Name:DNS:{name}\n")),
        "{output}"
    );
}

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_is_the_client_of_axum_server() {
    let service = Service::start("axum-server", "127.0.0.1:0", &["127.0.0.1"]).await;
    let url = format!("https://{}/", service.address());
    for version in ["--http1.1", "--http2"] {
        let mut arguments = vec!["--silent", "--show-error", "--insecure", version];
        arguments.extend(["--haproxy-protocol", "--write-out", WRITE_OUT, &url]);
        let output = output_of("curl", &arguments).await;
        let mut lines = output.lines();
        let answer = lines.next().unwrap();
        let own = lines.next().unwrap().strip_prefix("own=").unwrap();
        assert_eq!(answer, service.answer_to(own));
    }
}

const SITES: [(&str, &str); 2] = [("127.0.0.1", "one.example"), ("127.0.0.2", "two.example")];

const ONE: &str = "127.0.0.1=one.example";

const TWO: &str = "127.0.0.2=two.example";
