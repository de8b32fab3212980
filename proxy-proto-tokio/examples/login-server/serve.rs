//! The listeners: all bound before any is served, and shut down without dropping sessions mid-reply.

use core::{error::Error, fmt, net::SocketAddr, time::Duration};
use std::{io, sync::Arc};

use proxy_proto_tokio::ProxyAcceptor;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time,
};

use crate::{
    config::{Config, ListenerConfig},
    gate::Gate,
    hint,
    log::{Event, Log},
    stop::{Stop, Stopper},
    tls::Tls,
};

/// A service whose listeners are all bound, none served yet.
pub(crate) struct Server {
    config: Config,
    listeners: Vec<Listener>,
    log: Log,
}

/// A listener that could not be bound.
#[derive(Debug)]
pub(crate) struct BindError {
    listener: String,
    address: SocketAddr,
    error: io::Error,
}

struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    gate: Arc<Gate>,
    log: Log,
}

impl Server {
    /// Binds every listener, or none.
    pub(crate) async fn bind(config: Config, tls: &Tls, log: &Log) -> Result<Self, BindError> {
        let proxy = ProxyAcceptor::new(Arc::new(config.policy()));
        let mut listeners = Vec::new();
        for listener in &config.listeners {
            let bound = Listener::bind(listener, &proxy, tls, log).await;
            listeners.push(bound.map_err(|error| BindError {
                listener: listener.name.clone(),
                address: listener.address,
                error,
            })?);
        }
        Ok(Self {
            config,
            listeners,
            log: log.clone(),
        })
    }

    /// Serves until `stop`, says goodbye to the clients, then drops those that do not leave in time.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) {
        let (stopper, stopped) = Stopper::new();
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS.into()));
        for listener in self.listeners {
            tokio::spawn(listener.serve(Arc::clone(&permits), stopped.clone()));
        }
        stop.await;
        stopper.stop();
        // All permits are back once the last connection is closed.
        let all_closed = permits.acquire_many(MAX_CONNECTIONS.into());
        let _ = time::timeout(LEAVE_TIMEOUT, all_closed).await;
    }

    /// Logs the listeners, and a command to try.
    pub(crate) fn announce(&self) {
        for (listener, address) in self.addresses() {
            self.log.write(&Event::Listening {
                address,
                haproxy: listener.haproxy,
                ssl: listener.ssl,
                listener: &listener.name,
            });
        }
        if let Some(command) = hint::curl(self.addresses(), &self.config.policy()) {
            self.log.write(&Event::TryIt { command: &command });
        }
    }

    /// The listeners with the addresses they are bound to.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&ListenerConfig, SocketAddr)> + Clone {
        let addresses = self.listeners.iter().map(|listener| listener.address);
        self.config.listeners.iter().zip(addresses)
    }
}

impl Error for BindError {}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (listener, address, error) = (&self.listener, self.address, &self.error);
        write!(
            f,
            "listener {listener:?}: address = \"{address}\" cannot be bound: {error}"
        )
    }
}

impl Listener {
    async fn bind(
        config: &ListenerConfig,
        proxy: &ProxyAcceptor,
        tls: &Tls,
        log: &Log,
    ) -> io::Result<Self> {
        let socket = TcpListener::bind(config.address).await?;
        let address = socket.local_addr()?;
        let gate = Gate {
            proxy: config.haproxy.then(|| proxy.clone()),
            tls: config.ssl.then(|| tls.acceptor.clone()),
            listener: config.name.clone(),
            log: log.clone(),
        };
        Ok(Self {
            socket,
            address,
            gate: Arc::new(gate),
            log: log.clone(),
        })
    }

    /// Accepts connections, each in its own task, until the service shuts down.
    async fn serve(self, permits: Arc<Semaphore>, mut stop: Stop) {
        loop {
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
                return;
            };
            let (stream, peer) = tokio::select! {
                accepted = self.accept() => accepted,
                () = stop.requested() => return,
            };
            let (gate, stop) = (Arc::clone(&self.gate), stop.clone());
            tokio::spawn(async move {
                gate.serve(stream, peer, stop).await;
                drop(permit);
            });
        }
    }

    /// The next connection. No failure to accept one ends the listener.
    async fn accept(&self) -> (TcpStream, SocketAddr) {
        let mut is_logged = false;
        loop {
            let error = match self.socket.accept().await {
                Ok(accepted) => return accepted,
                Err(error) => error,
            };
            // If a client has already left, there is no reason to pause; if there are no file
            // descriptors, there is.
            if error.kind() != io::ErrorKind::ConnectionAborted {
                if !is_logged {
                    is_logged = true;
                    self.log.write(&Event::AcceptFailed {
                        error: &error,
                        listener: &self.gate.listener,
                    });
                }
                time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Maximum number of connections, over all listeners. The others wait in the kernel's queues.
const MAX_CONNECTIONS: u16 = 20_000;

/// The time that connections have to close once the service shuts down.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(3);

const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
