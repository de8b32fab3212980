//! The address of a connection or of a listener.

use std::{fmt, ops::Deref};

use proxy_proto::{ConnectionInfo, Endpoint};

/// The address of a connection, or of a listener, where a trait has one type for both: the `Addr` of a
/// [`ProxyListener`](crate::ProxyListener).
///
/// For a connection, it is a [`ConnectionInfo`]. A handler of axum gets it from
/// `ConnectInfo<ProxyInfo>`:
///
#[cfg_attr(feature = "axum", doc = "```no_run")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
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
/// It is [a listener](Self::is_listener) only where the `local_addr` of one is requested.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyInfo {
    info: ConnectionInfo,
    is_listener: bool,
}

impl ProxyInfo {
    pub(crate) const fn connection(info: ConnectionInfo) -> Self {
        Self {
            info,
            is_listener: false,
        }
    }

    pub(crate) fn listener(address: Endpoint<'_>) -> Self {
        Self {
            info: ConnectionInfo::direct(address, address),
            is_listener: true,
        }
    }

    /// Whether this is a listener rather than a connection. Then all addresses are its own.
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
