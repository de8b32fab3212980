//! What happens to the fleet: one backend is killed, and one is drained as an operator would do it.

use core::error::Error;

use rustix::process::Signal;
use tokio::{sync::watch, time::Instant};

use crate::{
    DRAINED, Load,
    backend::{Backend, Record},
    haproxy::{Haproxy, StickTable},
};

/// What was done and seen, in this order.
pub(crate) struct Steps {
    pub(crate) start: Instant,
    /// HAProxy's stick table, before the kill.
    pub(crate) table: StickTable,
    pub(crate) table_read: Step,
    pub(crate) kill: Step,
    /// New clients are sent elsewhere.
    pub(crate) drain: Step,
    /// The stick table, before `maint`.
    pub(crate) later_table: StickTable,
    /// The clients in the stick table are sent elsewhere too.
    pub(crate) maint: Step,
    pub(crate) killed: Record,
    /// Ended after its last session.
    pub(crate) drained: Record,
}

/// When a step began, and when it was done.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) begun: Instant,
    pub(crate) done: Instant,
}

/// Takes each step when that part of all logins has been acknowledged.
pub(crate) async fn run(
    haproxy: &Haproxy,
    one: Backend,
    two: Backend,
    load: Load,
    mut logged_in: watch::Receiver<u32>,
) -> Result<Steps, Box<dyn Error>> {
    let start = Instant::now();
    let tenths = |count: u32| move |logins: &u32| *logins >= load.logins / 10 * count;

    logged_in.wait_for(tenths(3)).await?;
    let (table, table_read) = step(haproxy.table()).await?;
    let (killed, kill) = step(one.end(Signal::KILL)).await?;

    logged_in.wait_for(tenths(5)).await?;
    let ((), drain) = step(haproxy.set_state(DRAINED, "drain")).await?;
    logged_in.wait_for(tenths(6)).await?;
    let later_table = haproxy.table().await?;
    let ((), maint) = step(haproxy.set_state(DRAINED, "maint")).await?;
    haproxy.await_no_session(DRAINED).await?;
    let drained = two.end(Signal::TERM).await?;

    Ok(Steps {
        start,
        table,
        table_read,
        kill,
        drain,
        later_table,
        maint,
        killed,
        drained,
    })
}

async fn step<T>(
    action: impl Future<Output = Result<T, Box<dyn Error>>>,
) -> Result<(T, Step), Box<dyn Error>> {
    let begun = Instant::now();
    let result = action.await?;
    let done = Instant::now();
    Ok((result, Step { begun, done }))
}
