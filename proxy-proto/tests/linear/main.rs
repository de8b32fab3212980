//! The work grows no faster than the header: doubling its length at most doubles the instructions
//! that it takes, counted by valgrind. Time is not measured.
//!
//! `.ci/run linear` runs this, optimized. The test starts itself under valgrind once for every case
//! and length.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of a test"
)]

mod cases;

use std::{env, process::Command};

use cases::{CASES, Case};

/// In the process that is measured, the case and the length.
const MEASURED: [&str; 2] = ["LINEAR_CASE", "LINEAR_LEN"];

#[test]
#[ignore = "needs valgrind: `.ci/run linear`"]
fn work_at_most_doubles_with_the_length() {
    let [name, len] = MEASURED.map(|variable| env::var(variable).ok());
    match (name, len) {
        (Some(name), Some(len)) => {
            let case = CASES.iter().find(|case| case.name == name).unwrap();
            let input = (case.prepare)(len.parse().unwrap());
            measured(case.work, &input);
        }
        _ => CASES.iter().for_each(assert_linear),
    }
}

fn assert_linear(case: &Case) {
    let counts = case.lens.map(|len| instructions(case, len));
    let factors = [0, 1, 2].map(|i| counts[i + 1] / counts[i]);
    println!("{}: {:?} {counts:.0?} {factors:.3?}", case.name, case.lens);
    assert!(
        factors.iter().all(|&factor| factor <= AT_MOST),
        "{}: more than twice the work for twice the length",
        case.name
    );
}

/// What valgrind counts.
#[inline(never)]
fn measured(work: fn(&[u8]), input: &[u8]) {
    work(input);
}

/// Instructions inside of [`measured`], for this case and length.
fn instructions(case: &Case, len: usize) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(concat!("--toggle-collect=", module_path!(), "::measured*"))
        .arg(env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "work_at_most_doubles_with_the_length",
        ])
        .envs(MEASURED.into_iter().zip([case.name, &len.to_string()]))
        .output()
        .expect("valgrind");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let (_, collected) = log.split_once("Collected : ").expect("a count");
    let count = collected.lines().next().unwrap().parse().unwrap();
    assert!(count > 0.0, "nothing was counted: {log}");
    count
}

/// Two, and some noise from how memory is copied and compared.
const AT_MOST: f64 = 2.1;
