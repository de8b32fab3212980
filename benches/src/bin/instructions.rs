//! Compares the instructions of every input with the stored ones; with `--update` stores them.

use std::{env, fs, io::Error, process::ExitCode};

use proxy_proto_benches::{
    instructions::{Stored, Verdict, compare, count, run},
    versions,
};

fn main() -> Result<ExitCode, Error> {
    let argument = env::args().nth(1);
    if argument.as_deref() == Some(RUN) {
        run();
        return Ok(ExitCode::SUCCESS);
    }
    if cfg!(debug_assertions) {
        return Err(Error::other(
            "counts are those of a release: cargo run --release",
        ));
    }
    let rustc = versions::rustc();
    if argument.as_deref() == Some("--update") {
        fs::write(FILE, Stored::write(&rustc, &count(RUN)?))?;
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
    let counts = count(RUN)?;
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
