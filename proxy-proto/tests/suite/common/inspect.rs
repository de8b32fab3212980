//! The inspect example as its users run it.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::SystemTime,
};

/// Runs the example with this standard input: its exit status and what it printed.
pub(crate) fn inspect(arguments: &[&str], input: impl AsRef<[u8]>) -> (i32, String) {
    let mut child = Command::new(example())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // Who is called wrongly does not read it.
    let writer = thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), stdout)
}

/// The binary beside this one: `target/<profile>/examples/inspect`.
///
/// `cargo test` builds it with the tests. With `--test` alone it does not, so that it may be missing,
/// or older than what it should show.
fn example() -> PathBuf {
    let this = env::current_exe().unwrap();
    let profile = this.parent().and_then(Path::parent).unwrap();
    let example = format!("inspect{}", env::consts::EXE_SUFFIX);
    let example = profile.join("examples").join(example);
    let built = fs::metadata(&example).and_then(|metadata| metadata.modified());
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let newest = ["src", "examples/inspect"].map(|directory| newest(&sources.join(directory)));
    assert!(
        built.is_ok_and(|built| newest.iter().all(|newest| *newest <= built)),
        "{} is missing or old: run `cargo build --example inspect`, or all of `cargo test`",
        example.display()
    );
    example
}

/// When a file below this directory was changed last.
fn newest(directory: &Path) -> SystemTime {
    let changed = fs::read_dir(directory).unwrap().map(|entry| {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            newest(&entry.path())
        } else {
            entry.metadata().unwrap().modified().unwrap()
        }
    });
    changed.max().unwrap()
}
