//! `axum::serve` with a [`ProxyListener`].

use std::{fmt, io, ops::Deref, time::Duration};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use proxy_proto::ConnectionInfo;
use tokio::time::sleep;

use crate::{
    listen::Listen,
    listener::{Delivered, Delivery, ProxyListener},
};

/// What a handler of axum knows of its connection: a [`ConnectionInfo`], through
/// `ConnectInfo<ProxyInfo>`.
///
/// ```no_run
/// use axum::{Router, extract::ConnectInfo, routing::get};
/// use proxy_proto_tokio::{ProxyInfo, ProxyListener};
///
/// async fn client(ConnectInfo(info): ConnectInfo<ProxyInfo>) -> String {
///     format!("{}\n", info.client_addr())
/// }
///
/// # async fn serve(listener: ProxyListener) -> std::io::Result<()> {
/// let app = Router::new().route("/", get(client));
/// axum::serve(listener, app.into_make_service_with_connect_info::<ProxyInfo>()).await
/// # }
/// ```
///
/// axum has one type for the address of a connection and for that of a listener. So this may also be
/// [a listener](Self::is_listener), but only where `axum::serve` is asked for its `local_addr`.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyInfo {
    info: ConnectionInfo,
    is_listener: bool,
}

impl ProxyInfo {
    /// Whether this is no connection but a listener. Then all addresses are its own.
    #[must_use]
    pub const fn is_listener(&self) -> bool {
        self.is_listener
    }
}

impl Deref for ProxyInfo {
    type Target = ConnectionInfo;

    fn deref(&self) -> &ConnectionInfo {
        &self.info
    }
}

impl fmt::Debug for ProxyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_listener {
            let address = self.info.local_addr();
            f.debug_tuple("Listener").field(&address).finish()
        } else {
            self.info.fmt(f)
        }
    }
}

impl<L: Listen, D: Delivery> Listener for ProxyListener<L, D> {
    type Io = D::Stream<L::Socket>;
    type Addr = ProxyInfo;

    /// axum has no way to end the server here. If the socket fails for good, that is reported like any
    /// other error of accept(2), and tried again after a second.
    async fn accept(&mut self) -> (Self::Io, ProxyInfo) {
        const PAUSE: Duration = Duration::from_secs(1);
        loop {
            let accepted: io::Result<Delivered<L::Socket, D>> = Self::accept(self).await;
            match accepted {
                Ok((stream, info)) => {
                    let is_listener = false;
                    return (stream, ProxyInfo { info, is_listener });
                }
                Err(error) => {
                    self.report_failure(&error, PAUSE);
                    sleep(PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<ProxyInfo> {
        let address = self.local_addr();
        Ok(ProxyInfo {
            info: ConnectionInfo::direct(address, address),
            is_listener: true,
        })
    }
}

impl<L: Listen, D: Delivery> Connected<IncomingStream<'_, ProxyListener<L, D>>> for ProxyInfo {
    fn connect_info(stream: IncomingStream<'_, ProxyListener<L, D>>) -> Self {
        stream.remote_addr().clone()
    }
}
