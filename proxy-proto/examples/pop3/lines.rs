//! Lines from a client, each within one deadline, and replies to it.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// A client's connection, line by line.
pub(crate) struct Lines {
    stream: TcpStream,
    /// What follows the last line.
    received: Vec<u8>,
}

impl Lines {
    pub(crate) const fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// The next line without its end, however slowly its bytes arrive, but in time.
    pub(crate) fn next(&mut self, timeout: Duration) -> io::Result<String> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            if let Some(end) = self.received.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.received.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(line.trim_ascii_end()).into_owned());
            }
            if self.received.len() >= LINE_MAX_LEN {
                return Err(ErrorKind::InvalidData.into());
            }
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return Err(ErrorKind::TimedOut.into());
            }
            self.stream.set_read_timeout(left)?;
            let mut chunk = [0; LINE_MAX_LEN];
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(len) => self.received.extend(chunk.iter().take(len)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn write(&mut self, text: &str, timeout: Duration) -> io::Result<()> {
        self.stream.set_write_timeout(Some(timeout))?;
        self.stream.write_all(text.as_bytes())
    }
}

/// The maximum length of a command line, in bytes. Spec: RFC 2449 §4.
const LINE_MAX_LEN: usize = 255;
