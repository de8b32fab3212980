//! A gRPC service whose clients come through a balancer that sends a PROXY header.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --features tonic --example tonic -- 127.0.0.1:8051 127.0.0.1
//! printf '\0\0\0\0\0' | curl --haproxy-protocol --http2-prior-knowledge --include --data-binary @- --output - \
//!     -H 'Content-Type: application/grpc' http://127.0.0.1:8051/grpc.health.v1.Health/Check
//! ```
//!
//! Its arguments are the address to listen on, and the networks that may send a header. The service is
//! gRPC's own for health checks, and each call is logged with the client's address. A gRPC client sends
//! no header: put a balancer in front, such as HAProxy in `mode tcp` with `send-proxy-v2`. SIGINT ends
//! the service once the calls in progress have been answered. Needs Rust 1.88, as tonic does.

use std::{env, error::Error, sync::Arc};

use proxy_proto_tokio::{ProxyListener, proxy_proto::Policy};
use tonic::{Request, Status, service::InterceptorLayer, transport::Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().ok_or("no address to listen on")?;
    let trusted = arguments.collect::<Vec<_>>().join(" ");
    let policy = Policy::new(trusted.parse()?);
    let listener = ProxyListener::bind(address.parse()?, Arc::new(policy))?
        .on_event(|event| eprintln!("{}: {}", event.listener, event.kind));
    println!("listening {}", listener.local_addr());

    let (_reporter, health) = tonic_health::server::health_reporter();
    Server::builder()
        .layer(InterceptorLayer::new(log))
        .add_service(health)
        .serve_with_incoming_shutdown(listener, async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    Ok(())
}

/// `remote_addr` and `local_addr` are those of the header, here as in a service.
fn log(request: Request<()>) -> Result<Request<()>, Status> {
    if let (Some(client), Some(server)) = (request.remote_addr(), request.local_addr()) {
        println!("call client={client} server={server}");
    }
    Ok(request)
}
