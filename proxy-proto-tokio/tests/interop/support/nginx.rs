//! nginx as a process.

use core::net::SocketAddr;
use std::path::Path;

use tokio::process::Child;

use super::{reserved::Reserved, scratch::Scratch, tool::serve};

/// A running nginx that sends a header and relays streams; it may still be binding its port.
#[derive(Debug)]
pub(crate) struct Nginx {
    _scratch: Scratch,
    _child: Child,
}

impl Nginx {
    pub(crate) fn start(front: &Reserved, backend: SocketAddr) -> Self {
        let scratch = Scratch::new();
        let directory = scratch.directory().display();
        let front = front.address();
        let config = format!(
            "load_module modules/ngx_stream_module.so;
            daemon off;
            master_process off;
            pid {directory}/pid;
            error_log stderr;
            events {{}}
            stream {{
                server {{
                    listen {front} reuseport;
                    proxy_pass {backend};
                    proxy_protocol on;
                }}
            }}"
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
