//! dnsdist, which sends a header in every datagram, in front of udp-echo.
//!
//! dnsdist accepts only DNS responses from a backend. The echo of a query is still a query, so here it
//! sets the bit that makes it a response itself, in its health checks. Replies that reach a client are in
//! the tests of the DNS service.

use simple_dns::TYPE;
use tokio::net::UdpSocket;

use crate::support::{Dnsdist, Reserved, UdpEcho, dns::query};

/// The reply reaches dnsdist as udp-echo sent it.
#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn dnsdist_accepts_the_echo_of_its_health_check() {
    const RESPONSE: &str = "checkFunction=function(name, type, class, header)
        header:setQR(true)
        return name, type, class
    end";
    let mut service = UdpEcho::start("127.0.0.1:0").await;
    let front = Reserved::with_udp_on("127.0.0.1");
    let _dnsdist = Dnsdist::start(&front, service.address(), RESPONSE, "").await;

    // It relays queries now, and would not if the service were down.
    let client = UdpSocket::bind("127.0.0.5:0").await.unwrap();
    let query = query(TYPE::A);
    client.send_to(&query, front.address()).await.unwrap();
    let local = client.local_addr().unwrap();
    assert_eq!(service.echoed().await, (local, query.len()));
}
