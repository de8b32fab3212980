//! The service's listeners and its policy, from TOML.

use std::{error::Error, fs, net::SocketAddr, path::Path};

use proxy_proto::{HeaderMode, Policy, TrustedNetworks};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Config {
    /// For the listeners with `haproxy = true`.
    #[serde(flatten)]
    policy: Policy,
    /// Who may log in.
    pub(crate) users: Vec<String>,
    #[serde(rename = "listener")]
    pub(crate) listeners: Vec<Listener>,
}

/// One address to listen on; port 0 stands for any free port.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    /// Whether a header is required.
    #[serde(default)]
    pub(crate) haproxy: bool,
}

impl Config {
    /// From this file, or what is built in.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let text = file.map_or_else(|| Ok(BUILT_IN.to_owned()), fs::read_to_string)?;
        Ok(toml::from_str(&text)?)
    }

    /// The policy of a listener. On a plain one everyone is a direct client.
    pub(crate) fn policy(&self, listener: &Listener) -> Policy {
        if listener.haproxy {
            self.policy.clone()
        } else {
            Policy::new(TrustedNetworks::new()).with_mode(HeaderMode::BySource)
        }
    }
}

const BUILT_IN: &str = include_str!("default.toml");
