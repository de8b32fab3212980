//! Other crates, used as in their documentation, but without a task for each connection. Both read
//! once into a buffer, and keep what follows the header in front of the stream.

use std::sync::Arc;

use proxy_header::io::ProxiedStream;
use proxy_proto::Policy;
use proxy_protocol_rs::{ProxyProtocolConfig, ProxyProtocolListener, TrustedProxies};

use crate::{
    contestants::assert_client,
    tokio_tasks::{read, run},
};

/// It does not check who the peer is, and has no deadline.
pub(crate) fn proxy_header(listener: std::net::TcpListener, _: &Arc<Policy>, connections: usize) {
    run(listener, async |listener| {
        for _ in 0..connections {
            let (stream, _) = listener.accept().await.unwrap();
            let accepted = ProxiedStream::create_from_tokio(stream, Default::default()).await;
            let stream = accepted.unwrap();
            assert_client(stream.proxy_header().proxied_address().unwrap().source);
            read(stream).await;
        }
    });
}

/// Its `accept` waits for the header of one connection before it accepts the next.
pub(crate) fn proxy_protocol_rs(
    listener: std::net::TcpListener,
    policy: &Arc<Policy>,
    connections: usize,
) {
    let trusted = policy.trusted_networks().to_string();
    let trusted = TrustedProxies::from_ipnets(trusted.split(' ').map(|it| it.parse().unwrap()));
    let config = ProxyProtocolConfig::builder().policy(trusted).build();
    run(listener, async |listener| {
        let listener = ProxyProtocolListener::new(listener, config.unwrap());
        for _ in 0..connections {
            let stream = listener.accept().await.unwrap();
            assert_client(stream.client_addr());
            read(stream).await;
        }
    });
}
