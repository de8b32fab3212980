//! The examples as programs.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::ChildStdout,
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, SystemTime},
};

/// The lines that a running program prints.
pub(crate) struct Lines(Receiver<String>);

impl Lines {
    pub(crate) fn of(stdout: ChildStdout) -> Self {
        let (sender, receiver) = mpsc::channel();
        let lines = BufReader::new(stdout).lines();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self(receiver)
    }

    /// The next line; fails the test, rather than block it, if there is none.
    pub(crate) fn next(&self) -> String {
        self.0.recv_timeout(Duration::from_secs(20)).unwrap()
    }
}

/// The binary of an example: `target/<profile>/examples/<name>`, next to the directory of this one.
///
/// `cargo test` builds it with the tests. `cargo test --test` does not, so it may be missing or out
/// of date.
pub(crate) fn example(name: &str) -> PathBuf {
    let this = env::current_exe().unwrap();
    let profile = this.parent().and_then(Path::parent).unwrap();
    let example = format!("{name}{}", env::consts::EXE_SUFFIX);
    let example = profile.join("examples").join(example);
    let built = fs::metadata(&example).and_then(|metadata| metadata.modified());
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut source = package.join("examples").join(name);
    if !source.is_dir() {
        source.set_extension("rs");
    }
    let mut newest = changed(&package.join("src")).max(changed(&source));
    if name == "inspect" {
        newest = newest.max(changed(&package.join("../proxy-proto-cli/src")));
    }
    assert!(
        built.is_ok_and(|built| newest <= built),
        "{} is missing or out of date: run `cargo build --example {name}`, or all of `cargo test`",
        example.display()
    );
    example
}

/// When this file, or the newest one in this directory, was changed.
fn changed(path: &Path) -> SystemTime {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap();
        let times = entries.map(|entry| changed(&entry.unwrap().path()));
        times.max().unwrap()
    } else {
        fs::metadata(path).unwrap().modified().unwrap()
    }
}
