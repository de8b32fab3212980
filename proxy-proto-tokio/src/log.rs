//! Events as lines of `tracing`, no more of each kind than a log can bear.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use crate::event::{Event, EventKind};

/// How many lines of each kind a second there may be.
const LINES: u32 = 5;
const SECOND: Duration = Duration::from_secs(1);

/// The lines of the last second, by the name of their event.
#[derive(Debug, Default)]
pub(crate) struct Log {
    kinds: BTreeMap<&'static str, Lines>,
}

#[derive(Debug)]
struct Lines {
    since: Instant,
    written: u32,
    suppressed: u64,
}

impl Log {
    /// Logs a probe at trace and everything else at warn, with the number of lines of the same kind
    /// that were suppressed before it.
    pub(crate) fn event(&mut self, event: &Event<'_>) {
        let name = event.kind.name();
        let is_wanted = if event.kind.is_probe() {
            tracing::enabled!(tracing::Level::TRACE)
        } else {
            tracing::enabled!(tracing::Level::WARN)
        };
        if !is_wanted {
            return;
        }
        let Some(suppressed) = self.admit(name) else {
            return;
        };
        let (listener, kind) = (event.listener, &event.kind);
        match kind {
            EventKind::Refused { peer, .. } if kind.is_probe() => {
                tracing::trace!(reason = name, %peer, %listener, suppressed, "refused: {kind}");
            }
            EventKind::Refused { peer, .. } => {
                tracing::warn!(reason = name, %peer, %listener, suppressed, "refused: {kind}");
            }
            _ => tracing::warn!(reason = name, %listener, suppressed, "{kind}"),
        }
    }

    /// How many were suppressed before this line, if it may be written.
    fn admit(&mut self, name: &'static str) -> Option<u64> {
        let now = Instant::now();
        let lines = self.kinds.entry(name).or_insert(Lines {
            since: now,
            written: 0,
            suppressed: 0,
        });
        if now.duration_since(lines.since) >= SECOND {
            lines.since = now;
            lines.written = 0;
        }
        if lines.written >= LINES {
            lines.suppressed = lines.suppressed.saturating_add(1);
            return None;
        }
        lines.written = lines.written.saturating_add(1);
        Some(std::mem::take(&mut lines.suppressed))
    }
}
