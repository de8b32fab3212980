//! `conform` with receivers that it starts itself, from recipes.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use crate::{
    conform::SHOWN,
    support::{command, finish, run, scratch},
};

#[test]
fn a_receiver_with_a_recipe_has_its_settings_there() {
    for option in ["--receiver", "--matrix"] {
        let run = run(&[&["conform", option, "haproxy"], &SHOWN[..]].concat(), "");
        assert_eq!(run.status, 64, "{}", run.stderr);
        assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
    }
}

#[test]
fn receivers_are_listed() {
    let run = run(&["conform", "--list-receivers"], "");
    assert_eq!(run.status, 0);
    for name in ["haproxy", "nginx-http", "dovecot", "proxy-proto-tokio"] {
        assert!(run.text().contains(&format!("{name} ")), "{}", run.text());
    }
}

/// A recipe that starts `proxy-proto listen`, and writes its process id to a file.
fn recipe(name: &str) -> (PathBuf, PathBuf) {
    let directory = scratch(name);
    let pid = directory.join("pid");
    fs::create_dir_all(directory.join("listen")).unwrap();
    // That of an earlier run.
    let _ = fs::remove_file(&pid);
    let program = env!("CARGO_BIN_EXE_proxy-proto");
    let text = format!(
        "title = 'listen'\n\
        start = ['sh', '-c', 'echo $$ > {} && exec {program} listen 127.0.0.1:@PORT@ --trust 127.0.0.1']\n\
        [version]\n\
        command = ['{program}', '--version']\n\
        pattern = 'proxy-proto (?<version>\\S+)'\n\
        [service]\n\
        shown = 'client=(?<address>\\S+)'\n",
        pid.display()
    );
    fs::write(directory.join("listen/recipe.toml"), text).unwrap();
    (directory, pid)
}

#[test]
fn a_matrix_is_made_of_receivers_that_are_started() {
    let (recipes, pid) = recipe("conform-matrix");
    let directory = recipes.to_str().unwrap();
    let arguments = ["conform", "--recipes", directory, "--matrix", directory];
    let run = run(&arguments, "");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let csv = fs::read_to_string(recipes.join("conformance-matrix.csv")).unwrap();
    let version = format!("# listen: listen {}\n", env!("CARGO_PKG_VERSION"));
    assert!(csv.contains(&version), "{csv}");
    assert!(
        csv.contains("\nv1-tcp4,2.1,must,serve,pass: served\n"),
        "{csv}"
    );
    assert!(!csv.contains("fail"), "{csv}");
    let text = fs::read_to_string(recipes.join("CONFORMANCE-MATRIX.md")).unwrap();
    assert!(
        text.contains("- Accepts what the specification forbids: nothing.\n"),
        "{text}"
    );
    assert!(!is_running(&pid));
}

#[test]
fn an_interrupt_leaves_no_receiver_behind() {
    let (recipes, pid) = recipe("conform-interrupted");
    let directory = recipes.to_str().unwrap();
    let arguments = ["conform", "--recipes", directory, "--receiver", "listen"];
    let mut child = command(&arguments).spawn().unwrap();
    while !is_running(&pid) {
        assert!(child.try_wait().unwrap().is_none(), "it started nothing");
        thread::sleep(Duration::from_millis(10));
    }
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    assert_eq!(finish(child, "").status, 130);
    assert!(!is_running(&pid));
}

/// Whether the process with the id in this file is there.
fn is_running(file: &Path) -> bool {
    let pid = fs::read_to_string(file).unwrap_or_default();
    let pid = pid
        .trim()
        .parse()
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}
