//! A QUIC service whose clients come through a balancer that sends a PROXY header in every datagram.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --example quic -- 127.0.0.1:4433 10000 127.0.0.1
//! ```
//!
//! Its arguments are the address to listen on, how many clients to remember at most, and the networks
//! that may send a header. On each stream that a client opens and ends, it answers with the client's
//! address, that of the balancer, and how many clients it remembers. Its certificate is self-signed.
//! SIGINT ends it.
//!
//! `flows.rs` is what has to be remembered, and its bounds; `socket.rs` puts it between quinn and its
//! socket. What remains for the balancer is to keep a client on one service, and if clients may migrate, to
//! find that service by the connection ID. A balancer that sends the header only with the first datagram
//! of a flow cannot be served: the receiver "MUST parse the header independently for each received
//! datagram" (§2), and in any other datagram the header could be the client's own invention.

use std::{env, error::Error, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use proxy_proto_tokio::proxy_proto::Policy;
use quinn::{
    Endpoint, EndpointConfig, Incoming, ServerConfig, TokioRuntime, TransportConfig, VarInt,
};

use crate::socket::ProxySocket;

mod flows;
mod socket;

/// How long a client may be silent, for QUIC and for the flow. The balancer's own timeout must be longer.
const IDLE: Duration = Duration::from_secs(30);

/// What fits in a packet of 1500 bytes after IPv6 (40), UDP (8), the fixed part and the addresses of a
/// header (52), and 100 bytes of TLVs. Clients learn it when they connect, and never send more. Otherwise
/// they would use what fits without a header, and what the balancer cannot pass on would be lost.
const MAX_PAYLOAD: u16 = 1500 - 40 - 8 - 52 - 100;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address: SocketAddr = arguments.next().ok_or("no address to listen on")?.parse()?;
    let max = arguments.next().ok_or("no number of clients")?.parse()?;
    let trusted = arguments.collect::<Vec<_>>().join(" ");
    let policy = Policy::new(trusted.parse()?);
    let socket = Arc::new(ProxySocket::bind(address, policy, max, IDLE)?);
    let mut config = EndpointConfig::default();
    config.max_udp_payload_size(MAX_PAYLOAD)?;
    let endpoint = Endpoint::new_with_abstract_socket(
        config,
        Some(server_config()?),
        socket.clone(),
        Arc::new(TokioRuntime),
    )?;
    println!("listening {}", endpoint.local_addr()?);

    let mut stop = pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            incoming = endpoint.accept() => {
                // Here a service can refuse a client by `incoming.remote_address()`, or have it prove that
                // the address is its own, with `incoming.retry()`.
                let incoming = incoming.ok_or("the endpoint is closed")?;
                tokio::spawn(serve(incoming, Arc::clone(&socket)));
            }
            stopped = &mut stop => {
                stopped?;
                endpoint.close(VarInt::from_u32(0), b"");
                endpoint.wait_idle().await;
                return Ok(());
            }
        }
    }
}

fn server_config() -> Result<ServerConfig, Box<dyn Error>> {
    let own = rcgen::generate_simple_self_signed(["localhost".into()])?;
    let key = own.signing_key.serialize_der().try_into()?;
    let mut config = ServerConfig::with_single_cert(vec![own.cert.into()], key)?;
    let mut transport = TransportConfig::default();
    transport.max_idle_timeout(Some(IDLE.try_into()?));
    config.transport_config(Arc::new(transport));
    Ok(config)
}

/// Serves until the client closes the connection, or has been silent for too long.
async fn serve(
    incoming: Incoming,
    socket: Arc<ProxySocket>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let connection = incoming.await?;
    loop {
        let (mut answer, mut request) = connection.accept_bi().await?;
        request.read_to_end(1024).await?;
        // Where the client is now: it may have migrated.
        let client = connection.remote_address();
        let balancer = socket.balancer_of(client);
        // If it has made room for others, its next datagram brings it back.
        let balancer = balancer.map_or("unknown".to_owned(), |balancer| balancer.to_string());
        let flows = socket.flows();
        let line = format!("client={client} balancer={balancer} flows={flows}\n");
        answer.write_all(line.as_bytes()).await?;
        answer.finish()?;
    }
}
