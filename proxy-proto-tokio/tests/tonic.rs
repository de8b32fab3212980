//! tonic with a [`ProxyListener`], called by tonic's own client.

#![expect(clippy::unwrap_used, reason = "fails the test")]

use std::{
    future,
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use hyper_util::rt::TokioIo;
use proxy_proto_tokio::{
    Connection, ProxyListener, add_tcp_connect_info, connect,
    proxy_proto::{Addresses, ConnectionInfo, Encoder, OutgoingTlv, Policy, TransportProtocol},
};
use rcgen::CertifiedKey;
use rustix::net::Shutdown;
use tokio::{
    net::TcpStream,
    sync::{
        mpsc::{self, UnboundedReceiver},
        oneshot,
    },
};
use tokio_stream::{Stream, StreamExt};
use tonic::{
    Request,
    service::{InterceptorLayer, Routes, interceptor::InterceptedService},
    transport::{
        Certificate, Channel, ClientTlsConfig, Endpoint, Identity, Server, ServerTlsConfig,
        server::Connected,
    },
};
use tonic_health::{
    ServingStatus,
    pb::{HealthCheckRequest, health_client::HealthClient},
    server::health_reporter,
};
use tower::service_fn;

const CLIENT: &str = "192.0.2.1:56324";
const SERVER: &str = "198.51.100.7:443";

/// What a service sees of the connection of a request.
struct Seen {
    client: Option<SocketAddr>,
    server: Option<SocketAddr>,
    info: Option<ConnectionInfo>,
    /// How many certificates the client has shown.
    certificates: usize,
}

fn listener() -> ProxyListener {
    let policy = Policy::new("127.0.0.1".parse().unwrap());
    ProxyListener::bind("127.0.0.1:0".parse().unwrap(), Arc::new(policy)).unwrap()
}

fn address(listener: &ProxyListener) -> SocketAddr {
    listener.local_addr().socket_addr().unwrap()
}

/// A service, and what it sees.
fn service() -> (Routes, UnboundedReceiver<Seen>) {
    let (saw, seen) = mpsc::unbounded_channel();
    let (_reporter, health) = health_reporter();
    let service = InterceptedService::new(health, move |request: Request<()>| {
        let info = request.extensions().get().cloned();
        let saw_it = saw.send(Seen {
            client: request.remote_addr(),
            server: request.local_addr(),
            info,
            certificates: request
                .peer_certs()
                .map_or(0, |certificates| certificates.len()),
        });
        saw_it.unwrap();
        Ok(request)
    });
    (Routes::new(service), seen)
}

/// Serves these connections until the test ends.
fn serve<S, I>(routes: Routes, incoming: S)
where
    S: Stream<Item = io::Result<Connection<TcpStream, I>>> + Send + 'static,
    Connection<TcpStream, I>: Connected,
    I: 'static,
{
    let server = Server::builder().add_routes(routes);
    tokio::spawn(server.serve_with_incoming(incoming));
}

/// A client's channel, which begins with a header.
async fn channel(endpoint: Endpoint, server: SocketAddr) -> Channel {
    let addresses = Addresses::ip(CLIENT.parse().unwrap(), SERVER.parse().unwrap()).unwrap();
    let tlvs = [OutgoingTlv::Authority("one.example")];
    let encoder = Encoder::v2(TransportProtocol::Stream, addresses).unwrap();
    let header = encoder.with_tlvs(&tlvs).to_vec().unwrap();
    let stream = connect(server, &header).await.unwrap();
    let mut stream = Some(TokioIo::new(stream));
    let connector = service_fn(move |_| {
        let stream = stream.take();
        future::ready(stream.ok_or(io::Error::from(io::ErrorKind::NotConnected)))
    });
    endpoint.connect_with_connector(connector).await.unwrap()
}

async fn check(channel: Channel) {
    let mut client = HealthClient::new(channel);
    client.check(HealthCheckRequest::default()).await.unwrap();
}

fn plain() -> Endpoint {
    Endpoint::from_static("http://one.example")
}

fn assert_endpoints(seen: &Seen) {
    assert_eq!(seen.client.unwrap().to_string(), CLIENT);
    assert_eq!(seen.server.unwrap().to_string(), SERVER);
}

#[tokio::test]
async fn the_remote_address_is_the_client() {
    let (routes, mut seen) = service();
    let listener = listener();
    let server = address(&listener);
    serve(routes, listener);
    check(channel(plain(), server).await).await;
    let seen = seen.recv().await.unwrap();
    assert_endpoints(&seen);
    assert!(seen.info.is_none());
}

#[tokio::test]
async fn the_remote_address_is_the_client_of_a_buffered_listener() {
    let (routes, mut seen) = service();
    let listener = listener();
    let server = address(&listener);
    let incoming = listener.buffered();
    tokio::spawn(
        Server::builder()
            .add_routes(routes)
            .serve_with_incoming(incoming),
    );
    check(channel(plain(), server).await).await;
    assert_endpoints(&seen.recv().await.unwrap());
}

#[tokio::test]
async fn requests_have_the_tlvs_if_they_have_the_connection_info() {
    let (routes, mut seen) = service();
    let listener = listener();
    let server = address(&listener);
    serve(routes, listener.with_connection_info());
    check(channel(plain(), server).await).await;
    let seen = seen.recv().await.unwrap();
    let info = seen.info.unwrap();
    assert_eq!(info.header().unwrap().authority(), Ok(Some("one.example")));
    assert_eq!(seen.client, None);
}

#[tokio::test]
async fn requests_have_both_with_the_interceptor() {
    let (routes, mut seen) = service();
    let listener = listener();
    let server = address(&listener);
    let router = Server::builder()
        .layer(InterceptorLayer::new(add_tcp_connect_info))
        .add_routes(routes);
    tokio::spawn(router.serve_with_incoming(listener.with_connection_info()));
    check(channel(plain(), server).await).await;
    let seen = seen.recv().await.unwrap();
    assert_endpoints(&seen);
    assert!(seen.info.unwrap().is_proxied());
}

#[tokio::test]
async fn tls_of_tonic_comes_after_the_header() {
    let [(own, certificate), (client, trusted)] = ["one.example", "client.example"].map(identity);
    let (routes, mut seen) = service();
    let listener = listener();
    let server = address(&listener);
    let tls = ServerTlsConfig::new().identity(own).client_ca_root(trusted);
    let router = Server::builder()
        .tls_config(tls)
        .unwrap()
        .add_routes(routes);
    tokio::spawn(router.serve_with_incoming(listener));

    let tls = ClientTlsConfig::new()
        .ca_certificate(certificate)
        .identity(client);
    let endpoint = Endpoint::from_static("https://one.example");
    check(channel(endpoint.tls_config(tls).unwrap(), server).await).await;
    let seen = seen.recv().await.unwrap();
    assert_endpoints(&seen);
    assert_eq!(seen.certificates, 1);
}

fn identity(name: &str) -> (Identity, Certificate) {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let identity = Identity::from_pem(cert.pem(), signing_key.serialize_pem());
    (identity, Certificate::from_pem(cert.pem()))
}

#[tokio::test]
async fn a_call_in_progress_outlives_the_listener() {
    let (reporter, health) = health_reporter();
    let listener = listener();
    let server = address(&listener);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(
        Server::builder()
            .add_service(health)
            .serve_with_incoming_shutdown(listener, async { drop(stopped.await) }),
    );
    let mut client = HealthClient::new(channel(plain(), server).await);
    let watch = client.watch(HealthCheckRequest::default()).await;
    let mut watch = watch.unwrap().into_inner();
    assert!(watch.message().await.unwrap().is_some());

    stop.send(()).unwrap();
    while TcpStream::connect(server).await.is_ok() {
        tokio::task::yield_now().await;
    }
    reporter
        .set_service_status("", ServingStatus::NotServing)
        .await;
    assert!(watch.message().await.unwrap().is_some());
    drop(watch);
    serving.await.unwrap().unwrap();
}

/// tonic alone would poll it again and again.
#[tokio::test]
async fn a_socket_that_fails_for_good_ends_the_server() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let same = socket.try_clone().unwrap();
    let policy = Policy::new("127.0.0.1".parse().unwrap());
    let (report, mut reports) = mpsc::unbounded_channel();
    let listener = ProxyListener::new(socket, Arc::new(policy))
        .unwrap()
        .on_event(move |event| report.send(event.kind.name()).unwrap());
    let (routes, _seen) = service();
    let serving = tokio::spawn(
        Server::builder()
            .add_routes(routes)
            .serve_with_incoming(listener),
    );
    rustix::net::shutdown(&same, Shutdown::Read).unwrap();
    serving.await.unwrap().unwrap();
    assert_eq!(reports.recv().await, Some("accept_failed"));
    assert_eq!(reports.recv().await, None);
}

#[tokio::test]
async fn nothing_is_delayed_to_fill_a_segment() {
    let mut listener = listener();
    let mut client = std::net::TcpStream::connect(address(&listener)).unwrap();
    client.write_all(b"PROXY UNKNOWN\r\n").unwrap();
    let connection = listener.next().await.unwrap().unwrap();
    assert!(connection.get_ref().nodelay().unwrap());
    assert!(!connection.info().is_proxied());
}
