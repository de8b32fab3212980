//! dnsdist as a process.

use core::net::SocketAddr;
use std::{fs, path::Path};

use tokio::process::Child;

use super::{deadline::eventually, reserved::Reserved, scratch::Scratch, tool::serve};

/// A running dnsdist that relays DNS queries, each with a header.
#[derive(Debug)]
pub(crate) struct Dnsdist {
    _child: Child,
    _scratch: Scratch,
}

impl Dnsdist {
    /// Returns once the backend has answered a health check. `options` are those of `newServer`, and
    /// `rules` further lines of the configuration.
    pub(crate) async fn start(
        front: &Reserved,
        backend: SocketAddr,
        options: &str,
        rules: &str,
    ) -> Self {
        let scratch = Scratch::new();
        let front = front.address();
        // An empty suffix: no lookup of security advisories, which would leave this machine.
        let config = format!(
            "setLocal('{front}', {{reusePort=true}})
            setSecurityPollSuffix('')
            newServer({{address='{backend}', useProxyProtocol=true, {options}}})
            {rules}
            "
        );
        let config = scratch.write("dnsdist.conf", &config);
        let log = scratch.path("log");
        let arguments = [
            Path::new("--supervised"),
            Path::new("--disable-syslog"),
            Path::new("--config"),
            &config,
        ];
        let child = serve("dnsdist", &arguments, &log);
        let up = format!("Marking downstream {backend} as 'up'");
        eventually("a health check", async || {
            let log = fs::read_to_string(&log).unwrap_or_default();
            if log.contains(&up) { Ok(()) } else { Err(log) }
        })
        .await;
        Self {
            _scratch: scratch,
            _child: child,
        }
    }
}
