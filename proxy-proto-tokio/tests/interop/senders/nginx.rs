//! nginx, of which Debian's version sends version 1 only.

use super::{
    mode::{Backend, Certificate, Front, Header, Mode, Names, V1_TCP4},
    run::Sender,
};
use crate::support::Nginx;

#[tokio::test]
#[ignore = "needs nginx with its stream module: .ci/run interop"]
async fn every_mode_of_nginx() {
    let sender = Sender {
        name: "nginx",
        version: &["nginx", "-v"],
        shares_port: true,
        start: |_, sections| {
            let servers = sections.iter().map(|it| format!("server {{\n{it}\n}}\n"));
            let servers = servers.collect::<String>();
            Box::new(Nginx::with(&format!("stream {{\n{servers}}}")))
        },
        modes: &[MODES],
    };
    sender.run().await;
}

const MODES: &[Mode] = &[
    Mode::new(
        "nginx-v1-tcp4",
        1,
        "listen FRONT reuseport;
        proxy_pass BACKEND;
        proxy_protocol on;",
    ),
    Mode::new(
        "nginx-v1-tcp6",
        1,
        "listen FRONT reuseport;
        proxy_pass BACKEND;
        proxy_protocol on;",
    )
    .front(Front::Inet6),
    Mode::new(
        "nginx-v1-unix",
        1,
        "listen unix:FRONT;
        proxy_pass BACKEND;
        proxy_protocol on;",
    )
    .front(Front::Unix)
    .header(Header::Unknown),
    Mode::new(
        "nginx-v1-v4mapped",
        1,
        "listen FRONT ipv6only=off reuseport;
        proxy_pass BACKEND;
        proxy_protocol on;",
    )
    .front(Front::Dual)
    .names(Names::Mapped),
    Mode::new(
        "nginx-v1-to-unix-server",
        1,
        "listen FRONT reuseport;
        proxy_pass unix:BACKEND;
        proxy_protocol on;",
    )
    .backend(Backend::Unix),
    Mode::new(
        "nginx-v1-ssl",
        1,
        "listen FRONT ssl reuseport;
        ssl_certificate DIR/server.pem;
        ssl_certificate_key DIR/server.pem;
        proxy_pass BACKEND;
        proxy_protocol on;",
    )
    .tls(Certificate::Absent, &[]),
    Mode::new(
        "nginx-v1-chained-from-tcp4",
        1,
        "listen FRONT proxy_protocol reuseport;
        proxy_pass BACKEND;
        proxy_protocol on;",
    )
    .after(V1_TCP4),
    Mode::new(
        "nginx-v1-chained-from-unknown",
        1,
        "listen FRONT proxy_protocol reuseport;
        proxy_pass BACKEND;
        proxy_protocol on;",
    )
    .after(b"PROXY UNKNOWN\r\n"),
    Mode::new(
        "nginx-v1-chained-realip-from-tcp4",
        1,
        "listen FRONT proxy_protocol reuseport;
        set_real_ip_from 127.0.0.0/8;
        proxy_pass BACKEND;
        proxy_protocol on;",
    )
    .after(V1_TCP4)
    .names(Names::These("192.0.2.1:56324", "127.0.0.44")),
    Mode::new(
        "nginx-v1-chained-realip-from-tcp6",
        1,
        "listen FRONT proxy_protocol reuseport;
        set_real_ip_from 127.0.0.0/8;
        proxy_pass BACKEND;
        proxy_protocol on;",
    )
    .after(b"PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n")
    .header(Header::Invalid(26)),
];
