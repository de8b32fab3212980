//! A service that knows its client by a certificate which HAProxy, in front of it, has verified.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --example tls-in-front -- 127.0.0.1:8444 127.0.0.1
//! ```
//!
//! Its arguments are the address to listen on, and the networks that may send a header. The header
//! arrives in clear text: keep the network between HAProxy and this service private. HAProxy does TLS:
//!
//! ```text
//! listen tls
//!  mode tcp
//!  bind 127.0.0.1:8443 ssl crt server.pem verify optional ca-file ca.pem
//!  server one 127.0.0.1:8444 send-proxy-v2-ssl-cn
//! ```
//!
//! ```sh
//! openssl s_client -quiet -connect 127.0.0.1:8443 -cert client.pem -key client.pem
//! ```
//!
//! The answer is the common name in the client's certificate, if there is one and it was verified. SIGINT
//! ends it.

use std::{env, error::Error, io, pin::pin, sync::Arc, time::Duration};

use proxy_proto_tokio::{
    ProxyListener,
    proxy_proto::{ConnectionInfo, Policy},
};
use tokio::{
    io::{AsyncWriteExt, copy, sink},
    net::TcpStream,
    time::timeout,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().ok_or("no address to listen on")?;
    let trusted = arguments.collect::<Vec<_>>().join(" ");
    let policy = Policy::new(trusted.parse()?);
    let mut listener = ProxyListener::bind(address.parse()?, Arc::new(policy))?
        .on_event(|event| eprintln!("{}: {}", event.listener, event.kind));
    println!("listening {}", listener.local_addr());

    let mut stop = pin!(tokio::signal::ctrl_c());
    loop {
        let (stream, info) = tokio::select! {
            accepted = listener.accept() => accepted?,
            stopped = &mut stop => return Ok(stopped?),
        };
        if !info.is_local() {
            // The deadline of the policy was for the header. This one is for everything else.
            tokio::spawn(timeout(Duration::from_secs(10), serve(stream, info)));
        }
    }
}

/// The common name in the client's certificate.
///
/// If HAProxy is set to ignore errors, it also reports the name in a certificate that it could not
/// verify. If there is no certificate, the result that it reports is 0, as after a success. So
/// `client_is_verified` checks both.
fn verified_name(info: &ConnectionInfo) -> Option<String> {
    let ssl = info.header()?.ssl().ok()??;
    if !ssl.client_is_verified() {
        return None;
    }
    Some(ssl.cn().ok()??.to_owned())
}

async fn serve(mut stream: TcpStream, info: ConnectionInfo) -> io::Result<()> {
    let client = info.client_addr();
    let line = match verified_name(&info) {
        Some(name) => format!("client={client} name={name}\n"),
        None => format!("client={client} without a verified certificate\n"),
    };
    stream.write_all(line.as_bytes()).await?;
    stream.shutdown().await?;
    // What the client sends is read, or closing would reset the connection.
    copy(&mut stream, &mut sink()).await?;
    Ok(())
}
