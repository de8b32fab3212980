//! The runtime of commands that use the network.

use std::{future::Future, process::ExitCode};

use tokio::runtime;

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
