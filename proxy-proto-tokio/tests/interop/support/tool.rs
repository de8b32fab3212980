//! Runs programs to completion, and starts servers.

use std::{
    fs::File,
    path::Path,
    process::{Output, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::deadline::within;

/// What the program wrote to standard output; panics unless it succeeds in time.
pub(crate) async fn output_of(program: &str, arguments: &[&str]) -> String {
    let output = run(program, arguments).await;
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Everything that the program writes, to both outputs, whether it succeeds or not.
pub(crate) async fn all_output_of(program: &str, arguments: &[&str]) -> String {
    let output = run(program, arguments).await;
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// Starts a server that is killed when the child is dropped, with its messages in the file `log`.
pub(crate) fn serve(program: &str, arguments: &[&Path], log: &Path) -> Child {
    let log = File::create(log).unwrap();
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run {program}: {error}"))
}

/// Sends SIGTERM to a process that has not ended.
pub(crate) fn terminate(child: &Child) {
    let pid = i32::try_from(child.id().unwrap()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
}

async fn run(program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    within(program, command.output())
        .await
        .unwrap_or_else(|error| panic!("cannot run {program}: {error}"))
}
