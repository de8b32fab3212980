//! Writes DISAGREEMENTS.md.

use std::{fs, io};

use proxy_proto_benches::disagreements::report;

fn main() -> io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/DISAGREEMENTS.md");
    fs::write(path, report())
}
