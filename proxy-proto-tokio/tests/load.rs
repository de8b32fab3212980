//! The load example, with small numbers. How long things take is not checked here.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "fails the test")]

#[path = "support/example.rs"]
mod example;

use std::{
    ffi::OsStr,
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    process::{self, Command, Output},
    thread,
};

#[test]
fn login_server_withstands_a_small_load() {
    assert!(example::login_server().exists());
    let output = load(&[
        "--rounds=1",
        "--deadline=5",
        "--silent=1000",
        "--logins=2000",
        "--flood=200",
        "--rate=100",
        "--seconds=1",
    ]);
    assert!(output.status.success(), "{output:?}");
    let report = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<_> = report
        .lines()
        .filter(|line| line.ends_with(" yes |") || line.ends_with(" **no** |"))
        .collect();
    assert_eq!(rows.len(), 7, "{report}");
    // These do not depend on time.
    for figure in [
        "Resident memory for each of 1000 silent connections",
        "Descriptors and resident memory of the server",
    ] {
        let row = rows
            .iter()
            .find(|row| row.starts_with(&format!("| {figure}")));
        assert!(row.unwrap().ends_with("| yes |"), "{report}");
    }
}

#[test]
fn a_server_that_serves_untrusted_peers_fails() {
    // They stay open: closing one with bytes unread would reset it.
    let mut clients = Vec::new();
    let server = serve(move |mut client| {
        client.write_all(b"1 OK Logged in\r\n").unwrap();
        clients.push(client);
    });
    let output = load(&against(server, &["flood", "--rounds=1", "--flood=10"]));
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.ends_with("load: a client that must be refused was served: \"1\"\n"),
        "{error}"
    );
}

#[test]
fn a_missed_goal_fails_only_with_check() {
    // Sooner than at the deadline.
    let server = serve(drop);
    let mut arguments = against(server, &["drip"]);
    let output = load(&arguments);
    assert!(output.status.success(), "{output:?}");
    arguments.push("--check".to_owned());
    let output = load(&arguments);
    assert!(!output.status.success());
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.ends_with(" **no** |\n"), "{report}");
}

/// A server in this process that treats every client alike.
fn serve(client: impl FnMut(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || listener.incoming().map(Result::unwrap).for_each(client));
    address
}

/// The arguments for this scenario on that server.
fn against(server: SocketAddr, scenario: &[&str]) -> Vec<String> {
    let (server, process) = (
        format!("--server={server}"),
        format!("--pid={}", process::id()),
    );
    let arguments = scenario.iter().map(|&argument| argument.to_owned());
    arguments.chain([server, process]).collect()
}

fn load(arguments: &[impl AsRef<OsStr>]) -> Output {
    let program = example::program("proxy-proto-tokio", "load");
    Command::new(program).args(arguments).output().unwrap()
}
