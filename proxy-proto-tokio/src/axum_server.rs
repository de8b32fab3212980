//! `axum-server` with a [`ProxyAcceptor`].

use std::{io, pin::Pin};

use axum::{Extension, extract::ConnectInfo, middleware::AddExtension};
use axum_server::accept::Accept;
use proxy_proto::{Refusal, io::AcceptErrorKind};
use tower_layer::Layer;

use crate::{acceptor::ProxyAcceptor, info::ProxyInfo, socket::Socket};

/// Accepts connections of an `axum_server::Server`, alone or as the inner acceptor of one for TLS,
/// which then comes after the header.
///
/// A handler of axum gets the client from `ConnectInfo<ProxyInfo>`. A `ConnectInfo<SocketAddr>` comes
/// from the server itself, and holds the balancer's address.
///
/// A connection that is refused affects no other. The server passes the reason to its
/// `accept_error_handler`, as an [`AcceptErrorKind`] in an [`io::Error`]. How many connections wait for
/// their header at once is not limited.
///
/// A health check by LOCAL is accepted like any other connection. If it leaves before TLS, that is an
/// error of the handshake, [`UnexpectedEof`](io::ErrorKind::UnexpectedEof).
///
/// # Examples
///
/// ```no_run
/// use std::{io, net::SocketAddr};
///
/// use axum::{Router, extract::ConnectInfo, routing::get};
/// use proxy_proto_tokio::{ProxyAcceptor, ProxyInfo};
///
/// async fn client(ConnectInfo(info): ConnectInfo<ProxyInfo>) -> String {
///     format!("{}\n", info.client_addr())
/// }
///
/// # async fn serve(address: SocketAddr, acceptor: ProxyAcceptor) -> io::Result<()> {
/// let app = Router::new().route("/", get(client));
/// axum_server::bind(address)
///     .acceptor(acceptor) // with TLS: RustlsAcceptor::new(config).acceptor(acceptor)
///     .serve(app.into_make_service())
///     .await
/// # }
/// ```
impl<I: Socket, S: Send + 'static> Accept<I, S> for ProxyAcceptor {
    type Stream = I;
    type Service = AddExtension<S, ConnectInfo<ProxyInfo>>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(I, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let acceptor = self.clone();
        Box::pin(async move {
            let accepted = match stream.peer_endpoint() {
                Ok(peer) => acceptor.connection_info(&stream, peer).await,
                // It has been reset already, as by a TCP health check.
                Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                    Err(Refusal::closed(0).into())
                }
                Err(error) => Err(error.into()),
            };
            match accepted {
                Ok(info) => {
                    let info = ConnectInfo(ProxyInfo::connection(info));
                    Ok((stream, Extension(info).layer(service)))
                }
                Err(AcceptErrorKind::Io(error)) => Err(error),
                Err(refused) => Err(io::Error::other(refused)),
            }
        })
    }
}
