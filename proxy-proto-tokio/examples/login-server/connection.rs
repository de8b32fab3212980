//! One connection, from the end of its header to its close: TLS if its listener requires it, then
//! IMAP.

use core::{fmt, pin::pin, time::Duration};
use std::{io, sync::Arc};

use proxy_proto_tokio::proxy_proto::ConnectionInfo;
use tokio::{net::TcpStream, time};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    conversation::{Conversation, Stream},
    listener::Shared,
    log::Event,
    places::Place,
    stop::Stop,
};

/// Who is at the other end of a connection, and where it arrived.
pub(crate) struct Connection {
    pub(crate) info: ConnectionInfo,
    pub(crate) listener: Arc<Shared>,
}

/// Why the service ends a connection.
pub(crate) enum Leave {
    /// It shuts down.
    Stopped,
    /// Another client needs the place.
    PlaceLost,
}

impl Connection {
    /// Serves the connection to its end.
    pub(crate) async fn serve(self, stream: TcpStream, mut place: Place, mut stop: Stop) {
        // A reply is written whole; waiting to fill a packet would only delay it.
        let _ = stream.set_nodelay(true);
        let lost = place.lost();
        let mut leave = pin!(async move {
            tokio::select! {
                () = stop.requested() => Leave::Stopped,
                () = lost => Leave::PlaceLost,
            }
        });
        let stream = tokio::select! {
            biased;
            stream = self.start(stream) => stream,
            why = &mut leave => return self.log_leave(&why),
        };
        if let Some(stream) = stream {
            let conversation = Conversation::new(stream, &self, &mut place);
            conversation.hold(leave).await;
        }
        // Not before the connection is closed.
        drop(place);
    }

    /// Logs that the client had to leave, unless that was to be expected.
    pub(crate) fn log_leave(&self, why: &Leave) {
        match why {
            Leave::Stopped => {}
            Leave::PlaceLost => self.log_abort("no login before its place was needed"),
        }
    }

    /// What IMAP runs on; `None` if the client is gone, or has failed.
    async fn start(&self, stream: TcpStream) -> Option<Box<dyn Stream>> {
        match &self.listener.tls {
            None => Some(Box::new(stream)),
            Some(tls) => Some(Box::new(self.shake_hands(tls, stream).await?)),
        }
    }

    /// The connection with TLS, unless it is closed before its first byte, as by a health check.
    async fn shake_hands(
        &self,
        tls: &TlsAcceptor,
        stream: TcpStream,
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
        self.log_abort(format_args!("TLS handshake failed: {reason}"));
        None
    }

    fn log_abort(&self, reason: impl fmt::Display) {
        // After a LOCAL header, the client is the balancer, which checks the service. Some checks
        // leave in the middle of a handshake, every two seconds, and nothing is wrong.
        if self.info.is_local() {
            return;
        }
        self.listener.log.write(&Event::Aborted {
            reason: &reason,
            peer: self.info.peer_addr(),
            listener: &self.listener.name,
        });
    }
}

/// The time allowed for the whole handshake, counted from the end of the header.
const TLS_TIMEOUT: Duration = Duration::from_secs(10);
