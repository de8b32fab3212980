//! One listener: accepts connections whose header has been read, and serves each in its own task.
//!
//! A listener without `haproxy = true` has a policy too, under which no peer has to send a header.

use core::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::{io, sync::Arc};

use proxy_proto_tokio::{
    EventKind, ListenerHandle, ProxyListener,
    proxy_proto::{ConnectionInfo, Limits, Policy},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::{
    config::ListenerConfig,
    connection::Connection,
    log::{Event, Log},
    places::{Places, Share},
    stop::Stop,
};

/// A listener that is bound, but not served yet.
pub(crate) struct Listener {
    socket: ProxyListener,
    shared: Arc<Shared>,
}

/// What a listener shares with its connections, and with the rest of the program.
pub(crate) struct Shared {
    pub(crate) name: String,
    /// Set if TLS comes first, or right after the header.
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) log: Log,
    /// How many users have logged in.
    pub(crate) logins: AtomicU64,
    places: Arc<Places>,
    handle: ListenerHandle,
}

impl Listener {
    pub(crate) fn bind(
        config: &ListenerConfig,
        policy: Policy,
        tls: &TlsAcceptor,
        share: Share,
        log: &Log,
    ) -> io::Result<Self> {
        // At its limit, the listener drops the connection that has been silent for longest.
        let limits = Limits::new().with_pending(share.pending);
        let socket = ProxyListener::bind(config.address, Arc::new(policy))?
            .with_limits(limits)
            .on_event(log_event(config.name.clone(), log.clone()));
        let shared = Shared {
            name: config.name.clone(),
            tls: config.ssl.then(|| tls.clone()),
            log: log.clone(),
            logins: AtomicU64::new(0),
            places: Places::new(share.served),
            handle: socket.handle(),
        };
        Ok(Self {
            socket,
            shared: Arc::new(shared),
        })
    }

    /// Accepts connections until the service shuts down. Then those that still wait for their header
    /// may finish it, so that their clients get a goodbye.
    pub(crate) async fn serve(self, mut stop: Stop) {
        let Self { mut socket, shared } = self;
        loop {
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                () = stop.requested() => break,
            };
            match accepted {
                Ok((stream, info)) => shared.serve(stream, info, &stop).await,
                // Only a socket that will never accept again is an error.
                Err(error) => {
                    return shared.log.write(&Event::Warning {
                        what: &error,
                        listener: &shared.name,
                    });
                }
            }
        }
        let mut last = socket.graceful_shutdown(DRAIN_TIMEOUT);
        while let Some((stream, info)) = last.next().await {
            shared.serve(stream, info, &stop).await;
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.socket.local_addr().socket_addr()
    }
}

impl Shared {
    /// Serves one connection in a task of its own, if there is a place for it.
    async fn serve(self: &Arc<Self>, stream: TcpStream, info: ConnectionInfo, stop: &Stop) {
        let Some(place) = self.places.take().await else {
            return self.log.write(&Event::Aborted {
                reason: &"all places are taken by clients that have logged in",
                peer: info.peer_addr(),
                listener: &self.name,
            });
        };
        let connection = Connection {
            info,
            listener: Arc::clone(self),
        };
        tokio::spawn(connection.serve(stream, place, stop.clone()));
    }

    /// Replaces the policy for new connections. Those that wait for their header keep theirs.
    pub(crate) fn set_policy(&self, policy: Policy) {
        self.handle.set_policy(Arc::new(policy));
    }

    pub(crate) fn log_counters(&self) {
        self.log.write(&Event::Counters {
            listener: &self.name,
            clients: self.places.taken(),
            logins: self.logins.load(Ordering::Relaxed),
            counters: &self.handle.counters(),
        });
    }
}

/// A hook that logs what the listener does not deliver. It must not block, and the log does not.
fn log_event(listener: String, log: Log) -> impl FnMut(&proxy_proto_tokio::Event<'_>) {
    move |event| match &event.kind {
        // A health check that leaves without a byte.
        kind if kind.is_probe() => {}
        EventKind::Refused { peer, reason, .. } => log.write(&Event::Aborted {
            reason,
            peer: *peer,
            listener: &listener,
        }),
        kind => log.write(&Event::Warning {
            what: kind,
            listener: &listener,
        }),
    }
}

/// The time that connections have to finish their header once the service shuts down.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(3);
