//! Refusals as events of `tracing`. Alone in its process: `tracing` remembers whether an event is of
//! interest, and would ask the thread of another test, which has no subscriber.

#![expect(clippy::unwrap_used, reason = "fails the test")]

#[expect(dead_code, reason = "the tests of the listener use the rest")]
#[path = "listener/support.rs"]
mod support;

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::advance;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span, subscriber,
};

use crate::support::{client, listener, policy, until_events};

/// Writes down every event: its level and its fields.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // The ports of both ends are any.
        if !["peer", "listener"].contains(&field.name()) {
            write!(self.0, " {field}={value:?}").unwrap();
        }
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("proxy_proto_tokio")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test(start_paused = true)]
async fn lines_are_few_and_the_next_one_counts_those_suppressed() {
    let lines = Lines::default();
    let _guard = subscriber::set_default(lines.clone());
    let (mut listener, events) = listener(policy());
    for count in 1..=12 {
        let _stranger = client(&listener, 3, b"").await;
        until_events(&mut listener, &events, count).await;
    }
    drop(client(&listener, 1, b"").await);
    until_events(&mut listener, &events, 13).await;
    advance(Duration::from_secs(1)).await;
    let _stranger = client(&listener, 3, b"").await;
    until_events(&mut listener, &events, 14).await;

    let untrusted = |suppressed: u32| {
        let text = "message=refused: not trusted reason=\"not_trusted\"";
        format!("{} {text} suppressed={suppressed}", Level::WARN)
    };
    let mut expected = vec![untrusted(0); 5];
    let probe = "message=refused: closed before any byte of a header";
    expected.push(format!(
        "{} {probe} reason=\"closed_before_header\" suppressed=0",
        Level::TRACE
    ));
    expected.push(untrusted(7));
    assert_eq!(*lines.0.lock().unwrap(), expected);
}
