//! On tokio, one thread, a connection at a time.

use std::sync::Arc;

use proxy_proto::Policy;
use proxy_proto_tokio::{ProxyAcceptor, ProxyListener};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpListener,
    runtime::Builder,
};

use crate::assert_payload;

pub(crate) fn bare(listener: std::net::TcpListener, _: &Arc<Policy>, connections: usize) {
    run(listener, async |listener| {
        for _ in 0..connections {
            let (stream, _) = listener.accept().await.unwrap();
            read(stream).await;
        }
    });
}

pub(crate) fn acceptor(listener: std::net::TcpListener, policy: &Arc<Policy>, connections: usize) {
    let acceptor = ProxyAcceptor::new(Arc::clone(policy));
    run(listener, async |listener| {
        for _ in 0..connections {
            let (stream, peer) = listener.accept().await.unwrap();
            let (stream, _info) = acceptor.accept(stream, peer).await.unwrap();
            read(stream).await;
        }
    });
}

pub(crate) fn listener(listener: std::net::TcpListener, policy: &Arc<Policy>, connections: usize) {
    run(listener, async |listener| {
        let mut listener = ProxyListener::new(listener, Arc::clone(policy)).unwrap();
        for _ in 0..connections {
            let (stream, _info) = listener.accept().await.unwrap();
            read(stream).await;
        }
    });
}

pub(crate) fn buffered(listener: std::net::TcpListener, policy: &Arc<Policy>, connections: usize) {
    run(listener, async |listener| {
        let listener = ProxyListener::new(listener, Arc::clone(policy)).unwrap();
        let mut listener = listener.buffered();
        for _ in 0..connections {
            let (stream, _info) = listener.accept().await.unwrap();
            read(stream).await;
        }
    });
}

fn run(listener: std::net::TcpListener, serve: impl AsyncFnOnce(TcpListener)) {
    listener.set_nonblocking(true).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        serve(TcpListener::from_std(listener).unwrap()).await;
    });
}

async fn read(mut stream: impl AsyncRead + Unpin) {
    let mut buffer = [0; 512];
    let len = stream.read(&mut buffer).await.unwrap();
    assert_payload(&buffer[..len]);
}
