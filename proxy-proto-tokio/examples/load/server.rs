//! The server: one that runs already, or login-server as a child process.

use core::{error::Error, net::SocketAddrV4};
use std::{io, thread};

use crate::{login_server::LoginServer, process::Process};

/// The server, killed when dropped if it was started.
pub(crate) struct Server {
    pub(crate) address: SocketAddrV4,
    pub(crate) process: Process,
    _started: Option<LoginServer>,
}

impl Server {
    pub(crate) const fn running(address: SocketAddrV4, process: u32) -> Self {
        Self {
            address,
            process: Process::new(process),
            _started: None,
        }
    }

    /// Starts the login-server next to this program, with this deadline in seconds.
    pub(crate) fn start(deadline: u32) -> Result<Self, Box<dyn Error>> {
        let settings = format!(
            "haproxy_trusted_networks = \"127.1.0.0/16 127.2.0.0/16\"\n\
             haproxy_timeout = {deadline}"
        );
        let (server, mut log) = LoginServer::start([127, 0, 0, 1].into(), &settings)?;
        thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Ok(Self {
            address: server.address,
            process: Process::new(server.child.id()),
            _started: Some(server),
        })
    }
}
