//! A small run of the example `fleet`, and one whose goals are missed.

use std::{fs, path::Path};

use tokio::process::Command;

use crate::support::{Scratch, example};

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn no_login_is_lost_while_one_backend_is_killed_and_one_is_drained() {
    let directory = Scratch::new();
    let (succeeded, page) = fleet(&directory, &[]).await;
    assert!(succeeded, "{page}");
    assert!(!page.contains(" **no** |"), "{page}");
    let picture = fs::read_to_string(directory.path("fleet.svg")).unwrap();
    assert!(picture.starts_with("<svg "), "{picture}");
}

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn a_fleet_that_does_not_consult_its_stick_table_fails() {
    let directory = Scratch::new();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/fleet/haproxy.cfg");
    let own = fs::read_to_string(own).unwrap();
    let config = directory.write("haproxy.cfg", &own.replace("    stick match src\n", ""));
    let config = format!("--config={}", config.display());
    let (succeeded, page) = fleet(&directory, &[&config]).await;
    assert!(!succeeded, "{page}");
    assert!(!is_met(&page, "Clients that changed backend"));
    // Where clients go does not matter to the logs.
    assert!(is_met(&page, "Acknowledged logins"));
}

/// Whether the goal in the row that starts like this is met.
fn is_met(page: &str, what: &str) -> bool {
    let start = format!("| {what}");
    let row = page.lines().find(|line| line.starts_with(&start));
    row.unwrap_or_else(|| panic!("no {what}:\n{page}"))
        .ends_with("| yes |")
}

/// Whether the goals were met, and the page.
async fn fleet(directory: &Scratch, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(example::program("proxy-proto-tokio", "fleet"));
    command
        .args(["--logins=600", "--rate=200", "--distance=5", "--check"])
        .args(arguments)
        .arg(directory.directory())
        .kill_on_drop(true);
    let output = command.output().await.unwrap();
    let page = fs::read_to_string(directory.path("FLEET.md"));
    (
        output.status.success(),
        page.unwrap_or_else(|_| format!("{output:?}")),
    )
}
