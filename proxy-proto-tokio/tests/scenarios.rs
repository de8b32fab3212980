//! The table of connections, driven through `ProxyAcceptor`.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    sync::{Arc, mpsc::Sender},
    thread,
};

use proxy_proto_scenarios::{Adapter, Listener, Outcome, Served};
use proxy_proto_tokio::{AcceptErrorKind, ProxyAcceptor, Socket, proxy_proto::Policy};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::{TcpListener, UnixListener},
    runtime::Builder,
};

struct Tokio;

impl Adapter for Tokio {
    const NAME: &str = "tokio";

    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>) {
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            let acceptor = ProxyAcceptor::new(policy);
            runtime.block_on(async {
                match listener {
                    Listener::Tcp(listener) => {
                        listener.set_nonblocking(true).unwrap();
                        let listener = TcpListener::from_std(listener).unwrap();
                        loop {
                            let (stream, peer) = listener.accept().await.unwrap();
                            let outcome = outcome(&acceptor, stream, peer).await;
                            if outcomes.send(outcome).is_err() {
                                return;
                            }
                        }
                    }
                    Listener::Unix(listener) => {
                        listener.set_nonblocking(true).unwrap();
                        let listener = UnixListener::from_std(listener).unwrap();
                        loop {
                            let (stream, peer) = listener.accept().await.unwrap();
                            let outcome = outcome(&acceptor, stream, peer).await;
                            if outcomes.send(outcome).is_err() {
                                return;
                            }
                        }
                    }
                }
            });
        });
    }
}

async fn outcome<S>(acceptor: &ProxyAcceptor, stream: S, peer: S::Addr) -> Outcome
where
    S: Socket + AsyncRead + Unpin,
{
    match acceptor.accept(stream, peer).await {
        Ok((mut stream, info)) => {
            let mut payload = Vec::new();
            stream.read_to_end(&mut payload).await.unwrap();
            Outcome::Served(Served { info, payload })
        }
        Err(error) => match error.into_parts() {
            (_, AcceptErrorKind::Refused(refusal)) => Outcome::Refused(refusal),
            (_, error) => panic!("{error}"),
        },
    }
}

#[test]
fn every_row_of_the_table() {
    proxy_proto_scenarios::run::<Tokio>();
}
