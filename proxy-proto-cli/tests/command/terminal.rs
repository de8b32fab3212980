//! On a terminal: colours, hex digits instead of bytes, and nothing that it would obey.

use std::{
    fs::File,
    io::{Read, Write},
    os::fd::OwnedFd,
    process::Stdio,
};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::support::{HOSTILE, command, read_to_end, service};

#[test]
fn what_comes_back_is_escaped() {
    let (address, service) = service(|mut stream| {
        read_to_end(&mut stream);
        stream
            .write_all(format!("one\r\n{HOSTILE}\n").as_bytes())
            .unwrap();
    });
    let shown = on_a_terminal(&["send", &address, "--local"]);
    service.join().unwrap();
    // The terminal adds the CR before each LF.
    let want = r"one\r".to_owned() + "\r\n" + r"\x1b[2J\xc2\x9b1m\x7f\xe2\x80\xae" + "\r\n";
    assert_eq!(shown, want);
}

#[test]
fn a_listing_has_colours_and_a_header_is_hex_digits() {
    let listing = on_a_terminal(&["decode", "--hex", "50524f585920554e4b4e4f574e0d0a"]);
    assert!(listing.contains("\x1b[32mcomplete\x1b[0m"), "{listing:?}");
    let header = on_a_terminal(&["encode", "--v1"]);
    assert_eq!(header, "50524f585920554e4b4e4f574e0d0a\r\n");
}

#[test]
fn what_is_typed_is_waited_for_with_a_note() {
    let (controller, terminal) = open_terminal();
    let mut command = command(&["decode"]);
    command.stdin(OwnedFd::from(terminal));
    let child = command.spawn().unwrap();
    drop(command);
    // A line, and Ctrl-D.
    (&controller).write_all(b"PROXX\n\x04").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let note = "proxy-proto: reading a header from the terminal; Ctrl-D ends it\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), note);
}

/// What the command prints to a terminal.
fn on_a_terminal(arguments: &[&str]) -> String {
    let (mut controller, terminal) = open_terminal();
    let mut command = command(arguments);
    command
        .stdin(Stdio::null())
        .stdout(OwnedFd::from(terminal))
        .env("TERM", "xterm")
        .env_remove("NO_COLOR");
    let mut child = command.spawn().unwrap();
    // Its copies of the terminal are closed, so that the child's is the last one.
    drop(command);
    let mut shown = Vec::new();
    let mut buffer = [0; 1000];
    // Linux reports an error, rather than an end, once the last one is closed.
    while let Ok(len @ 1..) = controller.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..len]);
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8(shown).unwrap()
}

/// The two ends of a new terminal: that of this test, and that of the command.
fn open_terminal() -> (File, File) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let terminal = File::options()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap())
        .unwrap();
    (File::from(controller), terminal)
}
