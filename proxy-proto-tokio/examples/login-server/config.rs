//! The configuration, from TOML: where the service listens, and whose headers it trusts.
//!
//! The keys that start with `haproxy_` are those of a [`Policy`], which checks them. Errors name
//! the key and the value; values that conflict with each other have a [`Problem`] of their own.
//!
//! Names and values are those of Dovecot where TOML permits. DOVECOT.md lists where they differ.

mod error;
mod settings;

use core::net::SocketAddr;
use std::{fs, path::Path};

use proxy_proto_tokio::proxy_proto::{HeaderMode, Policy, TrustedNetworks};
use serde::{Deserialize, Deserializer, de};

pub(crate) use self::error::ConfigError;
use self::{error::Problem, settings::ListenerSettings};

/// A configuration that passed all checks.
#[derive(Debug, Deserialize)]
pub(crate) struct Config {
    /// For the listeners with `haproxy = true`; may be missing if there is no such listener.
    #[serde(flatten, deserialize_with = "policy")]
    policy: Option<Policy>,
    /// At least one, and no two on one address.
    #[serde(default, rename = "listener")]
    pub(crate) listeners: Vec<ListenerConfig>,
}

/// One address to listen on, and what its clients must do first.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "ListenerSettings")]
pub(crate) struct ListenerConfig {
    pub(crate) name: String,
    /// Port 0 stands for any free port.
    pub(crate) address: SocketAddr,
    /// Each connection must start with a header.
    pub(crate) haproxy: bool,
    /// TLS comes first, or right after the header.
    pub(crate) ssl: bool,
}

impl Config {
    /// From this file, or what is built in.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let (text, file) = match file {
            None => (BUILT_IN.to_owned(), Path::new(BUILT_IN_NAME)),
            Some(file) => {
                let text = fs::read_to_string(file).map_err(|error| ConfigError::Unreadable {
                    file: file.to_owned(),
                    error,
                })?;
                (text, file)
            }
        };
        Self::parse(&text).map_err(|problem| ConfigError::invalid(file, problem))
    }

    /// Reads it again while it is in use, when only the keys that start with `haproxy_` may have
    /// changed.
    pub(crate) fn read_again(&self, file: Option<&Path>) -> Result<Self, ConfigError> {
        let config = Self::read(file)?;
        if config.listeners == self.listeners {
            Ok(config)
        } else {
            let file = file.unwrap_or(Path::new(BUILT_IN_NAME));
            Err(ConfigError::invalid(file, Problem::ListenersChanged))
        }
    }

    /// The policy of a listener. Without `haproxy = true`, everyone is a direct client.
    pub(crate) fn policy_of(&self, listener: &ListenerConfig) -> Policy {
        let no_one = || Policy::new(TrustedNetworks::new());
        if listener.haproxy {
            self.policy.clone().unwrap_or_else(no_one)
        } else {
            no_one().with_mode(HeaderMode::BySource)
        }
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let config: Self = toml::from_str(text).map_err(Problem::Toml)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), Problem> {
        if self.listeners.is_empty() {
            return Err(Problem::NoListener);
        }
        let mut earlier: Vec<&ListenerConfig> = Vec::new();
        for listener in &self.listeners {
            let (name, address) = (&listener.name, listener.address);
            // Each port 0 becomes a different port.
            let is_same =
                |other: &&&ListenerConfig| other.address == address && address.port() != 0;
            if let Some(first) = earlier.iter().find(is_same) {
                return Err(Problem::SameAddress {
                    first: first.name.clone(),
                    second: name.clone(),
                    address,
                });
            }
            if earlier.iter().any(|other| other.name == *name) {
                return Err(Problem::SameName { name: name.clone() });
            }
            if listener.haproxy && self.policy.is_none() {
                return Err(Problem::NoPolicy {
                    listener: name.clone(),
                });
            }
            earlier.push(listener);
        }
        Ok(())
    }
}

/// The policy, if any of its keys is present. An unknown key is an error, here as in the rest of
/// the configuration.
fn policy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Policy>, D::Error> {
    let keys = toml::Table::deserialize(deserializer)?;
    if keys.is_empty() {
        return Ok(None);
    }
    keys.try_into().map(Some).map_err(de::Error::custom)
}

const BUILT_IN: &str = include_str!("default.toml");
const BUILT_IN_NAME: &str = "default.toml";
