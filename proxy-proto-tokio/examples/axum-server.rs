//! A web service over TLS, which starts after the PROXY header, with `axum-server`.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --features axum-server --example axum-server -- 127.0.0.1:8443 127.0.0.1
//! curl --haproxy-protocol --insecure https://127.0.0.1:8443/
//! ```
//!
//! Its arguments are the address to listen on, and the networks that may send a header. It answers with
//! the client's address. Its certificate is self-signed. SIGINT ends it.

use std::{env, error::Error, net::TcpListener, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo, routing::get};
use axum_server::{
    Handle,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use proxy_proto_tokio::{ProxyAcceptor, ProxyInfo, proxy_proto::Policy};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let listener = TcpListener::bind(arguments.next().ok_or("no address to listen on")?)?;
    let trusted = arguments.collect::<Vec<_>>().join(" ");
    let acceptor = ProxyAcceptor::new(Arc::new(Policy::new(trusted.parse()?)));
    let own = rcgen::generate_simple_self_signed(["localhost".into()])?;
    let (certificate, key) = (own.cert.pem(), own.signing_key.serialize_pem());
    let tls = RustlsConfig::from_pem(certificate.into(), key.into()).await?;
    println!("listening {}", listener.local_addr()?);

    let handle = Handle::new();
    let stop = handle.clone();
    tokio::spawn(async move {
        drop(tokio::signal::ctrl_c().await);
        stop.graceful_shutdown(Some(Duration::from_secs(10)));
    });
    axum_server::from_tcp(listener)?
        .acceptor(RustlsAcceptor::new(tls).acceptor(acceptor))
        .accept_error_handler(|peer, error| eprintln!("{peer:?}: {error}"))
        .handle(handle)
        .serve(Router::new().route("/", get(client)).into_make_service())
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
