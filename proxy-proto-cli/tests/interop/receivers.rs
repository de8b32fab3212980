//! `encode`, `send` and `probe` with servers that require a header.

use core::net::SocketAddr;

use crate::support::{
    Dovecot, Haproxy, Identity, Nginx, Reserved, Run, Scratch, is_listening, run,
};

const SOURCE: [&str; 4] = [
    "--source",
    "192.0.2.1:56324",
    "--destination",
    "198.51.100.7:143",
];
const GET: &str = "GET / HTTP/1.0\r\n\r\n";

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn haproxy_answers_the_client_of_the_header() {
    let front = Reserved::on("127.0.0.1");
    let _haproxy = Haproxy::start(
        &format!(
            "frontend web\n mode http\n bind {} accept-proxy\n \
             http-request return status 200 content-type text/plain \
             lf-string \"%[src]:%[src_port] %[dst]:%[dst_port]\"\n",
            front.address()
        ),
        &[],
    );
    is_listening(front.address()).await;
    shows_the_client(front.address(), "192.0.2.1:56324 198.51.100.7:143").await;
    rejects_pieces(front.address()).await;
    is_healthy_with(
        front.address(),
        &["--send", r"GET / HTTP/1.0\r\n\r\n", "--expect", " 200 "],
    )
    .await;
    is_silent(front.address()).await;
    rejects(front.address()).await;
}

#[tokio::test]
#[ignore = "needs nginx: .ci/run interop"]
async fn nginx_answers_the_client_of_the_header_and_speaks_tls_after_it() {
    let identity = Identity::new("web.example.com");
    let scratch = Scratch::new();
    let certificate = scratch.write("certificate.pem", identity.certificate_pem());
    let pem = scratch.write("both.pem", &identity.pem());
    let (plain, tls) = (Reserved::on("127.0.0.1"), Reserved::on("127.0.0.1"));
    let _nginx = Nginx::with(&format!(
        "http {{
            access_log off;
            server {{
                listen {} reuseport proxy_protocol;
                listen {} reuseport ssl proxy_protocol;
                ssl_certificate {pem};
                ssl_certificate_key {pem};
                location / {{
                    return 200 '$proxy_protocol_addr:$proxy_protocol_port $proxy_protocol_server_addr $ssl_server_name.';
                }}
            }}
        }}",
        plain.address(),
        tls.address(),
        pem = pem.display(),
    ));
    is_listening(tls.address()).await;
    shows_the_client(plain.address(), "192.0.2.1:56324 198.51.100.7 .").await;
    rejects_pieces(plain.address()).await;
    is_healthy_with(
        plain.address(),
        &["--send", r"GET / HTTP/1.0\r\n\r\n", "--expect", " 200 "],
    )
    .await;
    rejects(plain.address()).await;

    let address = tls.address().to_string();
    let trusted = [
        "--tls",
        "--sni",
        "web.example.com",
        "--ca",
        certificate.to_str().unwrap(),
    ];
    let answer = send(&address, &[&SOURCE[..], &trusted].concat(), GET).await;
    assert!(
        answer
            .stdout
            .ends_with("192.0.2.1:56324 198.51.100.7 web.example.com."),
        "{answer:?}"
    );
    let insecure = [
        "--tls",
        "--insecure",
        "--send",
        r"GET / HTTP/1.0\r\n\r\n",
        "--expect",
        " 200 ",
    ];
    is_healthy_with(tls.address(), &insecure).await;
    let untrusted = send(&address, &["--tls", "--sni", "web.example.com"], GET).await;
    assert_eq!(untrusted.status, Some(69), "{untrusted:?}");
    assert!(
        untrusted.stderr.contains("cannot start TLS with"),
        "{untrusted:?}"
    );
}

