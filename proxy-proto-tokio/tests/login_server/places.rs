//! Which client must leave when all places are taken.

use crate::support::{Client, GREETING, Server};

/// One listener, which leaves 32 descriptors to other uses.
const CONFIG: &str = "[[listener]]\nname = \"imap\"\naddress = \"127.0.0.1:0\"";
const DESCRIPTORS: u32 = 64;
const PLACES: usize = 32;

#[test]
fn the_place_of_a_client_that_has_not_logged_in_goes_to_the_next() {
    let server = Server::start_limited(CONFIG, DESCRIPTORS);
    let greeted = || {
        let mut client = Client::connect(server.address("imap"));
        assert_eq!(client.line(), GREETING);
        client
    };
    let is_served = |client: &mut Client, command: &str| {
        client.send(format!("1 {command}\r\n").as_bytes());
        let line = client.line();
        assert!(line.starts_with("1 OK "), "{command}: {line}");
    };
    let must_leave = |client: &mut Client| {
        assert_eq!(client.rest(), "* BYE Too many connections\r\n");
        let peer = client.address;
        assert_eq!(
            server.line(),
            format!(
                "imap-login: Aborted: no login before its place was needed, peer={peer}, listener=imap"
            )
        );
    };

    let mut talking = greeted();
    is_served(&mut talking, "NOOP");
    let mut clients: Vec<_> = (1..PLACES).map(|_| greeted()).collect();

    // First the silent ones, in the order in which they came.
    let mut users = Vec::new();
    for mut silent in clients.drain(..) {
        let mut user = greeted();
        must_leave(&mut silent);
        is_served(&mut user, "LOGIN alice secret");
        server.line();
        users.push(user);
    }
    // Then those that have only talked.
    is_served(&mut talking, "NOOP");
    let mut last = greeted();
    must_leave(&mut talking);
    is_served(&mut last, "LOGIN alice secret");
    server.line();
    users.push(last);

    // Those that have logged in stay.
    let mut refused = Client::connect(server.address("imap"));
    assert_eq!(refused.rest(), "");
    let line = server.line();
    assert!(
        line.starts_with(
            "imap-login: Aborted: all places are taken by clients that have logged in"
        ),
        "{line}"
    );
    for user in &mut users {
        is_served(user, "NOOP");
    }
    // A place is free once a client leaves.
    users.pop().unwrap().send(b"z LOGOUT\r\n");
    let mut next = Client::connect(server.address("imap"));
    while next.line() != GREETING {
        next = Client::connect(server.address("imap"));
    }
}
