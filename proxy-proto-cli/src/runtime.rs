//! The runtime of commands that use the network.

use std::{
    future::{self, Future},
    process::ExitCode,
};

#[cfg(unix)]
use tokio::signal::unix;
use tokio::{runtime, select, signal};

use crate::failure::Failure;

/// Runs a command to its end. A thread that still waits for standard input does not delay the exit.
pub(crate) fn block_on(
    command: impl Future<Output = Result<ExitCode, Failure>>,
) -> Result<ExitCode, Failure> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(command);
    runtime.shutdown_background();
    outcome
}

/// Returns when a signal asks this process to end: that of Ctrl-C, or SIGTERM.
pub(crate) async fn interrupted() {
    let interrupt = signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminate) = unix::signal(unix::SignalKind::terminate()) {
        select! {
            biased;
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    // If the signal cannot be caught, it ends the process without this.
    if interrupt.await.is_err() {
        future::pending::<()>().await;
    }
}
