//! The server: one that runs already, or login-server as a child process.

use core::{error::Error, net::SocketAddrV4};
use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    thread,
};

use crate::process::Process;

/// The server, killed when dropped if it was started.
pub(crate) struct Server {
    pub(crate) address: SocketAddrV4,
    pub(crate) process: Process,
    child: Option<Child>,
}

impl Server {
    pub(crate) const fn running(address: SocketAddrV4, process: u32) -> Self {
        Self {
            address,
            process: Process::new(process),
            child: None,
        }
    }

    /// Starts the login-server next to this program, with this deadline in seconds.
    pub(crate) fn start(deadline: u32) -> Result<Self, Box<dyn Error>> {
        let program = env::current_exe()?.with_file_name("login-server");
        let mut child = Command::new(&program)
            .args(["--config", "/dev/stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let mut server = Self {
            address: SocketAddrV4::new([127, 0, 0, 1].into(), 0),
            process: Process::new(child.id()),
            child: Some(child),
        };
        let config = format!(
            "haproxy_trusted_networks = \"127.1.0.0/16 127.2.0.0/16\"\n\
             haproxy_timeout = {deadline}\n\
             [[listener]]\n\
             name = \"imap_haproxy\"\n\
             address = \"{}\"\n\
             haproxy = true\n",
            server.address
        );
        input.ok_or("no input")?.write_all(config.as_bytes())?;
        let mut log = BufReader::new(output.ok_or("no output")?);
        let mut line = String::new();
        log.read_line(&mut line)?;
        let address = line
            .split_once("address=")
            .and_then(|(_, rest)| rest.split_once(','));
        server.address = address.ok_or("login-server does not listen")?.0.parse()?;
        // Someone must read the log.
        thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Fails only if it has ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
