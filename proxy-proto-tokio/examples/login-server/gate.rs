//! What a connection must pass before IMAP: the header, then TLS, as its listener requires.

use core::{fmt, net::SocketAddr, time::Duration};
use std::io;

use proxy_proto_tokio::{ProxyAcceptor, proxy_proto::ConnectionInfo};
use tokio::{net::TcpStream, time};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    conversation::{Conversation, Stream},
    log::{Event, Log},
    stop::Stop,
};

/// What the clients of one listener must pass.
pub(crate) struct Gate {
    /// Set if a header must come first.
    pub(crate) proxy: Option<ProxyAcceptor>,
    /// Set if TLS must come next.
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) listener: String,
    pub(crate) log: Log,
}

impl Gate {
    /// Serves one connection to its end.
    pub(crate) async fn serve(&self, stream: TcpStream, peer: SocketAddr, mut stop: Stop) {
        let passed = tokio::select! {
            passed = self.pass(stream, peer) => passed,
            () = stop.requested() => None,
        };
        if let Some((stream, info)) = passed {
            let conversation = Conversation::new(stream, &info, &self.listener, &self.log);
            conversation.hold(stop).await;
        }
    }

    /// The connection once it has passed; `None` if it was refused or is gone.
    async fn pass(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Option<(Box<dyn Stream>, ConnectionInfo)> {
        // A reply is written whole; waiting to fill a packet would only delay it.
        let _ = stream.set_nodelay(true);
        let (stream, info) = self.read_header(stream, peer).await?;
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(stream),
            Some(tls) => Box::new(self.shake_hands(tls, stream, peer).await?),
        };
        Some((stream, info))
    }

    async fn read_header(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Option<(TcpStream, ConnectionInfo)> {
        let Some(proxy) = &self.proxy else {
            let local = stream.local_addr().ok()?;
            return Some((stream, ConnectionInfo::direct(peer, local)));
        };
        match proxy.accept(stream, peer).await {
            Ok(accepted) => Some(accepted),
            Err(error) if error.is_probe() => None,
            Err(error) => {
                self.abort(peer, &error);
                None
            }
        }
    }

    /// The connection with TLS, unless it is closed before its first byte, as by a health check.
    async fn shake_hands(
        &self,
        tls: &TlsAcceptor,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Option<TlsStream<TcpStream>> {
        let handshake = async {
            match stream.peek(&mut [0]).await {
                Ok(0) => Ok(None),
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(None),
                _ => tls.accept(stream).await.map(Some),
            }
        };
        let reason = match time::timeout(TLS_TIMEOUT, handshake).await {
            Ok(Ok(stream)) => return stream,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("not complete within {} s", TLS_TIMEOUT.as_secs()),
        };
        self.abort(peer, format_args!("TLS handshake failed: {reason}"));
        None
    }

    fn abort(&self, peer: SocketAddr, reason: impl fmt::Display) {
        self.log.write(&Event::Aborted {
            reason: &reason,
            peer,
            listener: &self.listener,
        });
    }
}

/// The time allowed for the whole handshake, counted from the end of the header.
const TLS_TIMEOUT: Duration = Duration::from_secs(10);
