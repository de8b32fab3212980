//! Counting, by running this program once more under callgrind.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{Error, Result},
    path::Path,
    process::{self, Command},
};

use crate::{
    check::OUT_LEN,
    instructions::{cases, measured},
};

/// Runs every case twice, the first time so that nothing is loaded in the second: what callgrind
/// looks at.
pub fn run() {
    let mut out = [0; OUT_LEN];
    for case in cases() {
        measured(&case, &mut out);
        measured(&case, &mut out);
    }
}

/// The instructions of what has these names, counted while this program runs with `argument`, at which
/// it must call [`run`] or the like: each of them twice, in this order.
///
/// # Errors
///
/// If callgrind cannot be started, or counts fewer than there are names.
pub fn count(argument: &str, names: impl Iterator<Item = String>) -> Result<BTreeMap<String, u64>> {
    let directory = env::temp_dir().join(format!("proxy-proto-instructions-{}", process::id()));
    fs::create_dir_all(&directory)?;
    let counts = count_in(&directory, argument, names);
    fs::remove_dir_all(&directory)?;
    counts
}

fn count_in(
    directory: &Path,
    argument: &str,
    names: impl Iterator<Item = String>,
) -> Result<BTreeMap<String, u64>> {
    let out_file = directory.join("out");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--combine-dumps=no"])
        // Two patterns for one function: of two options with the same one callgrind keeps the last.
        .args([
            "--toggle-collect=*measured*",
            "--dump-after=*instructions::measured*",
        ])
        .arg(format!("--callgrind-out-file={}", out_file.display()))
        .arg(env::current_exe()?)
        .arg(argument)
        .output()?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(Error::other(format!("callgrind failed: {stderr}")));
    }
    let mut counts = BTreeMap::new();
    for (name, second) in names.zip((2_usize..).step_by(2)) {
        let dump = fs::read_to_string(directory.join(format!("out.{second}")))?;
        let total = dump
            .lines()
            .find_map(|line| line.strip_prefix("totals: "))
            .and_then(|total| total.trim().parse().ok())
            .ok_or_else(|| Error::other("a dump of callgrind without totals"))?;
        counts.insert(name, total);
    }
    Ok(counts)
}
