//! `axum-server` with a [`ProxyAcceptor`].

#![expect(clippy::unwrap_used, reason = "fails the test")]

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::ConnectInfo, routing::get};
use axum_server::{
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use proxy_proto_tokio::{
    AcceptErrorKind, ProxyAcceptor, ProxyInfo, connect,
    proxy_proto::{Encoder, Policy, Refusal},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    sync::mpsc::{self, UnboundedReceiver},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer},
};

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n";
const NAME: &str = "one.example";

fn acceptor(trusted: &str) -> ProxyAcceptor {
    // Longer than any test, so that none depends on it.
    let policy = Policy::new(trusted.parse().unwrap()).with_timeout(Duration::from_secs(60));
    ProxyAcceptor::new(Arc::new(policy))
}

/// A server with TLS after the header.
struct Server {
    address: SocketAddr,
    certificate: CertificateDer<'static>,
    failures: UnboundedReceiver<Failure>,
}

/// A connection that was not accepted.
struct Failure {
    peer: SocketAddr,
    kind: io::ErrorKind,
    refusal: Option<Refusal>,
}

impl Server {
    async fn start() -> Self {
        let own = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        let (certificate, key) = (own.cert.der(), own.signing_key.serialize_der());
        let tls = RustlsConfig::from_der(vec![certificate.to_vec()], key)
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (report, failures) = mpsc::unbounded_channel();
        let server = axum_server::from_tcp(listener)
            .unwrap()
            .acceptor(RustlsAcceptor::new(tls).acceptor(acceptor("127.0.0.1")))
            .accept_error_handler(move |peer, error| {
                let failure = Failure {
                    peer: *peer.unwrap(),
                    kind: error.kind(),
                    refusal: refusal(error),
                };
                assert!(report.send(failure).is_ok());
            });
        let app = Router::new().route("/", get(client));
        tokio::spawn(server.serve(app.into_make_service()));
        Self {
            address,
            certificate: certificate.clone(),
            failures,
        }
    }

    async fn get(&self) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = connect(self.address, HEADER).await.unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let mut stream = connector
            .connect(NAME.try_into().unwrap(), stream)
            .await
            .unwrap();
        let request = format!("GET / HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

async fn client(ConnectInfo(info): ConnectInfo<ProxyInfo>) -> String {
    info.client_addr().to_string()
}

/// The refusal in an error, as a user finds it.
fn refusal(error: &io::Error) -> Option<Refusal> {
    match error.get_ref()?.downcast_ref()? {
        AcceptErrorKind::Refused(refusal) => Some(*refusal),
        _ => None,
    }
}

#[tokio::test]
async fn tls_comes_after_the_header_and_handlers_have_the_client() {
    let server = Server::start().await;
    assert_eq!(server.get().await, "192.0.2.1:56324");
}

#[tokio::test]
async fn a_refused_connection_is_reported_and_affects_no_other() {
    let mut server = Server::start().await;
    let silent = TcpStream::connect(server.address).await.unwrap();
    let mut refused = TcpStream::connect(server.address).await.unwrap();
    let own = refused.local_addr().unwrap();
    refused.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let failure = server.failures.recv().await.unwrap();
    assert_eq!(failure.peer, own);
    let reason = failure.refusal.unwrap();
    assert!(matches!(reason, Refusal::InvalidHeader(_)), "{reason}");

    assert_eq!(server.get().await, "192.0.2.1:56324");
    drop(silent);
    let failure = server.failures.recv().await.unwrap();
    assert_eq!(failure.refusal, Some(Refusal::ClosedBeforeHeader));
}

#[tokio::test]
async fn a_health_check_that_leaves_before_tls_is_an_error_of_the_handshake() {
    let mut server = Server::start().await;
    let header = Encoder::local().to_vec().unwrap();
    drop(connect(server.address, &header).await.unwrap());
    let failure = server.failures.recv().await.unwrap();
    assert_eq!(failure.refusal, None);
    assert_eq!(failure.kind, io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_peer_that_is_not_trusted_is_refused() {
    let (_client, server) = pair().await;
    let error = Accept::accept(&acceptor("192.0.2.0/24"), server, ())
        .await
        .unwrap_err();
    assert_eq!(refusal(&error), Some(Refusal::NotTrusted));
}

/// Then the socket does not know its peer any more.
#[tokio::test]
async fn a_connection_that_was_reset_before_is_a_probe() {
    let (client, server) = pair().await;
    client.set_zero_linger().unwrap();
    drop(client);
    while server.peer_addr().is_ok() {
        tokio::task::yield_now().await;
    }
    let error = Accept::accept(&acceptor("127.0.0.1"), server, ())
        .await
        .unwrap_err();
    assert!(refusal(&error).unwrap().is_probe());
}

#[tokio::test]
async fn unix_sockets_are_accepted() {
    let (mut client, server) = UnixStream::pair().unwrap();
    client.write_all(HEADER).await.unwrap();
    client.write_all(b"x").await.unwrap();
    let (mut stream, _service) = Accept::accept(&acceptor("unix"), server, ()).await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'x');
}

/// A client, and what the server has accepted.
async fn pair() -> (TcpStream, TcpStream) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let (client, accepted) = tokio::join!(client, listener.accept());
    (client.unwrap(), accepted.unwrap().0)
}
