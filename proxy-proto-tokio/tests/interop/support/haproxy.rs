//! HAProxy as a process.

use core::fmt::Write;
use std::{fs, path::Path};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    process::Child,
};

use super::{deadline::eventually, scratch::Scratch, statistics, tool::serve};

/// A running HAProxy; it may still be binding its ports.
#[derive(Debug)]
pub(crate) struct Haproxy {
    _child: Child,
    scratch: Scratch,
}

impl Haproxy {
    /// Starts it with these proxies, in TCP mode, which can refer to the `files` by name.
    pub(crate) fn start(proxies: &str, files: &[(&str, &str)]) -> Self {
        let scratch = Scratch::new();
        for (name, content) in files {
            scratch.write(name, content);
        }
        let directory = scratch.directory().display();
        let mut config = String::new();
        write!(
            config,
            "global\n max-spread-checks 1\n stats socket {directory}/stats\n crt-base {directory}\n ca-base {directory}\n\
             {DEFAULTS}{proxies}"
        )
        .unwrap();
        let config = scratch.write("haproxy.cfg", &config);
        let arguments = [Path::new("-db"), Path::new("-f"), &config];
        let child = serve("haproxy", &arguments, &scratch.path(LOG));
        Self {
            scratch,
            _child: child,
        }
    }

    /// Waits until the last health check of this server has the status `status`, such as `L4OK`.
    pub(crate) async fn wait_for_check(&self, server: &str, status: &str) {
        eventually("a health check", async || {
            let stats = self.stats().await.unwrap_or_default();
            let found = statistics::field(&stats, server, "check_status").unwrap_or_default();
            if found.trim_start_matches("* ") == status {
                return Ok(());
            }
            let log = fs::read_to_string(self.scratch.path(LOG)).unwrap_or_default();
            Err(format!(
                "{server} has status {found:?}, not {status}\n{log}"
            ))
        })
        .await;
    }

    async fn stats(&self) -> std::io::Result<String> {
        let mut socket = UnixStream::connect(self.scratch.path("stats")).await?;
        socket.write_all(b"show stat\n").await?;
        let mut stats = String::new();
        socket.read_to_string(&mut stats).await?;
        Ok(stats)
    }
}

const LOG: &str = "log";

const DEFAULTS: &str = "
defaults
 mode tcp
 timeout connect 10s
 timeout client 60s
 timeout server 60s
 timeout check 10s
";
