//! The program of the login-server example.

use std::{env, path::PathBuf};

/// Where Cargo puts it: beside the directory of the tests.
pub(crate) fn login_server() -> PathBuf {
    let test = env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let program = profile.join("examples").join("login-server");
    assert!(
        program.exists(),
        "{} is missing; `cargo test` builds it, `cargo test --test` does not: \
         run `cargo build -p proxy-proto-tokio --example login-server` first",
        program.display()
    );
    program
}
