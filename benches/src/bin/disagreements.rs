//! Writes DISAGREEMENTS.md.

use std::{fs, io};

use proxy_proto_benches::disagreements::report;

fn main() -> io::Result<()> {
    fs::write(
        concat!(env!("CARGO_MANIFEST_DIR"), "/DISAGREEMENTS.md"),
        report(),
    )
}
