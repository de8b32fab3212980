//! What criterion left in the target directory.

use std::{
    env, fs,
    io::{Error, Result},
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// The times that criterion measured.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Measured {
    directory: PathBuf,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

impl Measured {
    /// Those of the last `cargo bench`.
    ///
    /// # Errors
    ///
    /// If there was none.
    pub fn find() -> Result<Self> {
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
            PathBuf::from,
        );
        let directory = target.join("criterion");
        if directory.is_dir() {
            Ok(Self { directory })
        } else {
            Err(Error::other("run cargo bench -p proxy-proto-benches first"))
        }
    }

    /// The median of one measurement, in nanoseconds; `None` if it was not made.
    #[must_use]
    pub fn nanoseconds(&self, group: &str, input: &str, contestant: &str) -> Option<f64> {
        let place = [group, input, contestant, "new", "estimates.json"];
        let file = self.directory.join(place.iter().collect::<PathBuf>());
        let text = fs::read_to_string(file).ok()?;
        let estimates: Estimates = serde_json::from_str(&text).ok()?;
        Some(estimates.median.point_estimate)
    }
}
