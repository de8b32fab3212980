//! TLS after the PROXY header, with the certificate of the address that the client connected to.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --example tls -- 0.0.0.0:8443 127.0.0.1 127.0.0.1=one.example 127.0.0.2=two.example
//! curl --haproxy-protocol --http0.9 --insecure --write-out '%{certs}' https://127.0.0.2:8443/
//! ```
//!
//! Its arguments are the address to listen on, the network that may send a header, and the name for each
//! address of the balancer. It answers with a line, without HTTP. The certificates are self-signed.
//! SIGINT ends it.

use std::{
    collections::HashMap, env, error::Error, io, net::IpAddr, pin::pin, sync::Arc, time::Duration,
};

use proxy_proto_tokio::{
    ProxyListener,
    proxy_proto::{ConnectionInfo, Policy},
};
use tokio::{
    io::{AsyncWriteExt, copy, sink},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().ok_or("no address to listen on")?;
    let trusted = arguments.next().ok_or("no trusted network")?;
    let mut sites = HashMap::new();
    for site in arguments {
        let (address, name) = site.split_once('=').ok_or("not ADDRESS=NAME")?;
        sites.insert(address.parse::<IpAddr>()?, acceptor(name)?);
    }
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
        let site = info.server_addr().ip().and_then(|ip| sites.get(&ip));
        // LOCAL is a health check, which does not go on with TLS.
        if let Some(acceptor) = site.filter(|_| !info.is_local()) {
            // The deadline of the policy was for the header. This one is for everything else.
            let serving = serve(acceptor.clone(), stream, info);
            tokio::spawn(timeout(Duration::from_secs(10), serving));
        }
    }
}

fn acceptor(name: &str) -> Result<TlsAcceptor, Box<dyn Error>> {
    let own = rcgen::generate_simple_self_signed([name.into()])?;
    let key = own.signing_key.serialize_der().try_into()?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.into()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, info: ConnectionInfo) -> io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    let line = format!(
        "client={} server={}\n",
        info.client_addr(),
        info.server_addr()
    );
    stream.write_all(line.as_bytes()).await?;
    stream.shutdown().await?;
    // What the client sends is read, or closing would reset the connection.
    copy(&mut stream, &mut sink()).await?;
    Ok(())
}
