//! Turns an accepted connection into one whose client is known.

use std::{sync::Arc, task::Context};

use proxy_proto::{
    ConnectionInfo, Gate, OwnedEndpoint, Policy,
    io::{AcceptError, AcceptErrorKind, advance},
};

use crate::{
    read::admit,
    socket::{Socket, sealed::Address},
};

/// Applies a [`Policy`] to accepted connections, on TCP or UNIX sockets: refuses them, or reads their
/// headers.
///
/// The caller owns the listener and the task, as with a TLS acceptor. Call [`accept`](Self::accept)
/// in a separate task for each connection, never in the accept loop, where one silent peer would
/// hold up all others. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ProxyAcceptor {
    policy: Arc<Policy>,
}

impl ProxyAcceptor {
    /// An acceptor that applies this policy.
    #[must_use]
    pub const fn new(policy: Arc<Policy>) -> Self {
        Self { policy }
    }

    /// Refuses the connection, or reads exactly its header and reports who the client is.
    ///
    /// `peer` is the address that accept(2) returned. The stream is returned as it was, with its
    /// payload unread. The deadline is [`Policy::timeout`] after the call, for the whole header,
    /// however slowly its bytes arrive; it no longer applies once this returns.
    ///
    /// # Errors
    ///
    /// [`AcceptErrorKind::Refused`] with the [`Refusal`](proxy_proto::Refusal) if the peer is to blame,
    /// and [`AcceptErrorKind::Io`] if the socket failed. The error holds the stream; dropping it closes
    /// the connection, with a reset if bytes are unread.
    ///
    /// # Panics
    ///
    /// If the tokio runtime has no timers or no I/O.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, which it owns. Nothing else is affected.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use proxy_proto_tokio::{ProxyAcceptor, proxy_proto::Policy};
    /// use tokio::{io::AsyncWriteExt, net::{TcpListener, TcpStream}};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acceptor = ProxyAcceptor::new(Arc::new(Policy::new("127.0.0.1".parse()?)));
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    ///
    /// let mut balancer = TcpStream::connect(listener.local_addr()?).await?;
    /// balancer.write_all(b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\nhello").await?;
    ///
    /// let (stream, peer) = listener.accept().await?;
    /// let (stream, info) = acceptor.accept(stream, peer).await?;
    /// assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
    /// assert_eq!(stream.peek(&mut [0; 8]).await?, 5); // the payload: "hello"
    /// # Ok(())
    /// # }
    /// ```
    pub async fn accept<S: Socket>(
        &self,
        stream: S,
        peer: S::Addr,
    ) -> Result<(S, ConnectionInfo), AcceptError<S>> {
        let peer = peer.into_endpoint();
        match self.connection_info(&stream, peer.clone()).await {
            Ok(info) => Ok((stream, info)),
            Err(kind) => Err(AcceptError::new(stream, peer, kind)),
        }
    }

    /// The policy that this acceptor applies.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) async fn connection_info<S: Socket>(
        &self,
        stream: &S,
        peer: OwnedEndpoint,
    ) -> Result<ConnectionInfo, AcceptErrorKind> {
        let look = |cx: &mut Context<'_>, gate: &mut Gate| {
            stream.poll_look(cx, || advance(stream.as_fd(), gate))
        };
        let accepted = admit(&self.policy, peer, look).await?;
        Ok(accepted.info(stream.local_endpoint()?))
    }
}
