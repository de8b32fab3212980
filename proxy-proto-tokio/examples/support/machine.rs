//! What figures were measured on and with.

use std::{error::Error, fs, io, path::Path, thread};

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the limit of descriptors as far as allowed, here and in processes that are started.
pub(crate) fn allow_all_descriptors() -> io::Result<()> {
    let mut descriptors = getrlimit(Resource::Nofile);
    descriptors.current = descriptors.maximum;
    Ok(setrlimit(Resource::Nofile, descriptors)?)
}

/// The number of descriptors that a process may open.
pub(crate) fn descriptors() -> String {
    let limit = getrlimit(Resource::Nofile).current;
    limit.map_or("any number of".to_owned(), |limit| limit.to_string())
}

/// The number of cores, and what they are if the kernel names it.
pub(crate) fn cores() -> io::Result<String> {
    let cores = thread::available_parallelism()?;
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let model = processors
        .lines()
        .find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": "));
    Ok(model.map_or(format!("{cores} cores"), |(_, model)| {
        format!("{cores} cores ({model})")
    }))
}

/// The version of the kernel.
pub(crate) fn kernel() -> io::Result<String> {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    Ok(kernel.trim_end().to_owned())
}

/// The version of a library that this program and the server were built with, from the `Cargo.lock`
/// of the workspace or the package.
pub(crate) fn locked_version(library: &str) -> Result<String, Box<dyn Error>> {
    let directories = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let lock = directories
        .map(|directory| directory.join("Cargo.lock"))
        .find_map(|file| fs::read_to_string(file).ok())
        .ok_or("no Cargo.lock")?;
    let entry = format!("name = \"{library}\"\nversion = \"");
    let version = lock
        .split_once(&entry)
        .and_then(|(_, rest)| rest.split_once('"'));
    Ok(version.ok_or("no version in Cargo.lock")?.0.to_owned())
}
