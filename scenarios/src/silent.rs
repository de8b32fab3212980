//! Many silent connections on an echo service, and good clients beside them.

use std::{
    env, fs,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::echo::{Echo, GREETING, TCP4, connect};

/// Opens `SILENT_CONNECTIONS` of them, 10,000 if it is not set, to the echo service of this package.
/// Asserts what does not depend on the machine: that good clients are served all the while, what a
/// silent one costs in memory, and that all are closed at the deadline. Prints the times.
pub fn test_silent_peers(package: &str) {
    const CLIENTS: usize = 500;
    const BYTES_EACH: usize = 4096;
    let connections = env::var("SILENT_CONNECTIONS").map_or(10_000, |text| text.parse().unwrap());
    let echo = Echo::start_optimized(package, &["--timeout", "20"]);

    let alone = latencies(&echo, CLIENTS);
    let memory_before = echo.resident_memory();
    let started = Instant::now();
    let mut silent = Vec::with_capacity(connections);
    while silent.len() < connections {
        // From another source than good clients, which would search longer for a free port. A good
        // client is served after those before it in the listen queue, which holds 128 at least.
        silent.extend((0..64).map(|_| connect("127.0.0.4", echo.proxy())));
        latency(&echo);
    }
    let opened = started.elapsed();
    let beside = latencies(&echo, CLIENTS);
    let memory = echo.resident_memory().saturating_sub(memory_before);
    assert!(
        memory <= connections * BYTES_EACH,
        "{memory} bytes for {connections} silent connections"
    );
    for stream in &silent {
        assert_closed(stream);
    }
    let gone = started.elapsed();
    let percentile = |latencies: &[Duration], rank| latencies[latencies.len() * rank / 100];
    let times = |latencies: &[Duration]| {
        let [median, p99] = [50, 99].map(|rank| percentile(latencies, rank));
        format!("median {median:.1?}, p99 {p99:.1?}")
    };
    println!(
        "{package}: {connections} silent connections opened in {opened:.1?}, {} bytes each, all closed \
         after {gone:.1?}; good clients: {} alone, {} beside them",
        memory / connections,
        times(&alone),
        times(&beside),
    );
    echo.end();
}

/// The times in which good clients got their greeting, sorted.
fn latencies(echo: &Echo, clients: usize) -> Vec<Duration> {
    let mut latencies: Vec<_> = (0..clients).map(|_| latency(echo)).collect();
    latencies.sort_unstable();
    latencies
}

fn latency(echo: &Echo) -> Duration {
    let started = Instant::now();
    let mut client = connect("127.0.0.2", echo.proxy());
    client.write_all(TCP4.as_bytes()).unwrap();
    let mut greeting = [0; GREETING.len()];
    client.read_exact(&mut greeting).unwrap();
    assert_eq!(greeting, GREETING.as_bytes());
    started.elapsed()
}

fn assert_closed(mut stream: &TcpStream) {
    match stream.read(&mut [0]) {
        Ok(received) => assert_eq!(received, 0, "a silent client was sent something"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
}

impl Echo {
    /// Bytes of memory that the process uses.
    fn resident_memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.unwrap().trim().strip_suffix(" kB").unwrap();
        kibibytes.parse::<usize>().unwrap() * 1024
    }
}
