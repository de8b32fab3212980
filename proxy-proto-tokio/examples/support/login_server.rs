//! login-server as a child process.

use core::{
    error::Error,
    net::{Ipv4Addr, SocketAddrV4},
};
use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

/// A running login-server, killed when dropped.
pub(crate) struct LoginServer {
    pub(crate) child: Child,
    /// The listener that requires a header.
    pub(crate) address: SocketAddrV4,
}

impl LoginServer {
    /// Starts the login-server next to this program on any port of this address, with these settings.
    /// The caller must read its log.
    pub(crate) fn start(
        ip: Ipv4Addr,
        settings: &str,
    ) -> Result<(Self, BufReader<ChildStdout>), Box<dyn Error>> {
        let program = env::current_exe()?.with_file_name("login-server");
        let mut child = Command::new(&program)
            .args(["--config", "/dev/stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let mut server = Self {
            child,
            address: SocketAddrV4::new(ip, 0),
        };
        let config = format!(
            "{settings}\n\
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
        Ok((server, log))
    }
}

impl Drop for LoginServer {
    fn drop(&mut self) {
        // Fails only if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
