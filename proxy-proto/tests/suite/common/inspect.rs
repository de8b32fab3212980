//! The inspect example as its users run it.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    ffi::OsStr,
    io::Write,
    process::{Child, Command, Stdio},
    thread,
};

use crate::common::example::{Lines, example};

/// Runs the example with this standard input: its exit status and what it printed.
pub(crate) fn inspect(arguments: &[&str], input: impl AsRef<[u8]>) -> (i32, String) {
    let (status, stdout, _) = inspect_to_end(arguments, input);
    (status, stdout)
}

/// The same, with what it printed to standard error as well. Panics unless all of it is ASCII.
pub(crate) fn inspect_to_end<S: AsRef<OsStr>>(
    arguments: &[S],
    input: impl AsRef<[u8]>,
) -> (i32, String, String) {
    let mut child = start(arguments);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // If the usage is wrong, the input is not read.
    let writer = thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|printed| {
        let printed = String::from_utf8(printed).unwrap();
        let is_clean = |byte| matches!(byte, b'\n' | b' '..=b'~');
        assert!(printed.bytes().all(is_clean), "{printed:?}");
        printed
    });
    (output.status.code().unwrap(), stdout, stderr)
}

/// The answer to each line, read before the next line is written.
pub(crate) fn converse(option: &str, lines: &[&str]) -> Vec<String> {
    let mut child = start(&[option]);
    let mut stdin = child.stdin.take().unwrap();
    let printed = Lines::of(child.stdout.take().unwrap());
    let answers = lines.iter().map(|line| {
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        printed.next()
    });
    let answers = answers.collect();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    answers
}

fn start<S: AsRef<OsStr>>(arguments: &[S]) -> Child {
    Command::new(example("inspect"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}
