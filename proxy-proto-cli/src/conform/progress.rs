//! How far the suite is, on standard error.

use std::{
    future::Future,
    io::{self, IsTerminal, Write},
    pin::pin,
    time::{Duration, Instant},
};

use tokio::time::timeout;

/// Counts cases, and shows the count while they take longer than a second.
#[derive(Debug)]
pub(crate) struct Progress {
    /// What is tested, or nothing to show nothing.
    name: Option<String>,
    done: usize,
    expected: usize,
    /// When it was shown last, or this was made.
    shown: Instant,
    is_shown: bool,
}

const INTERVAL: Duration = Duration::from_secs(1);

impl Progress {
    pub(crate) fn of(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::silent()
        }
    }

    pub(crate) fn silent() -> Self {
        Self {
            name: None,
            done: 0,
            expected: 0,
            shown: Instant::now(),
            is_shown: false,
        }
    }

    pub(crate) fn expect(&mut self, cases: usize) {
        self.expected = self.expected.saturating_add(cases);
    }

    pub(crate) fn step(&mut self) {
        self.done = self.done.saturating_add(1);
        if self.shown.elapsed() >= INTERVAL {
            self.show();
        }
    }

    /// Waits for `future`, and shows progress meanwhile.
    pub(crate) async fn during<T>(&mut self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        loop {
            match timeout(INTERVAL, &mut future).await {
                Ok(output) => return output,
                Err(_) => self.show(),
            }
        }
    }

    fn show(&mut self) {
        let Some(name) = &self.name else {
            return;
        };
        self.is_shown = true;
        self.shown = Instant::now();
        let mut err = io::stderr().lock();
        let (done, expected) = (self.done, self.expected);
        // On a terminal, in place of the last count. If this fails, there is nowhere left to report it.
        let _ = if err.is_terminal() {
            write!(err, "\r{name}: {done} of {expected} cases")
        } else {
            writeln!(err, "{name}: {done} of {expected} cases")
        };
    }
}

/// Ends the line of a terminal.
impl Drop for Progress {
    fn drop(&mut self) {
        let mut err = io::stderr().lock();
        if self.is_shown && err.is_terminal() {
            let _ = writeln!(err);
        }
    }
}
