//! nginx as a process.

use core::net::SocketAddr;
use std::path::Path;

use tokio::process::Child;

use super::{reserved::Reserved, scratch::Scratch, tool::serve};

/// A running nginx; it may still be binding its port.
#[derive(Debug)]
pub(crate) struct Nginx {
    _child: Child,
    _scratch: Scratch,
}

impl Nginx {
    /// One that sends a header and relays streams.
    pub(crate) fn start(front: &Reserved, backend: SocketAddr) -> Self {
        let front = front.address();
        Self::with(&format!(
            "stream {{
                server {{
                    listen {front} reuseport;
                    proxy_pass {backend};
                    proxy_protocol on;
                }}
            }}"
        ))
    }

    /// One with these blocks besides `events`.
    pub(crate) fn with(blocks: &str) -> Self {
        let scratch = Scratch::new();
        let directory = scratch.directory().display();
        let config = format!(
            "load_module modules/ngx_stream_module.so;
            daemon off;
            master_process off;
            pid {directory}/pid;
            error_log stderr;
            events {{}}
            {blocks}"
        );
        let config = scratch.write("nginx.conf", &config);
        let arguments = [
            Path::new("-e"),
            Path::new("stderr"),
            Path::new("-c"),
            &config,
        ];
        let child = serve("nginx", &arguments, &scratch.path("log"));
        Self {
            _scratch: scratch,
            _child: child,
        }
    }
}
