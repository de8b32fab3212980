//! A process that has no descriptor left.

use std::{
    os::fd::AsRawFd,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use rustix::process::{Resource, getrlimit, setrlimit};

/// Leaves this process without a free descriptor until this number has reached 3.
pub(crate) fn until_three(failures: &Arc<AtomicUsize>) -> JoinHandle<()> {
    // Every descriptor in use is below the lowest free one.
    let free = std::fs::File::open("/dev/null").unwrap();
    let used = u64::try_from(free.as_raw_fd()).unwrap();
    drop(free);
    let whole = getrlimit(Resource::Nofile);
    let mut lowered = whole;
    lowered.current = Some(used);
    setrlimit(Resource::Nofile, lowered).unwrap();
    let failures = Arc::clone(failures);
    thread::spawn(move || {
        while failures.load(Ordering::Relaxed) < 3 {
            thread::yield_now();
        }
        setrlimit(Resource::Nofile, whole).unwrap();
    })
}
