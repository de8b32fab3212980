//! Reads the lines that gungraun prints. Of `instructions` it writes `counts.json`, `RESULTS.md` and
//! the chart, or with `--check` fails if a count of ours rose; of `linear`, with `--linear`, it fails
//! if work grows too fast.

use std::{
    env, fs,
    io::{Error, Result, stdin},
};

use proxy_proto_benches::{chart::draw, counts::Counts, growth};

fn main() -> Result<()> {
    let faults = match env::args().nth(1).as_deref() {
        None => store(&Counts::read(stdin().lock())?)?,
        Some("--check") => Counts::read(stdin().lock())?.regressions(&Counts::stored()),
        Some("--linear") => growth::faults(stdin().lock())?,
        Some(other) => vec![format!("unknown argument {other}")],
    };
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::other(faults.join("\n")))
    }
}

fn store(counts: &Counts) -> Result<Vec<String>> {
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    fs::write(format!("{place}counts.json"), counts.to_json())?;
    fs::write(format!("{place}RESULTS.md"), counts.report())?;
    draw(counts, format!("{place}chart.svg").as_ref())
        .map_err(|error| Error::other(error.to_string()))?;
    Ok(Vec::new())
}
