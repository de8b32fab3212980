//! hitch, which terminates TLS.

use std::path::Path;

use proxy_proto_tokio::proxy_proto::SslSubTlvType as Sub;

use super::{
    mode::{
        Backend,
        Certificate::{Absent, Trusted},
        Front, Header, Mode, Tlv,
    },
    run::{Sender, serve_each},
};
use crate::support::{serve, user_and_group};

#[tokio::test]
#[ignore = "needs hitch: .ci/run interop"]
async fn every_mode_of_hitch() {
    let sender = Sender {
        name: "hitch",
        version: &["hitch", "--version"],
        shares_port: false,
        start: |scratch, sections| {
            serve_each(scratch, sections, |number, section, log| {
                let keys = scratch.path("server.pem");
                let keys = keys.display();
                let (user, group) = user_and_group();
                let config = format!(
                    "{section}
                    pem-file = \"{keys}\"
                    user = \"{user}\"
                    group = \"{group}\"
                    daemon = off
                    "
                );
                let config = scratch.write(&format!("hitch-{number}.conf"), &config);
                serve("hitch", &[Path::new("--config"), &config], log)
            })
        },
        modes: &[MODES],
    };
    sender.run().await;
}

const MODES: &[Mode] = &[
    Mode::new(
        "hitch-v1-tcp4",
        1,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"[BACKEND_IP]:BACKEND_PORT\"
        write-proxy-v1 = on",
    )
    .tls(Absent, &[]),
    Mode::new(
        "hitch-v1-tcp6",
        1,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"[BACKEND_IP]:BACKEND_PORT\"
        write-proxy-v1 = on",
    )
    .front(Front::Inet6)
    .tls(Absent, &[]),
    Mode::new(
        "hitch-v1-to-unix-server",
        1,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"BACKEND\"
        write-proxy-v1 = on",
    )
    .backend(Backend::Unix)
    .tls(Absent, &[]),
    Mode::new(
        "hitch-v2-tcp4",
        2,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"[BACKEND_IP]:BACKEND_PORT\"
        write-proxy-v2 = on",
    )
    .tls(Absent, &[])
    .tlvs(&[Tlv::Authority, SSL]),
    Mode::new(
        "hitch-v2-tcp6",
        2,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"[BACKEND_IP]:BACKEND_PORT\"
        write-proxy-v2 = on",
    )
    .front(Front::Inet6)
    .tls(Absent, &[])
    .tlvs(&[Tlv::Authority, SSL]),
    Mode::new(
        "hitch-v2-to-unix-server",
        2,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"BACKEND\"
        write-proxy-v2 = on",
    )
    .backend(Backend::Unix)
    .tls(Absent, &[])
    .tlvs(&[Tlv::Authority, SSL]),
    Mode::new(
        "hitch-v2-tcp4-alpn-h2",
        2,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"[BACKEND_IP]:BACKEND_PORT\"
        write-proxy-v2 = on
        alpn-protos = \"h2, http/1.1\"",
    )
    .tls(Absent, &[b"h2"])
    .tlvs(&[Tlv::Alpn("h2"), Tlv::Authority, SSL]),
    Mode::new(
        "hitch-v2-tcp4-cert",
        2,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"[BACKEND_IP]:BACKEND_PORT\"
        write-proxy-v2 = on
        client-verify = required
        client-verify-ca = \"DIR/ca.pem\"",
    )
    .tls(Trusted, &[])
    .tlvs(&[Tlv::Authority, SSL_CERT]),
    Mode::new(
        "hitch-v2-tcp4-nocert",
        2,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"[BACKEND_IP]:BACKEND_PORT\"
        write-proxy-v2 = on
        client-verify = optional
        client-verify-ca = \"DIR/ca.pem\"",
    )
    .tls(Absent, &[])
    .tlvs(&[Tlv::Authority, SSL]),
    Mode::new(
        "hitch-write-ip-tcp4",
        1,
        "frontend = \"[FRONT_IP]:FRONT_PORT\"
        backend = \"[BACKEND_IP]:BACKEND_PORT\"
        write-ip = on",
    )
    .tls(Absent, &[])
    .header(Header::Invalid(0)),
];

/// `verify` is 1 where there was no certificate to verify.
const SSL: Tlv = Tlv::Ssl(1, 1, SUB_TLVS);
const SSL_CERT: Tlv = Tlv::Ssl(7, 0, SUB_TLVS);

const SUB_TLVS: &[(Sub, &str)] = &[
    (Sub::VERSION, "TLSv1.3"),
    (Sub::CIPHER, "TLS_AES_256_GCM_SHA384"),
];
