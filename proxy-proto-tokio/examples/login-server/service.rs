//! The service: all listeners are bound before any is served, reloaded and shut down together.

use core::{error::Error, fmt, net::SocketAddr, time::Duration};
use std::{io, path::Path, sync::Arc};

use tokio::time;

use crate::{
    config::{Config, ListenerConfig},
    hint,
    listener::{Listener, Shared},
    log::{Event, Log},
    places::Share,
    stop::Stopper,
    tls::Tls,
};

/// A service whose listeners are all bound, none served yet.
pub(crate) struct Service {
    config: Config,
    listeners: Vec<Listener>,
    log: Log,
}

/// A service whose listeners are served.
pub(crate) struct Running {
    config: Config,
    listeners: Vec<Arc<Shared>>,
    log: Log,
    stopper: Stopper,
}

/// A listener that could not be bound.
#[derive(Debug)]
pub(crate) struct BindError {
    listener: String,
    address: SocketAddr,
    error: io::Error,
}

impl Service {
    /// Binds every listener, or none.
    pub(crate) fn bind(config: Config, tls: &Tls, log: &Log) -> Result<Self, BindError> {
        let count = config.listeners.len();
        let bind = |listener: &ListenerConfig| {
            let policy = config.policy_of(listener);
            let share = Share::of_one_in(count, listener.haproxy);
            let bound = Listener::bind(listener, policy, &tls.acceptor, share, log);
            bound.map_err(|error| BindError {
                listener: listener.name.clone(),
                address: listener.address,
                error,
            })
        };
        let listeners = config
            .listeners
            .iter()
            .map(bind)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            config,
            listeners,
            log: log.clone(),
        })
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
        if let Some(command) = hint::curl(self.addresses(), &self.config) {
            self.log.write(&Event::TryIt { command: &command });
        }
    }

    /// The listeners with the addresses they are bound to.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&ListenerConfig, SocketAddr)> + Clone {
        let bound = self.config.listeners.iter().zip(&self.listeners);
        bound.filter_map(|(config, listener)| Some((config, listener.address()?)))
    }

    /// Serves them, each in its own task.
    pub(crate) fn start(self) -> Running {
        let (stopper, stop) = Stopper::new();
        let shared = |listener: &Listener| Arc::clone(listener.shared());
        let running = Running {
            config: self.config,
            listeners: self.listeners.iter().map(shared).collect(),
            log: self.log,
            stopper,
        };
        for listener in self.listeners {
            tokio::spawn(listener.serve(stop.clone()));
        }
        running
    }
}

impl Running {
    /// Reads the configuration again, and trusts the networks that it lists now. If there is an error
    /// in it, nothing changes.
    pub(crate) fn reload(&self, file: Option<&Path>) {
        match self.config.read_again(file) {
            Ok(config) => {
                for (shared, listener) in self.listeners.iter().zip(&config.listeners) {
                    shared.set_policy(config.policy_of(listener));
                }
                self.log.write(&Event::Reloaded);
            }
            Err(error) => self.log.write(&Event::NotReloaded { error: &error }),
        }
    }

    /// Logs what has become of all connections so far.
    pub(crate) fn log_counters(&self) {
        for listener in &self.listeners {
            listener.log_counters();
        }
    }

    /// Stops accepting, says goodbye to the clients, then drops those that do not leave in time.
    pub(crate) async fn stop(self) {
        self.stopper.stop();
        let _ = time::timeout(LEAVE_TIMEOUT, self.stopper.all_gone()).await;
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

/// The time that connections have to close once the service shuts down, including the time to
/// finish their header.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(5);
