//! One timer for all deadlines of a listener, and its pauses.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// Made when a time is first waited for, and set again only for an earlier one: a later one is set
/// when it fires.
#[derive(Debug, Default)]
pub(super) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    /// Wakes the task of `cx` by this time; ready if the time has come, or the timer was still set for
    /// an earlier one.
    pub(super) fn poll(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.is_elapsed() || at < sleep.deadline() {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx)
    }
}

/// The pause after an error of accept(2): short at first, so that a single error costs little, and
/// longer while there are only errors.
#[derive(Debug, Default)]
pub(super) struct Pause {
    until: Option<Duration>,
    last: Duration,
}

impl Pause {
    const FIRST: Duration = Duration::from_millis(5);
    const MAX: Duration = Duration::from_millis(100);

    /// Begins a pause, and reports how long it is.
    pub(super) fn begin(&mut self, now: Duration) -> Duration {
        self.last = self.last.saturating_mul(2).clamp(Self::FIRST, Self::MAX);
        self.until = Some(now.saturating_add(self.last));
        self.last
    }

    /// Ends the row of errors.
    pub(super) fn end(&mut self) {
        self.last = Duration::ZERO;
    }

    /// Whether there is a pause. Asks for the time only if one was begun.
    pub(super) fn is_on(&mut self, now: impl FnOnce() -> Duration) -> bool {
        if self.until.is_some_and(|until| until <= now()) {
            self.until = None;
        }
        self.until.is_some()
    }

    pub(super) const fn until(&self) -> Option<Duration> {
        self.until
    }
}
