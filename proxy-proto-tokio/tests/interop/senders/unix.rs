//! The adapters for tokio and for blocking sockets on a UNIX socket, in this process, as the echo
//! services have TCP ports only.

use std::sync::Arc;

use proxy_proto_tokio::{
    ProxyAcceptor,
    proxy_proto::{ConnectionInfo, Policy, io::read_header},
};
use tokio::{net::UnixListener, task};

use super::{
    client::{Bound, Visit},
    mode::Mode,
};
use crate::support::within;

/// Each accepts a connection of a client that has an address.
pub(crate) async fn accept(mode: &Mode, front: &Bound, listener: &UnixListener) {
    let policy = Arc::new(Policy::new("unix".parse().unwrap()));

    let visit = Visit::start(mode, front).await;
    let (stream, peer) = within("the sender", listener.accept()).await.unwrap();
    let acceptor = ProxyAcceptor::new(Arc::clone(&policy));
    let (_stream, info) = acceptor.accept(stream, peer).await.unwrap();
    names_the_client(mode, &visit, &info);

    let visit = Visit::start(mode, front).await;
    let (stream, _) = within("the sender", listener.accept()).await.unwrap();
    let stream = stream.into_std().unwrap();
    let peer = stream.peer_addr().unwrap();
    stream.set_nonblocking(false).unwrap();
    let read = task::spawn_blocking(move || read_header(&stream, &peer, &policy));
    let info = read.await.unwrap().unwrap();
    names_the_client(mode, &visit, &info);
}

fn names_the_client(mode: &Mode, visit: &Visit, info: &ConnectionInfo) {
    let (client, server) = visit.addresses.unwrap();
    assert_eq!(info.client_addr(), client, "{}", mode.id);
    assert_eq!(info.server_addr(), server, "{}", mode.id);
}
