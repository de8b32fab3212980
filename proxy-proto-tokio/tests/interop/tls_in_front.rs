//! HAProxy terminates TLS and reports it to the service `tls-in-front`, which is reached without TLS.

use crate::support::{Haproxy, Identity, Reserved, Scratch, Service, is_listening, output_of};

#[tokio::test]
#[ignore = "needs haproxy and openssl: .ci/run interop"]
async fn the_service_believes_the_name_in_a_verified_certificate_only() {
    let service = Service::start("tls-in-front", "127.0.0.1:0", &["127.0.0.1"]).await;
    let front = Reserved::on("127.0.0.1");
    let backend = service.address().to_string();
    let (server, client) = (Identity::new(SERVER), Identity::new(CLIENT));
    let _haproxy = haproxy(&front, &backend, &server, &client);
    is_listening(front.address()).await;

    let answer = s_client(&front, Some(&client)).await;
    assert!(answer.ends_with(" name=alice.example\n"), "{answer:?}");
    let same_name = Identity::new(CLIENT);
    for certificate in [Some(&same_name), None] {
        let answer = s_client(&front, certificate).await;
        assert!(
            answer.ends_with(" without a verified certificate\n"),
            "{answer:?}"
        );
    }
}

/// What the service answers to `openssl s_client` with this certificate.
async fn s_client(front: &Reserved, certificate: Option<&Identity>) -> String {
    let scratch = Scratch::new();
    let front = front.address().to_string();
    let mut arguments = vec![
        "s_client",
        "-quiet",
        "-bind",
        "127.0.0.5:0",
        "-connect",
        &front,
    ];
    let file = certificate.map(|it| scratch.write("client.pem", &it.pem()));
    if let Some(file) = &file {
        let file = file.to_str().unwrap();
        arguments.extend(["-cert", file, "-key", file]);
    }
    let answer = output_of("openssl", &arguments).await;
    assert!(answer.starts_with("client=127.0.0.5:"), "{answer:?}");
    answer
}

/// HAProxy that reports client certificates in the header, verified or not.
fn haproxy(front: &Reserved, backend: &str, server: &Identity, client: &Identity) -> Haproxy {
    let front = front.address();
    Haproxy::start(
        &format!(
            "listen imaps
 unique-id-format %ci:%cp
 bind {front} ssl crt server.pem ca-file client.pem verify optional ca-ignore-err all crt-ignore-err all
 server one {backend} send-proxy-v2-ssl-cn proxy-v2-options crc32c,authority,unique-id
"
        ),
        &[
            ("server.pem", &server.pem()),
            ("client.pem", client.certificate_pem()),
        ],
    )
}

const SERVER: &str = "imap.example";

const CLIENT: &str = "alice.example";
