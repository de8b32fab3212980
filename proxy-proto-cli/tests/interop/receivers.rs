//! `encode`, `send` and `probe` with servers that require a header.

use core::net::SocketAddr;

use crate::support::{
    Dovecot, Identity, Nginx, Pieces, RECEIVERS, Receiver, Reserved, Row, Run, Scratch,
    is_listening, run,
};

const V4: [&str; 2] = ["192.0.2.1:56324", "198.51.100.7:143"];
const V6: [&str; 2] = ["[2001:db8::1]:56324", "[2001:db8::2]:143"];
const GET: &str = "GET / HTTP/1.0\r\n\r\n";

#[tokio::test]
#[ignore = "needs haproxy, nginx with its stream module, varnish, apache2, postfix, lighttpd and envoy, and \
            root: .ci/run interop"]
async fn each_server_shows_the_client_of_the_header_and_requires_one() {
    for row in &RECEIVERS {
        let receiver = Receiver::start(row);
        is_listening(receiver.address).await;
        shows_the_client(row, &receiver).await;
        accepts_what_encode_prints(row, &receiver).await;
        for (pieces, is_joined) in [("200", true), ("5,20", row.pieces == Pieces::Joined)] {
            let options = ["--split", pieces, "--pause", "0.05"];
            let answer = send_to(&receiver, V4, &options).await;
            let is_served = answer.stdout.contains(&shown(row, V4));
            assert_eq!(is_served, is_joined, "{}, {pieces}: {answer:?}", row.name);
        }
        let request = receiver.request.replace("\r\n", r"\r\n");
        let exchange = ["--send", &request, "--expect", row.served];
        is_healthy_with(receiver.address, &exchange).await;
        rejects(receiver.address, &exchange).await;
    }
}

#[tokio::test]
#[ignore = "needs nginx: .ci/run interop"]
async fn nginx_speaks_tls_after_the_header() {
    let identity = Identity::new("web.example.com");
    let scratch = Scratch::new();
    let certificate = scratch.write("certificate.pem", identity.certificate_pem());
    let pem = scratch.write("both.pem", &identity.pem());
    let front = Reserved::on("127.0.0.1");
    let _nginx = Nginx::with(&format!(
        "http {{
            access_log off;
            server {{
                listen {} reuseport ssl proxy_protocol;
                ssl_certificate {pem};
                ssl_certificate_key {pem};
                location / {{
                    return 200 '$proxy_protocol_addr:$proxy_protocol_port $proxy_protocol_server_addr $ssl_server_name.';
                }}
            }}
        }}",
        front.address(),
        pem = pem.display(),
    ));
    is_listening(front.address()).await;

    let address = front.address().to_string();
    let ca = ["--ca", certificate.to_str().unwrap()];
    let tls = ["--tls", "--sni", "web.example.com"];
    let answer = send(&address, V4, &[&tls[..], &ca].concat(), GET).await;
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
    is_healthy_with(front.address(), &insecure).await;
    let untrusted = send(&address, V4, &tls, GET).await;
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
    for addresses in [V4, V6] {
        let [client, server] = addresses.map(|it| it.parse().unwrap());
        for options in WAYS {
            let answer = send(&address, addresses, options, session).await;
            assert!(answer.stdout.contains("a1 OK"), "{answer:?}");
            dovecot.wait_for_login(client, server).await;
        }
    }
    let pieces = ["--split", "5,20", "--pause", "0.05"];
    let answer = send(&address, V4, &pieces, session).await;
    assert_eq!(answer.stdout, "", "{answer:?}");
    is_healthy_with(dovecot.address(), &["--expect", "* OK"]).await;
    is_healthy_with(dovecot.address(), &["--v1", "--expect", "* OK"]).await;
    rejects(dovecot.address(), &["--expect", "* OK"]).await;
}

async fn shows_the_client(row: &Row, receiver: &Receiver) {
    for addresses in [V4, V6] {
        for options in WAYS {
            let answer = send_to(receiver, addresses, options).await;
            let shown = shown(row, addresses);
            let name = row.name;
            assert!(
                answer.stdout.contains(&shown),
                "{name}, {options:?}: {answer:?}, not {shown:?}"
            );
        }
    }
}

/// What it prints is decoded to JSON, and `send` changes the client in that.
async fn accepts_what_encode_prints(row: &Row, receiver: &Receiver) {
    let [_, server] = V4;
    let other = [
        "encode",
        "--source",
        "192.0.2.9:9",
        "--destination",
        server,
        "--hex",
    ];
    let header = run(&other, "").await.stdout;
    let decoded = run(&["decode", "--json", "--hex", &header], "").await;
    let scratch = Scratch::new();
    let file = scratch.write("header.json", &decoded.stdout);
    let answer = send_to(receiver, V4, &["--from", file.to_str().unwrap()]).await;
    assert!(answer.stdout.contains(&shown(row, V4)), "{answer:?}");
}

async fn is_healthy_with(server: SocketAddr, options: &[&str]) {
    let server = server.to_string();
    let probe = ["probe", &server, "--timeout", "15"];
    let probe = run(&[&probe, options].concat(), "").await;
    assert_eq!(probe.status, Some(0), "{options:?}: {probe:?}");
    assert!(
        probe
            .stdout
            .starts_with(&format!("ok: {server} answered \"")),
        "{probe:?}"
    );
}

/// A server that requires a header is not healthy without one, and does not serve the same request.
async fn rejects(server: SocketAddr, exchange: &[&str]) {
    let server = server.to_string();
    for header in [&["--raw", "474554202f0d0a0d0a"][..], &["--no-header"]] {
        let options = ["probe", &server, "--timeout", "15"];
        let probe = run(&[&options[..], header, exchange].concat(), "").await;
        assert_eq!(probe.status, Some(1), "{probe:?}");
        assert!(
            probe.stdout.starts_with(&format!("failed: {server} ")),
            "{probe:?}"
        );
    }
}

fn shown(row: &Row, addresses: [&str; 2]) -> String {
    let [client, server] = addresses.map(|it| it.parse().unwrap());
    row.shown(client, server)
}

async fn send_to(receiver: &Receiver, addresses: [&str; 2], options: &[&str]) -> Run {
    let address = receiver.address.to_string();
    send(&address, addresses, options, &receiver.request).await
}

/// Some servers drop an answer whose client has ended its side.
async fn send(server: &str, addresses: [&str; 2], options: &[&str], input: &str) -> Run {
    let [client, destination] = addresses;
    let send = [
        "send",
        server,
        "--keep-open",
        "--timeout",
        "15",
        "--source",
        client,
        "--destination",
        destination,
    ];
    run(&[&send, options].concat(), input).await
}

/// Headers of each version, with and without TLVs.
const WAYS: [&[&str]; 3] = [
    &["--v1"],
    &["--v2"],
    &[
        "--tlv",
        "authority=example.com",
        "--tlv",
        "ssl.version=TLSv1.3",
        "--crc32c",
    ],
];
