//! Processes, clients and certificates for the tests.

mod client;
mod deadline;
mod dnsdist;
#[path = "../support/example.rs"]
pub(crate) mod example;
mod haproxy;
mod login_server;
mod nginx;
mod reserved;
mod scratch;
mod tls;
mod tool;
mod udp_echo;

pub(crate) use self::{
    client::{Client, dial},
    deadline::{eventually, within},
    dnsdist::Dnsdist,
    haproxy::Haproxy,
    login_server::{Login, LoginServer},
    nginx::Nginx,
    reserved::Reserved,
    tls::Identity,
    tool::output_of,
    udp_echo::UdpEcho,
};
