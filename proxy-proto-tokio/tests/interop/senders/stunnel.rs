//! stunnel, which terminates TLS and has version 1.

use super::{
    mode::{
        Backend,
        Certificate::{Absent, Trusted},
        Front, Mode, Names,
    },
    run::Sender,
};
use crate::support::serve;

#[tokio::test]
#[ignore = "needs stunnel: .ci/run interop"]
async fn every_mode_of_stunnel() {
    let sender = Sender {
        name: "stunnel",
        version: &["stunnel", "-version"],
        shares_port: false,
        start: |scratch, sections| {
            let services = sections.iter().enumerate();
            let services = services.map(|(number, section)| format!("[{number}]\n{section}\n"));
            let services = services.collect::<String>();
            let config = format!("foreground = yes\npid =\nsyslog = no\n{services}");
            let config = scratch.write("stunnel.conf", &config);
            Box::new(serve("stunnel", &[&config], &scratch.path("log")))
        },
        modes: &[MODES],
    };
    sender.run().await;
}

const MODES: &[Mode] = &[
    Mode::new(
        "stunnel-v1-tcp4",
        1,
        "accept = FRONT_IP:FRONT_PORT
        connect = BACKEND_IP:BACKEND_PORT
        cert = DIR/server.pem
        protocol = proxy",
    )
    .tls(Absent, &[]),
    Mode::new(
        "stunnel-v1-tcp6",
        1,
        "accept = FRONT_IP:FRONT_PORT
        connect = BACKEND_IP:BACKEND_PORT
        cert = DIR/server.pem
        protocol = proxy",
    )
    .front(Front::Inet6)
    .tls(Absent, &[]),
    Mode::new(
        "stunnel-v1-v4mapped",
        1,
        "accept = FRONT_IP:FRONT_PORT
        connect = BACKEND_IP:BACKEND_PORT
        cert = DIR/server.pem
        protocol = proxy",
    )
    .front(Front::Dual)
    .names(Names::Mapped)
    .tls(Absent, &[]),
    Mode::new(
        "stunnel-v1-tcp4-to-v6-server",
        1,
        "accept = FRONT_IP:FRONT_PORT
        connect = BACKEND_IP:BACKEND_PORT
        cert = DIR/server.pem
        protocol = proxy",
    )
    .backend(Backend::Inet6)
    .tls(Absent, &[]),
    Mode::new(
        "stunnel-v1-to-unix-server",
        1,
        "accept = FRONT_IP:FRONT_PORT
        connect = BACKEND
        cert = DIR/server.pem
        protocol = proxy",
    )
    .backend(Backend::Unix)
    .tls(Absent, &[]),
    Mode::new(
        "stunnel-v1-cert",
        1,
        "accept = FRONT_IP:FRONT_PORT
        connect = BACKEND_IP:BACKEND_PORT
        cert = DIR/server.pem
        protocol = proxy
        verifyChain = yes
        CAfile = DIR/ca.pem",
    )
    .tls(Trusted, &[]),
];
