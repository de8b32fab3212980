//! Where to connect to, or to listen.

use std::{fmt, path::PathBuf, str::FromStr};

/// `HOST:PORT` or `unix:PATH`.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A name or address, and a port.
    Tcp(String),
    /// The path of a socket.
    Unix(PathBuf),
}

impl Target {
    /// The name or address, without the port.
    pub(crate) fn host(&self) -> Option<&str> {
        match self {
            Self::Tcp(address) => host_and_port(address).map(|(host, _)| host),
            Self::Unix(_) => None,
        }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return Ok(Self::Unix(path.into()));
        }
        match host_and_port(text) {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                Ok(Self::Tcp(text.to_owned()))
            }
            _ => Err("not HOST:PORT, [IPV6]:PORT or unix:PATH".into()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => f.write_str(address),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

fn host_and_port(address: &str) -> Option<(&str, &str)> {
    let (host, port) = address.rsplit_once(':')?;
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match inner {
        Some(inner) => Some((inner, port)),
        None if host.contains(':') => None,
        None => Some((host, port)),
    }
}
