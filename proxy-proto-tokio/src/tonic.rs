//! A [`ProxyListener`] as the incoming connections of tonic.

use std::{
    io::{self, IoSlice},
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use proxy_proto::ConnectionInfo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_stream::{Stream, StreamExt};
use tonic::{
    Request, Status,
    transport::server::{Connected, TcpConnectInfo},
};

use crate::{
    listen::Listen,
    listener::{Delivery, ProxyListener},
};

/// A connection for tonic: a stream, and what its requests carry about it.
///
/// By default that is tonic's own [`TcpConnectInfo`] with the client's address and the one that it
/// connected to, so `Request::remote_addr` and `local_addr` return these. With
/// [`with_connection_info`](ProxyListener::with_connection_info) it is the whole [`ConnectionInfo`].
#[derive(Debug)]
pub struct Connection<S, I = TcpConnectInfo> {
    stream: S,
    info: ConnectionInfo,
    shown: PhantomData<fn() -> I>,
}

impl<S, I> Connection<S, I> {
    const fn new(stream: S, info: ConnectionInfo) -> Self {
        let shown = PhantomData;
        Self {
            stream,
            info,
            shown,
        }
    }

    /// The stream, to set options on it.
    pub const fn get_ref(&self) -> &S {
        &self.stream
    }

    /// Who is at the other end.
    pub const fn info(&self) -> &ConnectionInfo {
        &self.info
    }
}

impl<S> Connected for Connection<S> {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        tcp_connect_info(&self.info)
    }
}

impl<S> Connected for Connection<S, ConnectionInfo> {
    type ConnectInfo = ConnectionInfo;

    fn connect_info(&self) -> ConnectionInfo {
        self.info.clone()
    }
}

/// The connections for `serve_with_incoming` and `serve_with_incoming_shutdown`.
///
/// `TCP_NODELAY` is set on them, as tonic does by default on those that it accepts itself.
///
/// Refusals and transient errors, such as a shortage of descriptors, are not items. If the listening
/// socket fails for good, the stream ends with that error. tonic then ends the server without it, so it
/// is also reported to [`on_event`](ProxyListener::on_event), as a failure without a pause.
///
/// At the signal of `serve_with_incoming_shutdown`, tonic drops the listener, and with it the connections
/// that still wait for their header.
///
/// # Examples
///
/// ```no_run
/// use proxy_proto_tokio::ProxyListener;
/// use tonic::transport::{Error, server::Router};
///
/// # async fn serve(router: Router, listener: ProxyListener) -> Result<(), Error> {
/// // In a service, `request.remote_addr()` is the client.
/// router.serve_with_incoming(listener).await
/// # }
/// ```
impl<L: Listen, D: Delivery> Stream for ProxyListener<L, D> {
    type Item = io::Result<Connection<D::Stream<L::Socket>>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.is_closed() {
            return Poll::Ready(None);
        }
        let connection = match ready!(this.poll_accept(cx)) {
            Ok((stream, info)) => {
                if let Ok(socket) = D::socket::<L::Socket>(&stream) {
                    // A UNIX socket has no such option, and a connection that fails does so when used.
                    let _ = rustix::net::sockopt::set_tcp_nodelay(socket, true);
                }
                Ok(Connection::new(stream, info))
            }
            Err(error) => {
                this.report_failure(&error, Duration::ZERO);
                this.close();
                Err(error)
            }
        };
        Poll::Ready(Some(connection))
    }
}

impl<L: Listen, D: Delivery> ProxyListener<L, D> {
    /// Connections for tonic whose requests have the whole [`ConnectionInfo`] among their extensions,
    /// with the header and its TLVs.
    ///
    /// `Request::remote_addr` is `None` then, unless [`add_tcp_connect_info`] is an interceptor of the
    /// server. If tonic does TLS, the client's certificates are in the extension
    /// `TlsConnectInfo<ConnectionInfo>`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use proxy_proto_tokio::{ProxyListener, add_tcp_connect_info, proxy_proto::ConnectionInfo};
    /// use tonic::{
    ///     Request,
    ///     service::{InterceptorLayer, Routes},
    ///     transport::{Error, Server},
    /// };
    ///
    /// /// In a service: the name that the client requested from the balancer.
    /// fn authority<T>(request: &Request<T>) -> Option<&str> {
    ///     let info = request.extensions().get::<ConnectionInfo>()?;
    ///     info.header()?.authority().ok()?
    /// }
    ///
    /// # async fn serve(routes: Routes, listener: ProxyListener) -> Result<(), Error> {
    /// Server::builder()
    ///     .layer(InterceptorLayer::new(add_tcp_connect_info))
    ///     .add_routes(routes)
    ///     .serve_with_incoming(listener.with_connection_info())
    ///     .await
    /// # }
    /// ```
    pub fn with_connection_info(
        self,
    ) -> impl Stream<Item = io::Result<Connection<D::Stream<L::Socket>, ConnectionInfo>>> {
        self.map(|accepted| accepted.map(|it| Connection::new(it.stream, it.info)))
    }
}

/// An interceptor of tonic that makes `Request::remote_addr` the client where requests have the whole
/// [`ConnectionInfo`]: see [`with_connection_info`](ProxyListener::with_connection_info).
///
/// # Errors
///
/// Never.
pub fn add_tcp_connect_info(mut request: Request<()>) -> Result<Request<()>, Status> {
    let extensions = request.extensions_mut();
    if let Some(tcp) = extensions.get().map(tcp_connect_info) {
        extensions.insert(tcp);
    }
    Ok(request)
}

fn tcp_connect_info(info: &ConnectionInfo) -> TcpConnectInfo {
    TcpConnectInfo {
        local_addr: info.server_addr().socket_addr(),
        remote_addr: info.client_addr().socket_addr(),
    }
}

impl<S: AsyncRead + Unpin, I> AsyncRead for Connection<S, I> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin, I> AsyncWrite for Connection<S, I> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
