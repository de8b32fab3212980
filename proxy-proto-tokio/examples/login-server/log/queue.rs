//! Lines on their way to a thread that writes them.
//!
//! A write can block for as long as the reader likes: a pipe is full after 64 KiB. So no task of the
//! service writes, or waits for room. Lines for which there is no room are dropped, and their number
//! is written after those that still found room.
//!
//! Lines that are not urgent wait for others for up to [`DELAY`], and are written together. Waking the
//! thread for each of them was more than a third of the CPU time that refusing a connection took.

use core::{fmt::Write, mem, time::Duration};
use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use tokio::sync::oneshot;

/// The lines that wait to be written.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// Notified of the first line and of each that is urgent.
    has_lines: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    is_urgent: bool,
    /// How many lines were dropped since the last that was written.
    dropped: usize,
}

struct Line {
    text: String,
    /// Dropped once the line is written, or never will be.
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

    /// Adds a line, unless that many are waiting. The receiver ends once the line is written, or never
    /// will be.
    pub(super) fn add(
        &self,
        text: String,
        max_waiting: usize,
        is_urgent: bool,
    ) -> oneshot::Receiver<()> {
        let (unwritten, written) = oneshot::channel();
        let mut waiting = self.lock();
        if waiting.lines.len() < max_waiting {
            waiting.lines.push(Line {
                text,
                _unwritten: unwritten,
            });
            // So is a line after which there is no room.
            let is_urgent = is_urgent || waiting.lines.len() >= max_waiting;
            if waiting.lines.len() == 1 || is_urgent {
                waiting.is_urgent |= is_urgent;
                self.has_lines.notify_one();
            }
        } else {
            waiting.dropped = waiting.dropped.saturating_add(1);
        }
        written
    }

    fn write_all(&self, mut write: impl FnMut(&str) -> io::Result<()>) {
        loop {
            let Waiting { lines, dropped, .. } = self.next();
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

    /// Waits for lines, then for more unless one is urgent, and removes them all.
    fn next(&self) -> Waiting {
        let waiting = self.lock();
        let is_empty = |waiting: &mut Waiting| waiting.lines.is_empty();
        let waiting = self.has_lines.wait_while(waiting, is_empty);
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let is_patient = |waiting: &mut Waiting| !waiting.is_urgent;
        let waiting = self
            .has_lines
            .wait_timeout_while(waiting, DELAY, is_patient);
        let (mut waiting, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        mem::take(&mut waiting)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a line that is not urgent waits for others.
const DELAY: Duration = Duration::from_millis(5);
