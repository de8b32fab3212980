//! The programs of the examples.

use std::{env, path::PathBuf};

/// The login-server example.
pub(crate) fn login_server() -> PathBuf {
    program("proxy-proto-tokio", "login-server")
}

/// Where Cargo puts an example: next to the directory of the tests.
pub(crate) fn program(package: &str, example: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let program = profile.join("examples").join(example);
    assert!(
        program.exists(),
        "{} is missing; run `cargo build -p {package} --example {example}` first",
        program.display()
    );
    program
}
