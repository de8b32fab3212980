//! What is logged, and how.
//!
//! No client can forge a line or a field: everything that a client chose is escaped here.

use core::{
    fmt::{self, Write as _},
    net::SocketAddr,
};

use proxy_proto_tokio::proxy_proto::{ConnectionInfo, Counters, Endpoint, UnixName};

use crate::config::ConfigError;

/// What is logged.
pub(crate) enum Event<'a> {
    Listening {
        address: SocketAddr,
        haproxy: bool,
        ssl: bool,
        listener: &'a str,
    },
    /// A command to try the service with.
    TryIt {
        command: &'a str,
    },
    Login {
        user: &'a [u8],
        info: &'a ConnectionInfo,
        listener: &'a str,
    },
    Aborted {
        reason: &'a dyn fmt::Display,
        peer: Endpoint<'a>,
        listener: &'a str,
    },
    /// Something about a listener that an operator should know.
    Warning {
        what: &'a dyn fmt::Display,
        listener: &'a str,
    },
    Counters {
        listener: &'a str,
        clients: usize,
        logins: u64,
        counters: &'a Counters,
    },
    Reloaded,
    NotReloaded {
        error: &'a ConfigError,
    },
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Listening {
                address,
                haproxy,
                ssl,
                listener,
            } => write!(
                f,
                "Listening: address={address}, haproxy={haproxy}, ssl={ssl}, listener={listener}"
            ),
            Self::TryIt { command } => write!(f, "Try: {command}"),
            Self::Login {
                user,
                info,
                listener,
            } => {
                write!(f, "Login: user=<{}>, method=PLAIN", Escaped(user))?;
                endpoint(f, 'r', info.client_addr())?;
                endpoint(f, 'l', info.server_addr())?;
                write!(f, ", listener={listener}, peer={}", info.peer_addr())
            }
            Self::Aborted {
                reason,
                peer,
                listener,
            } => {
                let reason = reason.to_string();
                let reason = Escaped(reason.as_bytes());
                write!(f, "Aborted: {reason}, peer={peer}, listener={listener}")
            }
            Self::Warning { what, listener } => {
                write!(f, "Warning: {what}, listener={listener}")
            }
            Self::Counters {
                listener,
                clients,
                logins,
                counters,
            } => {
                write!(
                    f,
                    "Counters: listener={listener}, clients={clients}, logins={logins}"
                )?;
                let mut counted = counters.iter().filter(|(_, count)| *count > 0);
                counted.try_for_each(|(name, count)| write!(f, ", {name}={count}"))
            }
            Self::Reloaded => f.write_str("Reloaded"),
            Self::NotReloaded { error } => {
                f.write_str("Not reloaded:")?;
                // An error in TOML quotes the place in the file, after a bar. Here, all is one line.
                let error = error.to_string();
                let mut lines = error.lines().filter(|line| !line.contains(" |"));
                lines.try_for_each(|line| write!(f, " {line}"))
            }
        }
    }
}

/// The address as `rip` or `lip` and, except for UNIX sockets, the port as `rport` or `lport`.
fn endpoint(f: &mut fmt::Formatter<'_>, side: char, endpoint: Endpoint<'_>) -> fmt::Result {
    match endpoint {
        Endpoint::Ip(address) => {
            let (ip, port) = (address.ip(), address.port());
            write!(f, ", {side}ip={ip}, {side}port={port}")
        }
        Endpoint::Unix(address) => match address.name() {
            // Not an abstract name, which is shown with an `@`.
            UnixName::Path([b'@', path @ ..]) => {
                write!(f, ", {side}ip=unix:\\x40{}", Escaped(path))
            }
            UnixName::Path(path) => write!(f, ", {side}ip=unix:{}", Escaped(path)),
            UnixName::Abstract(name) => write!(f, ", {side}ip=unix:@{}", Escaped(name)),
            UnixName::Unnamed => write!(f, ", {side}ip=unix:"),
        },
    }
}

/// Bytes as visible ASCII. The rest is written as `\xNN`, and so are `<`, `>`, `,` and `=`, which
/// delimit fields: even a careless parser finds no field that a client made up.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &byte in self.0 {
            match byte {
                b'<' | b'>' | b',' | b'=' | b'\\' => write!(f, "\\x{byte:02x}")?,
                b' '..=b'~' => f.write_char(char::from(byte))?,
                _ => write!(f, "\\x{byte:02x}")?,
            }
        }
        Ok(())
    }
}
