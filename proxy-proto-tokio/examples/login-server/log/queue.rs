//! Lines on their way to a thread that writes them.
//!
//! A write can block for as long as the reader likes: a pipe is full after 64 KiB. So no task of the
//! service writes, or waits for room. Lines for which there is no room are dropped, and their number
//! is written after those that still found room.

use core::{fmt::Write, mem};
use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use tokio::sync::oneshot;

/// The lines that wait to be written.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    has_lines: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    /// How many lines were dropped since the last that was written.
    dropped: usize,
}

struct Line {
    text: String,
    /// Gone once the line is written, or will never be.
    _unwritten: oneshot::Sender<()>,
}

impl Queue {
    /// Starts the thread, which passes one or more lines at a time to `write`. It ends with the
    /// process.
    pub(super) fn start(
        write: impl FnMut(&str) -> io::Result<()> + Send + 'static,
    ) -> io::Result<Arc<Self>> {
        let queue = Arc::new(Self {
            waiting: Mutex::default(),
            has_lines: Condvar::new(),
        });
        let thread = thread::Builder::new().name("log".to_owned());
        let lines = Arc::clone(&queue);
        thread.spawn(move || lines.write_all(write))?;
        Ok(queue)
    }

    /// Adds a line, unless that many are waiting. The receiver ends once the line is written, or will
    /// never be.
    pub(super) fn add(&self, text: String, max_waiting: usize) -> oneshot::Receiver<()> {
        let (unwritten, written) = oneshot::channel();
        let mut waiting = self.lock();
        if waiting.lines.len() < max_waiting {
            waiting.lines.push(Line {
                text,
                _unwritten: unwritten,
            });
            self.has_lines.notify_one();
        } else {
            waiting.dropped = waiting.dropped.saturating_add(1);
        }
        written
    }

    fn write_all(&self, mut write: impl FnMut(&str) -> io::Result<()>) {
        loop {
            let Waiting { lines, dropped } = self.next();
            let mut text = String::new();
            for line in &lines {
                text.push_str(&line.text);
            }
            if dropped > 0 {
                let _ = writeln!(text, "imap-login: Dropped: lines={dropped}");
            }
            if write(&text).is_err() {
                // The disk may be full, or the reader of the pipe gone.
                let mut waiting = self.lock();
                waiting.dropped = waiting
                    .dropped
                    .saturating_add(lines.len())
                    .saturating_add(dropped);
            }
        }
    }

    /// Waits for lines, and removes them all.
    fn next(&self) -> Waiting {
        let waiting = self.lock();
        let is_empty = |waiting: &mut Waiting| waiting.lines.is_empty();
        let waiting = self.has_lines.wait_while(waiting, is_empty);
        mem::take(&mut waiting.unwrap_or_else(PoisonError::into_inner))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
