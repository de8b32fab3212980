//! The poll-echo example, as a user runs it. Its handshakes pass the table of connections as well.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::example::{Lines, example};

#[test]
fn one_thread_serves_a_client_while_others_are_silent_and_ends_on_sigterm() {
    let mut process = Command::new(example("poll-echo"))
        .args(["--listen", "127.0.0.1:0", "--trust", "127.0.0.1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let log = Lines::of(process.stdout.take().unwrap());
    let line = log.next();
    let address = line.strip_prefix("listening ").unwrap();
    let address: SocketAddr = address.parse().unwrap();

    let silent = [(); 8].map(|()| TcpStream::connect(address).unwrap());
    let mut client = TcpStream::connect(address).unwrap();
    let header = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
    let payload = vec![b'x'; 1 << 20];
    let mut sender = client.try_clone().unwrap();
    let received = std::thread::scope(|scope| {
        scope.spawn(|| {
            sender.write_all(header).unwrap();
            sender.write_all(&payload).unwrap();
            sender.shutdown(Shutdown::Write).unwrap();
        });
        let mut received = Vec::new();
        client.read_to_end(&mut received).unwrap();
        received
    });
    let endpoints = "client=192.0.2.1:56324 server=198.51.100.7:143";
    let greeting = format!("{endpoints}\r\n");
    assert!(received == [greeting.as_bytes(), &payload].concat());
    assert_eq!(log.next(), format!("accepted {endpoints}"));

    let [first, ..] = &silent;
    let peer = first.local_addr().unwrap();
    first.shutdown(Shutdown::Both).unwrap();
    let error = "closed before any byte of a header";
    assert_eq!(log.next(), format!("refused peer={peer} error=\"{error}\""));

    kill_process(Pid::from_child(&process), Signal::TERM).unwrap();
    assert!(process.wait().unwrap().success());
}
