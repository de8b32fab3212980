//! What a process uses, from `/proc`.

use core::time::Duration;
use std::{error::Error, fs, path::PathBuf, time::Instant};

use tokio::time;

use crate::PATIENCE;

/// A process, by its id.
#[derive(Clone, Copy)]
pub(crate) struct Process(u32);

impl Process {
    pub(crate) const fn new(id: u32) -> Self {
        Self(id)
    }

    pub(crate) const fn id(self) -> u32 {
        self.0
    }

    /// Kibibytes of resident memory.
    pub(crate) fn memory(self) -> Result<u32, Box<dyn Error>> {
        let status = fs::read_to_string(self.file("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.ok_or("no VmRSS")?.parse()?)
    }

    /// Open descriptors.
    pub(crate) fn descriptors(self) -> Result<usize, Box<dyn Error>> {
        Ok(fs::read_dir(self.file("fd"))?.count())
    }

    /// CPU time of all its threads.
    pub(crate) fn cpu_time(self) -> Result<Duration, Box<dyn Error>> {
        let mut total = Duration::ZERO;
        for thread in fs::read_dir(self.file("task"))? {
            let times = fs::read_to_string(thread?.path().join("schedstat"))?;
            let on_cpu = times.split_whitespace().next().ok_or("no schedstat")?;
            total += Duration::from_nanos(on_cpu.parse()?);
        }
        Ok(total)
    }

    /// Waits until it has no more than this many open descriptors: it closes a connection a moment after
    /// its client.
    pub(crate) async fn await_descriptors(self, count: usize) -> Result<(), Box<dyn Error>> {
        let started = Instant::now();
        loop {
            let open = self.descriptors()?;
            if open <= count {
                return Ok(());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("{open} descriptors are open, {count} at first").into());
            }
            time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn file(self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.0))
    }
}
