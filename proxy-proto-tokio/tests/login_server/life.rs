//! Startup, demo and shutdown.

use std::net::TcpListener;

use rustix::process::Signal;

use crate::support::{CONFIG, Client, ConfigFile, GREETING, Process, Server, failure};

#[test]
fn a_signal_stops_it_and_it_says_goodbye_to_every_session() {
    for signal in [Signal::INT, Signal::TERM] {
        let server = Server::start(CONFIG);
        let mut user = Client::connect(server.address("imap"));
        user.send(b"1 LOGIN alice secret\r\n");
        assert_eq!(user.line(), GREETING);
        assert_eq!(user.line(), "1 OK Logged in\r\n");
        let mut silent = Client::connect(server.address("imap_haproxy"));

        let (status, lines) = server.end(signal);
        assert!(status.success(), "{status}");
        assert!(
            lines
                .first()
                .is_some_and(|line| line.contains("user=<alice>"))
        );
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(user.rest(), "* BYE The service is shutting down\r\n");
        assert_eq!(silent.rest(), "");
    }
}

#[test]
fn the_error_names_a_missing_file() {
    let error = failure(Process::spawn(&["--config", "/nonexistent/imap.toml"]));
    assert!(error.contains("--config /nonexistent/imap.toml"), "{error}");
}

#[test]
fn all_listeners_are_bound_or_none_is_served() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let file = ConfigFile::new(&format!(
        "[[listener]]\nname = \"free\"\naddress = \"127.0.0.1:0\"\n\
         [[listener]]\nname = \"taken\"\naddress = \"{address}\""
    ));
    let error = failure(Process::spawn(&["--config", &file.path()]));
    let named = format!("listener \"taken\": address = \"{address}\"");
    assert!(error.contains(&named), "{error}");
}

#[test]
fn the_demo_sees_the_expected_outcomes() {
    let mut demo = Process::spawn(&["--demo"]);
    let lines = demo.remaining_lines();
    let (status, error) = demo.finish();
    assert!(status.success(), "{status}: {error}");
    let columns = ["CLIENT", "LISTENER", "SAW", "LOGGED"];
    assert_eq!(
        lines
            .first()
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>(),
        columns
    );
    assert!(lines.len() > 20, "{lines:?}");
}
