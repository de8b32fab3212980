//! Envoy as a process.

mod relays;

use core::net::SocketAddr;
use std::{ffi::OsStr, fs, io, path::PathBuf};

use tokio::process::Child;

pub(crate) use self::relays::relays;
use super::{
    deadline::eventually,
    scratch::Scratch,
    tool::{output_of, serve},
};

/// A running Envoy; it may still be binding its ports.
#[derive(Debug)]
pub(crate) struct Envoy {
    /// The file with the address of its administration.
    administration: PathBuf,
    _child: Child,
}

impl Envoy {
    /// Starts it with this configuration, and an administration port. Its files are in this directory.
    pub(crate) fn start(scratch: &Scratch, config: &str) -> Self {
        let config = format!(
            "{config}\nadmin: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: 0 }} }} }}\n"
        );
        let config = scratch.write("envoy.yaml", &config);
        let administration = scratch.path("administration");
        let arguments = [
            OsStr::new("--config-path"),
            config.as_os_str(),
            OsStr::new("--admin-address-path"),
            administration.as_os_str(),
            OsStr::new("--use-dynamic-base-id"),
            OsStr::new("--concurrency"),
            OsStr::new("1"),
        ];
        let child = serve("envoy", &arguments.map(OsStr::as_ref), &scratch.path("log"));
        Self {
            administration,
            _child: child,
        }
    }

    /// Waits until this many health checks have succeeded; none may have failed before.
    pub(crate) async fn wait_for_checks(&self, cluster: &str, count: u64) {
        eventually("health checks", async || {
            let stats = self.stats().await.map_err(|error| error.to_string())?;
            let number = |name| {
                let name = format!("cluster.{cluster}.health_check.{name}: ");
                let line = stats.lines().find_map(|line| line.strip_prefix(&name))?;
                line.parse::<u64>().ok()
            };
            assert_eq!(number("failure").unwrap_or_default(), 0, "{stats}");
            match number("success") {
                Some(successes) if successes >= count => Ok(()),
                _ => Err(stats),
            }
        })
        .await;
    }

    /// Its statistics, once it is running.
    async fn stats(&self) -> io::Result<String> {
        let address = fs::read_to_string(&self.administration)?;
        let address: SocketAddr = address.parse().map_err(io::Error::other)?;
        let url = format!("http://{address}/stats");
        Ok(output_of("curl", &["--silent", "--show-error", &url]).await)
    }
}
