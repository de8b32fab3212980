//! Why a configuration cannot be used.

use core::{error::Error, fmt, net::SocketAddr};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a configuration cannot be used.
#[derive(Debug)]
pub(crate) enum ConfigError {
    Unreadable { file: PathBuf, error: io::Error },
    Invalid { file: PathBuf, problem: Problem },
}

/// Why the text of a configuration cannot be used.
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
    NoPolicy {
        listener: String,
    },
    ListenersChanged,
}

impl ConfigError {
    pub(super) fn invalid(file: &Path, problem: Problem) -> Self {
        Self::Invalid {
            file: file.to_owned(),
            problem,
        }
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
            Self::NoListener => f.write_str("no [[listener]]: at least one is needed"),
            Self::SameAddress {
                first,
                second,
                address,
            } => write!(
                f,
                "listener {second:?}: address = \"{address}\" is already the address of listener {first:?}"
            ),
            Self::SameName { name } => write!(f, "listener: name = {name:?} is used twice"),
            Self::NoPolicy { listener } => write!(
                f,
                "listener {listener:?}: haproxy = true, but haproxy_trusted_networks is not set"
            ),
            Self::ListenersChanged => {
                f.write_str("other listeners than those in use: only a restart can change them")
            }
        }
    }
}
