//! On tokio, one thread, a connection at a time.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use proxy_proto::Policy;
use proxy_proto_tokio::{Delivery, ProxyAcceptor, ProxyListener};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpListener,
    runtime::Builder,
};

use crate::contestants::{assert_client, assert_payload};

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
            let (stream, info) = acceptor.accept(stream, peer).await.unwrap();
            assert_client(info.client_addr().socket_addr().unwrap());
            read(stream).await;
        }
    });
}

pub(crate) fn listener(listener: std::net::TcpListener, policy: &Arc<Policy>, connections: usize) {
    run(listener, async |listener| {
        let mut listener = ProxyListener::new(listener, Arc::clone(policy)).unwrap();
        for _ in 0..connections {
            let (stream, info) = listener.accept().await.unwrap();
            assert_client(info.client_addr().socket_addr().unwrap());
            read(stream).await;
        }
    });
}

pub(crate) fn buffered(listener: std::net::TcpListener, policy: &Arc<Policy>, connections: usize) {
    run(listener, async |listener| {
        let listener = ProxyListener::new(listener, Arc::clone(policy)).unwrap();
        let mut listener = listener.buffered();
        for _ in 0..connections {
            let (stream, info) = listener.accept().await.unwrap();
            assert_client(info.client_addr().socket_addr().unwrap());
            read(stream).await;
        }
    });
}

/// As if the connection had to wait before it is closed.
pub(crate) fn registered(
    listener: std::net::TcpListener,
    policy: &Arc<Policy>,
    connections: usize,
) {
    run(listener, async |listener| {
        let listener = ProxyListener::new(listener, Arc::clone(policy)).unwrap();
        let mut listener = listener.buffered();
        for _ in 0..connections {
            let (mut stream, info) = listener.accept().await.unwrap();
            assert_client(info.client_addr().socket_addr().unwrap());
            stream.get_mut().registered().unwrap();
            read(stream).await;
        }
    });
}

pub(crate) fn refused(listener: std::net::TcpListener, policy: &Arc<Policy>, connections: usize) {
    run(listener, async |listener| {
        refuse(
            ProxyListener::new(listener, Arc::clone(policy)).unwrap(),
            connections,
        )
        .await;
    });
}

pub(crate) fn refused_buffered(
    listener: std::net::TcpListener,
    policy: &Arc<Policy>,
    connections: usize,
) {
    run(listener, async |listener| {
        let listener = ProxyListener::new(listener, Arc::clone(policy)).unwrap();
        refuse(listener.buffered(), connections).await;
    });
}

async fn refuse<D: Delivery>(listener: ProxyListener<TcpListener, D>, connections: usize) {
    let refused = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&refused);
    let mut listener = listener.on_event(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    poll_fn(|cx| {
        assert!(listener.poll_accept(cx).is_pending());
        if refused.load(Ordering::Relaxed) < connections {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

pub(crate) fn run(listener: std::net::TcpListener, serve: impl AsyncFnOnce(TcpListener)) {
    listener.set_nonblocking(true).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        serve(TcpListener::from_std(listener).unwrap()).await;
    });
}

pub(crate) async fn read(mut stream: impl AsyncRead + Unpin) {
    let mut buffer = [0; 512];
    let len = stream.read(&mut buffer).await.unwrap();
    assert_payload(&buffer[..len]);
}
