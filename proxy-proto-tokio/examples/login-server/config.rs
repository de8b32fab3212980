//! What the service listens on and whom it believes, from TOML.
//!
//! Errors name the key and the value: those of a single value come from `toml`, which shows the
//! line; those between values are [`ConfigError`]s of their own.

use core::{error::Error, fmt, net::SocketAddr, time::Duration};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use proxy_proto_tokio::proxy_proto::{Policy, TrustedNetworks};
use serde::{Deserialize, Deserializer, de};

/// A configuration that passed all checks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    #[serde(default)]
    haproxy_trusted_networks: TrustedNetworks,
    #[serde(default = "default_timeout", deserialize_with = "timeout")]
    haproxy_timeout: Duration,
    /// At least one, and no two on one address.
    #[serde(default, rename = "listener")]
    pub(crate) listeners: Vec<ListenerConfig>,
}

/// One address to listen on, and what its clients must do first.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListenerConfig {
    #[serde(deserialize_with = "name")]
    pub(crate) name: String,
    /// Port 0 asks for any free port.
    pub(crate) address: SocketAddr,
    /// A header must come first.
    #[serde(default)]
    pub(crate) haproxy: bool,
    /// TLS comes first, or right behind the header.
    #[serde(default)]
    pub(crate) ssl: bool,
}

/// Why a configuration cannot be used.
#[derive(Debug)]
pub(crate) enum ConfigError {
    Unreadable { file: PathBuf, error: io::Error },
    Invalid { file: PathBuf, problem: Problem },
}

/// What is wrong with the text of a configuration.
#[derive(Debug)]
pub(crate) enum Problem {
    Toml(toml::de::Error),
    NoListener,
    SameAddress {
        first: String,
        second: String,
        address: SocketAddr,
    },
    SameName {
        name: String,
    },
    TrustsNobody {
        listener: String,
    },
}

impl Config {
    /// The configuration that the program brings along.
    pub(crate) fn built_in() -> Result<Self, ConfigError> {
        Self::parse(BUILT_IN).map_err(|problem| ConfigError::Invalid {
            file: "default.toml".into(),
            problem,
        })
    }

    pub(crate) fn from_file(file: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(file).map_err(|error| ConfigError::Unreadable {
            file: file.to_owned(),
            error,
        })?;
        Self::parse(&text).map_err(|problem| ConfigError::Invalid {
            file: file.to_owned(),
            problem,
        })
    }

    /// The policy of the listeners with `haproxy = true`.
    pub(crate) fn policy(&self) -> Policy {
        Policy::new(self.haproxy_trusted_networks.clone()).with_timeout(self.haproxy_timeout)
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
            // Each port 0 becomes a port of its own.
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
            if listener.haproxy && self.haproxy_trusted_networks.is_empty() {
                return Err(Problem::TrustsNobody {
                    listener: name.clone(),
                });
            }
            earlier.push(listener);
        }
        Ok(())
    }
}

impl Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, error } => {
                write!(f, "cannot read --config {}: {error}", file.display())
            }
            Self::Invalid { file, problem } => {
                write!(f, "invalid configuration {}: {problem}", file.display())
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml(error) => f.write_str(error.to_string().trim_end()),
            Self::NoListener => f.write_str("no [[listener]], at least one is needed"),
            Self::SameAddress {
                first,
                second,
                address,
            } => write!(
                f,
                "listener {second:?}: address = \"{address}\" is already the address of listener {first:?}"
            ),
            Self::SameName { name } => write!(f, "listener: name = {name:?} is used twice"),
            Self::TrustsNobody { listener } => write!(
                f,
                "listener {listener:?}: haproxy = true, but haproxy_trusted_networks = \"\" trusts nobody"
            ),
        }
    }
}

/// A name that stands in log lines, so nothing that could break one.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_plain) {
        return Err(de::Error::custom(format_args!(
            "{name:?} is not made of letters, digits, \"_\", \"-\" and \".\""
        )));
    }
    Ok(name)
}

fn timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = i64::deserialize(deserializer)?;
    match u64::try_from(seconds) {
        Ok(seconds @ 1..=LONGEST_TIMEOUT) => Ok(Duration::from_secs(seconds)),
        _ => Err(de::Error::custom(format_args!(
            "{seconds} is not a number of seconds from 1 to {LONGEST_TIMEOUT}"
        ))),
    }
}

const fn default_timeout() -> Duration {
    Policy::DEFAULT_TIMEOUT
}

const BUILT_IN: &str = include_str!("default.toml");

/// An hour, in seconds: no balancer takes longer, so a longer time is a slip.
const LONGEST_TIMEOUT: u64 = 3600;
