//! Running examples, and the headers of a balancer.

#[path = "../interop/support/deadline.rs"]
#[expect(dead_code, reason = "nothing here is polled")]
mod deadline;
#[path = "../support/dns.rs"]
pub(crate) mod dns;
#[path = "../support/example.rs"]
#[expect(dead_code, reason = "login-server is the example of other tests")]
mod example;
#[path = "../interop/support/service.rs"]
#[expect(dead_code, reason = "no web service is among these")]
mod service;
#[path = "../interop/support/tool.rs"]
#[expect(dead_code, reason = "no other programs run here")]
mod tool;

use std::net::SocketAddr;

use proxy_proto_tokio::proxy_proto::{Addresses, Encoder, TransportProtocol};

pub(crate) use self::{deadline::within, service::Service};

/// A datagram of this client's, with the header in front.
pub(crate) fn datagram(client: SocketAddr, server: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let addresses = Addresses::ip(client, server).unwrap();
    let header = Encoder::v2(TransportProtocol::Dgram, addresses).unwrap();
    [&header.to_vec().unwrap(), payload].concat()
}