#[tokio::test]
#[ignore = "needs dovecot: .ci/run interop"]
async fn dovecot_logs_the_client_of_the_header() {
    let dovecot = Dovecot::start();
    is_listening(dovecot.address()).await;
    let session = "a1 LOGIN alice secret\r\na2 LOGOUT\r\n";
    let address = dovecot.address().to_string();
    let clients = ["192.0.2.1:56324", "[2001:db8::1]:56324"];
    let servers = ["198.51.100.7:143", "[2001:db8::2]:143"];
    for (client, server) in clients.into_iter().zip(servers) {
        for version in ["--v1", "--v2"] {
            let options = [
                version,
                "--source",
                client,
                "--destination",
                server,
                "--keep-open",
            ];
            let answer = send(&address, &options, session).await;
            assert!(answer.stdout.contains("a1 OK"), "{answer:?}");
            dovecot
                .wait_for_login(client.parse().unwrap(), server.parse().unwrap())
                .await;
        }
    }
    rejects_pieces(dovecot.address()).await;
    is_healthy_with(dovecot.address(), &["--expect", "* OK"]).await;
    is_healthy_with(dovecot.address(), &["--v1", "--expect", "* OK"]).await;
    is_healthy_with(dovecot.address(), &[]).await;
    rejects(dovecot.address()).await;
}

/// Headers with and without TLVs, made by `send`, and made by `encode` and changed.
async fn shows_the_client(server: SocketAddr, want: &str) {
    let server = server.to_string();
    let tlvs = [
        "--tlv",
        "authority=example.com",
        "--tlv",
        "ssl.version=TLSv1.3",
        "--crc32c",
    ];
    for options in [&["--v1"][..], &[], &tlvs] {
        let answer = send(&server, &[&SOURCE[..], options].concat(), GET).await;
        assert!(answer.stdout.ends_with(want), "{options:?}: {answer:?}");
    }
    let other = [
        "encode",
        "--source",
        "192.0.2.9:9",
        "--destination",
        "198.51.100.7:143",
        "--hex",
    ];
    let header = run(&other, "").await.stdout;
    let decoded = run(&["decode", "--json", "--hex", &header], "")
        .await
        .stdout;
    let scratch = Scratch::new();
    let file = scratch.write("header.json", &decoded);
    let options = [
        "--from",
        file.to_str().unwrap(),
        "--source",
        "192.0.2.1:56324",
    ];
    let answer = send(&server, &options, GET).await;
    assert!(answer.stdout.ends_with(want), "{answer:?}");
}

/// A fault of all three, which `--split` shows: they reject a header that is not in one segment.
async fn rejects_pieces(server: SocketAddr) {
    let server = server.to_string();
    for (pieces, is_accepted) in [("200", true), ("5,20", false)] {
        let options = ["--split", pieces, "--pause", "0.05"];
        let answer = send(&server, &[&SOURCE[..], &options].concat(), GET).await;
        assert_eq!(
            !answer.stdout.is_empty(),
            is_accepted,
            "{pieces}: {answer:?}"
        );
    }
}

async fn is_healthy_with(server: SocketAddr, options: &[&str]) {
    let server = server.to_string();
    let probe = run(
        &[&["probe", &server, "--timeout", "15"], options].concat(),
        "",
    )
    .await;
    assert_eq!(probe.status, Some(0), "{options:?}: {probe:?}");
    assert!(
        probe
            .stdout
            .starts_with(&format!("ok: {server} answered \"")),
        "{probe:?}"
    );
}

/// A server whose client speaks first is healthy if it waits.
async fn is_silent(server: SocketAddr) {
    let server = server.to_string();
    let probe = run(&["probe", &server], "").await;
    assert_eq!(probe.status, Some(0), "{probe:?}");
    assert!(probe.stdout.contains(" accepted the header "), "{probe:?}");
}

/// A server that requires a header is not healthy without one.
async fn rejects(server: SocketAddr) {
    let server = server.to_string();
    for header in [
        &["--raw", "474554202f0d0a0d0a"][..],
        &["--no-header", "--send", r"EHLO\r\n"],
    ] {
        let options = ["probe", &server, "--settle", "15", "--timeout", "15"];
        let probe = run(&[&options[..], header].concat(), "").await;
        assert_eq!(probe.status, Some(1), "{probe:?}");
        assert!(
            probe.stdout.starts_with(&format!("failed: {server} ")),
            "{probe:?}"
        );
    }
}

async fn send(server: &str, options: &[&str], input: &str) -> Run {
    run(
        &[&["send", server, "--timeout", "15"], options].concat(),
        input,
    )
    .await
}
