//! A web service whose clients come through a balancer that sends a PROXY header.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --features axum --example axum -- 127.0.0.1:8080 127.0.0.1
//! curl --haproxy-protocol http://127.0.0.1:8080/
//! ```
//!
//! Its arguments are the address to listen on, and the networks that may send a header. It answers with
//! the client's address, and has `/metrics` for Prometheus. SIGINT ends it.

use std::{env, error::Error, sync::Arc};

use axum::{Router, extract::ConnectInfo, routing::get};
use proxy_proto_tokio::{ListenerHandle, ProxyInfo, ProxyListener, proxy_proto::Policy};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().ok_or("no address to listen on")?;
    let trusted = arguments.collect::<Vec<_>>().join(" ");
    let policy = Policy::new(trusted.parse()?);
    let listener = ProxyListener::bind(address.parse()?, Arc::new(policy))?
        .on_event(|event| eprintln!("{}: {}", event.listener, event.kind));
    println!("listening {}", listener.local_addr());

    let handle = listener.handle();
    let app = Router::new()
        .route("/", get(client))
        .route("/metrics", get(|| async move { metrics(&handle) }));
    axum::serve(
        listener,
        app.into_make_service_with_connect_info::<ProxyInfo>(),
    )
    .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
    .await?;
    Ok(())
}

async fn client(ConnectInfo(info): ConnectInfo<ProxyInfo>) -> String {
    format!(
        "client={} server={} peer={}\n",
        info.client_addr(),
        info.server_addr(),
        info.peer_addr()
    )
}

/// The counters in Prometheus' text format, whose names have no dots.
fn metrics(handle: &ListenerHandle) -> String {
    let counters = handle.counters();
    let lines = counters.iter().map(|(name, value)| {
        let name = name.replace('.', "_");
        format!("# TYPE {name}_total counter\n{name}_total {value}\n")
    });
    lines.collect()
}
