//! Processes, clients and certificates for the tests.

mod client;
mod deadline;
#[path = "../support/dns.rs"]
pub(crate) mod dns;
mod dnsdist;
mod dovecot;
mod envoy;
#[path = "../support/example.rs"]
pub(crate) mod example;
#[path = "../support/guide.rs"]
pub(crate) mod guide;
mod haproxy;
mod login_server;
#[expect(dead_code, reason = "the tests of the command use the rest")]
mod nginx;
#[expect(dead_code, reason = "what the tests start does get Ctrl-C")]
#[path = "../../../proxy-proto-cli/src/conform/processes.rs"]
mod processes;
#[expect(dead_code, reason = "the tests of the command use the rest")]
mod receiver;
mod reserved;
mod scratch;
mod service;
#[path = "../../examples/support/statistics.rs"]
mod statistics;
#[path = "../support/tcp_proxy.rs"]
mod tcp_proxy;
mod tls;
mod tool;
mod udp_echo;

pub(crate) use self::{
    client::{Client, dial, is_listening},
    deadline::{eventually, within},
    dnsdist::Dnsdist,
    dovecot::{Dovecot, user_and_group},
    envoy::{Envoy, relays},
    example::login_server,
    haproxy::Haproxy,
    login_server::LoginServer,
    nginx::Nginx,
    receiver::{RECEIVERS, Receiver},
    reserved::{Reserved, unshared},
    scratch::Scratch,
    service::Service,
    tcp_proxy::TcpProxy,
    tls::Identity,
    tool::{all_output_of, output_of, serve},
    udp_echo::UdpEcho,
};
