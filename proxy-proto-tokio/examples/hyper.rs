//! A web service on hyper whose clients come through a balancer that sends a PROXY header.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --example hyper -- 127.0.0.1:8080 127.0.0.1
//! curl --haproxy-protocol http://127.0.0.1:8080/
//! ```
//!
//! Its arguments are the address to listen on, and the networks that may send a header. It answers
//! HTTP/1 and HTTP/2 with the client's address. SIGINT or SIGTERM ends it gracefully: it stops accepting,
//! connections that wait for their header have two seconds to finish, and requests in progress are
//! answered.

use std::{env, error::Error, pin::pin, sync::Arc, time::Duration};

use http_body_util::BodyExt;
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use proxy_proto_tokio::{
    ProxyListener,
    proxy_proto::{ConnectionInfo, Policy},
};
use tokio::{
    net::TcpStream,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().ok_or("no address to listen on")?;
    let trusted = arguments.collect::<Vec<_>>().join(" ");
    let policy = Policy::new(trusted.parse()?);
    let mut listener = ProxyListener::bind(address.parse()?, Arc::new(policy))?
        .on_event(|event| eprintln!("{}: {}", event.listener, event.kind));
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    println!("listening {}", listener.local_addr());

    let (stop, stopped) = watch::channel(());
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, info) = accepted?;
                tokio::spawn(serve(stream, info, stopped.clone()));
            }
            _ = interrupted.recv() => break,
            _ = terminated.recv() => break,
        }
    }
    let mut last = listener.graceful_shutdown(Duration::from_secs(2));
    while let Some((stream, info)) = last.next().await {
        tokio::spawn(serve(stream, info, stopped.clone()));
    }
    drop(stopped);
    stop.send_replace(());
    stop.closed().await;
    Ok(())
}

async fn serve(stream: TcpStream, info: ConnectionInfo, mut stopped: watch::Receiver<()>) {
    let builder = Builder::new(TokioExecutor::new());
    let service = service_fn(|request| answer(info.clone(), request));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let result = tokio::select! {
        // The connection first: a request that came with the header is then in progress. Otherwise hyper
        // would close the connection, as one on which it has read nothing.
        biased;
        result = connection.as_mut() => result,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        eprintln!("{}: {error}", info.peer_addr());
    }
}

/// Answers once the whole request has arrived.
async fn answer(
    info: ConnectionInfo,
    request: Request<Incoming>,
) -> hyper::Result<Response<String>> {
    let mut body = request.into_body();
    while body.frame().await.transpose()?.is_some() {}
    Ok(Response::new(format!(
        "client={} server={} peer={}\n",
        info.client_addr(),
        info.server_addr(),
        info.peer_addr()
    )))
}
