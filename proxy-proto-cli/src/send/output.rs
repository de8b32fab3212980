//! What comes back, on standard output.

use std::io::{self, IsTerminal, Stdout, Write};

use crate::ascii;

/// Standard output: escaped if it is a terminal, which would obey what comes from the network.
pub(super) struct Output {
    stdout: Stdout,
    is_terminal: bool,
    len: usize,
}

impl Output {
    pub(super) fn new() -> Self {
        let stdout = io::stdout();
        Self {
            is_terminal: stdout.is_terminal(),
            stdout,
            len: 0,
        }
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len = self.len.saturating_add(bytes.len());
        let mut stdout = self.stdout.lock();
        if self.is_terminal {
            stdout.write_all(ascii::lines(bytes).as_bytes())?;
        } else {
            stdout.write_all(bytes)?;
        }
        stdout.flush()
    }

    /// Bytes printed so far, before they were escaped.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }
}
