//! A server of tonic that runs out of descriptors. Alone in its process, whose limit it lowers.

#![expect(clippy::unwrap_used, reason = "fails the test")]

#[path = "support/shortage.rs"]
mod shortage;

use std::{
    future,
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use hyper_util::rt::TokioIo;
use proxy_proto_tokio::{EventKind, ProxyListener, proxy_proto::Policy};
use std::io::{self, Write};
use tokio_stream::StreamExt;
use tonic::transport::{Endpoint, Server};
use tonic_health::{
    pb::{HealthCheckRequest, health_client::HealthClient},
    server::health_reporter,
};
use tower::service_fn;

/// The server goes on, without an error and without polling the socket all the time, and the connection
/// that waited is served once there is a descriptor again.
#[tokio::test]
async fn a_shortage_of_descriptors_is_survived() {
    let policy = Policy::new("127.0.0.1".parse().unwrap());
    let failures = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&failures);
    let any_port = "127.0.0.1:0".parse().unwrap();
    let listener = ProxyListener::bind(any_port, Arc::new(policy))
        .unwrap()
        .on_event(move |event| {
            assert!(
                matches!(&event.kind, EventKind::AcceptFailed { pause, .. } if !pause.is_zero())
            );
            seen.fetch_add(1, Ordering::Relaxed);
        });
    let mut stream = TcpStream::connect(listener.local_addr().socket_addr().unwrap()).unwrap();
    stream
        .write_all(b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n")
        .unwrap();
    stream.set_nonblocking(true).unwrap();
    let mut stream = Some(TokioIo::new(stream.try_into().unwrap()));

    let relief = shortage::until_three(&failures);
    let (_reporter, health) = health_reporter();
    let incoming = listener.map(|accepted| io::Result::Ok(accepted.unwrap()));
    let serving = tokio::spawn(
        Server::builder()
            .add_service(health)
            .serve_with_incoming(incoming),
    );
    let connector = service_fn(move |_| {
        let stream: Option<TokioIo<tokio::net::TcpStream>> = stream.take();
        future::ready(stream.ok_or(io::Error::from(io::ErrorKind::NotConnected)))
    });
    let endpoint = Endpoint::from_static("http://one.example");
    let channel = endpoint.connect_with_connector(connector).await.unwrap();
    let mut client = HealthClient::new(channel);
    client.check(HealthCheckRequest::default()).await.unwrap();
    relief.join().unwrap();
    assert!(failures.load(Ordering::Relaxed) >= 3);
    assert!(!serving.is_finished());
}
