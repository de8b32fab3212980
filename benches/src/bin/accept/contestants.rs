//! What is measured.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use proxy_proto::Policy;

use crate::{blocking, mio_loop, peers, tokio_tasks};

/// Accepts this many connections and reads the payload of each.
pub(crate) type Serve = fn(TcpListener, &Arc<Policy>, usize);

#[derive(Clone, Copy)]
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) serve: Serve,
    /// A bare accept and read, which the others of its runtime are compared with.
    pub(crate) is_bare: bool,
    /// Whether it does not trust the clients.
    pub(crate) refuses: bool,
}

pub(crate) const CONTESTANTS: [Contestant; 14] = [
    bare("blocking: accept, read", blocking::bare),
    removes("blocking: `io::accept`, read", blocking::ours),
    refuses("blocking: `io::accept`, refused", blocking::refused),
    bare("mio: accept, read", mio_loop::bare),
    removes("mio: `Handshakes`, read", mio_loop::ours),
    bare("tokio: accept, read", tokio_tasks::bare),
    removes("tokio: `ProxyAcceptor`, read", tokio_tasks::acceptor),
    removes("tokio: `ProxyListener`, read", tokio_tasks::listener),
    removes(
        "tokio: `ProxyListener::buffered`, read",
        tokio_tasks::buffered,
    ),
    removes(
        "tokio: `ProxyListener::buffered`, registered, read",
        tokio_tasks::registered,
    ),
    removes("tokio: proxy-header, read", peers::proxy_header),
    removes("tokio: proxy-protocol-rs, read", peers::proxy_protocol_rs),
    refuses("tokio: `ProxyListener`, refused", tokio_tasks::refused),
    refuses(
        "tokio: `ProxyListener::buffered`, refused",
        tokio_tasks::refused_buffered,
    ),
];

const fn bare(name: &'static str, serve: Serve) -> Contestant {
    Contestant {
        name,
        serve,
        is_bare: true,
        refuses: false,
    }
}

const fn removes(name: &'static str, serve: Serve) -> Contestant {
    Contestant {
        name,
        serve,
        is_bare: false,
        refuses: false,
    }
}

const fn refuses(name: &'static str, serve: Serve) -> Contestant {
    Contestant {
        name,
        serve,
        is_bare: false,
        refuses: true,
    }
}

/// Asserts that the payload has been read, with the header before it if nothing has removed that.
pub(crate) fn assert_payload(read: &[u8]) {
    assert!(read.ends_with(crate::load::PAYLOAD));
}

/// Asserts that the client is the one that the header names.
pub(crate) fn assert_client(client: SocketAddr) {
    assert_eq!(client.port(), crate::load::CLIENT_PORT);
}
