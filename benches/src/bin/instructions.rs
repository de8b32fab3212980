//! Compares the instructions of every input with the stored ones; with `--update` stores them, and
//! with `--contestants` writes INSTRUCTIONS.md, those of all peers.

use std::{env, fs, io::Error, process::ExitCode};

use proxy_proto_benches::{
    instructions::{Stored, Verdict, cases, compare, contestants, count, run, run_contestants},
    versions,
};

fn main() -> Result<ExitCode, Error> {
    let argument = env::args().nth(1);
    if argument.as_deref() == Some(RUN) {
        run();
        return Ok(ExitCode::SUCCESS);
    }
    if argument.as_deref() == Some(RUN_CONTESTANTS) {
        run_contestants();
        return Ok(ExitCode::SUCCESS);
    }
    if cfg!(debug_assertions) {
        return Err(Error::other(
            "counts are those of a release: cargo run --release",
        ));
    }
    let rustc = versions::rustc();
    if argument.as_deref() == Some("--contestants") {
        fs::write(
            PAGE,
            format!("{HEAD}{rustc}\n\n{}", contestants(RUN_CONTESTANTS)?),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let names = || cases().into_iter().map(|case| case.name());
    if argument.as_deref() == Some("--update") {
        fs::write(FILE, Stored::write(&rustc, &count(RUN, names())?))?;
        return Ok(ExitCode::SUCCESS);
    }
    let stored = Stored::read(&fs::read_to_string(FILE)?).map_err(Error::other)?;
    if stored.rustc != rustc {
        println!(
            "stored for {}, this is {rustc}: nothing is compared",
            stored.rustc
        );
        return Ok(ExitCode::SUCCESS);
    }
    let counts = count(RUN, names())?;
    Ok(match compare(&stored, &rustc, &counts) {
        Verdict::Fine(better) => {
            println!("{} inputs, none rose by more than 2 %", counts.len());
            for line in better {
                println!("fell, store it with --update: {line}");
            }
            ExitCode::SUCCESS
        }
        Verdict::Worse(worse) => {
            for line in worse {
                println!("{line}");
            }
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    })
}

/// With this argument the program is the one that is counted.
const RUN: &str = "--run";

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.toml");

/// With this argument the program is the one in which all contestants are counted.
const RUN_CONTESTANTS: &str = "--run-contestants";

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/INSTRUCTIONS.md");

const HEAD: &str = "# Instructions

What every contestant that is right takes for one header, endpoints at hand, counted by callgrind. Written by
`cargo run --release -p proxy-proto-benches --bin instructions -- --contestants`. Counts of whole calls, what this
program does around them included, which is little and the same for all.

";
