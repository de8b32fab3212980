//! The text of `ACCEPT.md`.

use std::{collections::BTreeSet, fmt::Write as _, time::Duration};

use crate::{
    CONNECTIONS, ROUNDS,
    calls::Calls,
    contestants::CONTESTANTS,
    cores::{self, Servers},
    load::{HEADER, PAYLOAD},
    removal::{self, HEADERS, WAYS},
};

pub(crate) fn write(
    times: &[Duration; CONTESTANTS.len()],
    calls: &[Calls; CONTESTANTS.len()],
    removal: &removal::Times,
    cores: &[Servers; 2],
) -> String {
    let mut text = format!(
        "# Accepting\n\n\
         What a connection costs a server, with a header of {} bytes (version 2, IPv4) and a payload of {} in one \
         segment. The server reads the payload and closes. All of this is written by `cargo run --release -p \
         proxy-proto-benches --features measure --bin accept`, which needs Linux, two cores and strace; with tokio \
         {}, mio {}, proxy-header {} and proxy-protocol-rs {}. Only figures of one run can be compared.\n\n",
        HEADER.len(),
        PAYLOAD.len(),
        locked_version("tokio"),
        locked_version("mio"),
        locked_version("proxy-header"),
        locked_version("proxy-protocol-rs"),
    );
    write_times(&mut text, times);
    write_calls(&mut text, calls);
    write_removal(&mut text, removal, times);
    write_cores(&mut text, cores);
    text
}

fn write_times(text: &mut String, times: &[Duration; CONTESTANTS.len()]) {
    write!(
        text,
        "## CPU time\n\n\
         CPU time of the server's thread for a connection, and its ratio to a bare accept and read of the same \
         bytes on the same runtime. Medians of {ROUNDS} rounds of {CONNECTIONS} connections, in which all take \
         turns. All connections of a round are in the listen queue before the server starts, so it never waits; \
         it runs on one core, and the load before it on the other.\n\n\
         A buffered connection is registered with the runtime once it has to wait; the row after it shows one \
         that is. proxy-header checks no peer and has no deadline, and both crates are used without a task for each \
         connection, so a silent peer would hold up all others.\n\n\
         | | µs | ratio |\n|---|---:|---:|\n"
    )
    .unwrap();
    let mut bare = Duration::ZERO;
    for (contestant, time) in CONTESTANTS.iter().zip(times) {
        if contestant.is_bare {
            bare = *time;
        }
        let (name, each) = (contestant.name, micros(*time, CONNECTIONS));
        writeln!(text, "| {name} | {each:.2} | {:.2} |", ratio(*time, bare)).unwrap();
    }
    let accepted = time_of(times, LISTENER);
    write!(
        text,
        "\nA peer that `ProxyListener` refuses costs {:.2} of one that it accepts; accept4(2) and close(2) alone \
         cost {:.2} of that connection. Nothing is served here, and the kernel does the work of both ends of a \
         reset. The more a service does for each connection, the smaller the share of a refusal.\n",
        ratio(time_of(times, "tokio: `ProxyListener`, refused"), accepted),
        ratio(time_of(times, "blocking: `io::accept`, refused"), accepted),
    )
    .unwrap();
}

fn write_calls(text: &mut String, calls: &[Calls; CONTESTANTS.len()]) {
    text.push_str(
        "\n## System calls\n\n\
         System calls for a connection of the same load, counted by `strace -f -c`. Those of a server that has \
         nothing to do between two connections are not among them: one accept4(2) that finds nothing (two where \
         connections are buffered), and an epoll_wait(2).\n\n",
    );
    let is_regular =
        |calls: &Calls, name: &str| calls.get(name).is_some_and(|count| *count >= LEAST);
    let names = calls.iter().flat_map(|calls| calls.keys());
    let unexplained: BTreeSet<_> = names
        .filter(|name| calls.iter().any(|calls| is_regular(calls, name)))
        .filter(|name| !EXPLAINED.iter().any(|(explained, _)| explained == name))
        .collect();
    assert!(unexplained.is_empty(), "explain {unexplained:?}");
    text.push('|');
    for (name, _) in EXPLAINED {
        write!(text, " | {name}").unwrap();
    }
    writeln!(text, " |\n|---|{}", "---:|".repeat(EXPLAINED.len())).unwrap();
    for (contestant, calls) in CONTESTANTS.iter().zip(calls) {
        write!(text, "| {}", contestant.name).unwrap();
        for (name, _) in EXPLAINED {
            match calls.get(*name) {
                Some(count) if *count >= LEAST => {
                    let digits = if count.fract() < LEAST { 0 } else { 2 };
                    write!(text, " | {count:.digits$}").unwrap();
                }
                _ => text.push_str(" | "),
            }
        }
        text.push_str(" |\n");
    }
    text.push('\n');
    for (name, reason) in EXPLAINED {
        writeln!(text, "- `{name}`: {reason}").unwrap();
    }
}

fn write_removal(
    text: &mut String,
    removal: &removal::Times,
    times: &[Duration; CONTESTANTS.len()],
) {
    write!(
        text,
        "\n## Removing a header while the payload stays in the socket\n\n\
         CPU time for a header and the read of the payload after it, on a blocking socket that has received \
         both. Medians of rounds of {} connections.\n\n|",
        removal::CONNECTIONS
    )
    .unwrap();
    for (header, _) in HEADERS {
        write!(text, " | {header}, µs").unwrap();
    }
    writeln!(text, " |\n|---|{}", "---:|".repeat(HEADERS.len())).unwrap();
    for ((way, _), times) in WAYS.iter().zip(removal) {
        write!(text, "| {way}").unwrap();
        for time in times {
            write!(text, " | {:.2}", micros(*time, removal::CONNECTIONS)).unwrap();
        }
        text.push_str(" |\n");
    }
    let [[_, together], [_, apart], ..] = removal;
    let calls = micros(*apart, removal::CONNECTIONS) - micros(*together, removal::CONNECTIONS);
    let bare = micros(time_of(times, BARE), CONNECTIONS);
    write!(
        text,
        "\nTwo calls are the minimum: nothing can be put back into a socket, so the first call must not consume \
         more than the shortest header, or nothing, and the length of the header is known only after it. For the \
         same reason one readv(2) or recvmmsg(2) cannot do both. On tokio, these two calls alone make an untouched \
         connection cost {:.2} of a bare one.\n",
        1.0 + calls / bare
    )
    .unwrap();
}

fn write_cores(text: &mut String, cores: &[Servers; 2]) {
    let [one, two] = cores;
    write!(
        text,
        "\n## Two cores\n\n\
         `ProxyListener`, untouched: one runtime on one core, and two that share the port by `SO_REUSEPORT`, each \
         on a core of its own at the same time. Rounds of {} connections, all of them in the listen queues before \
         the servers start: two servers leave no core for a load beside them. The rate is that of cores \
         which do nothing else; it is limited by the busiest of them, because the kernel distributes connections \
         by a hash, not evenly.\n\n\
         | runtimes | µs of CPU for a connection | connections a second | scaling |\n|---:|---:|---:|---:|\n",
        cores::CONNECTIONS
    )
    .unwrap();
    for servers in [one, two] {
        let each = micros(servers.all, cores::CONNECTIONS);
        let rate = cores::CONNECTIONS as f64 / servers.busiest.as_secs_f64();
        let scaling = ratio(one.busiest, servers.busiest);
        let runtimes = servers.runtimes;
        writeln!(
            text,
            "| {runtimes} | {each:.2} | {rate:.0} | {scaling:.2} |"
        )
        .unwrap();
    }
}

/// The time of the contestant of this name.
fn time_of(times: &[Duration; CONTESTANTS.len()], name: &str) -> Duration {
    let place = CONTESTANTS.iter().position(|it| it.name == name);
    times[place.unwrap()]
}

fn micros(time: Duration, connections: usize) -> f64 {
    time.as_secs_f64() * 1e6 / connections as f64
}

fn ratio(time: Duration, other: Duration) -> f64 {
    time.as_secs_f64() / other.as_secs_f64()
}

/// The version of a library that was measured.
fn locked_version(library: &str) -> &'static str {
    let lock = include_str!("../../../../Cargo.lock");
    let entry = format!("name = \"{library}\"\nversion = \"");
    let (_, version) = lock.split_once(&entry).unwrap();
    version.split_once('"').unwrap().0
}

const BARE: &str = "tokio: accept, read";
const LISTENER: &str = "tokio: `ProxyListener`, read";

/// System calls that are less frequent, per connection, belong to the start of a server.
const LEAST: f64 = 0.005;

const EXPLAINED: &[(&str, &str)] = &[
    ("accept4", "the connection, with the address of its peer."),
    (
        "getsockname",
        "the local address. Only `ProxyListener` owns the listening socket, so only it knows without this call \
         that a socket bound to one address has no other.",
    ),
    (
        "recvfrom",
        "one for whatever has arrived; or a look at the header without consuming it, its removal, and the \
         service's read of the payload.",
    ),
    (
        "epoll_ctl",
        "tokio registers a connection, and removes it before it closes it. `ProxyListener` does neither for the \
         peers of a flood, nor for a buffered connection that need not wait. The servers on mio register a \
         connection only if it has to wait.",
    ),
    (
        "epoll_wait",
        "tokio looks for events when a task has used up its budget of operations and gives way to others.",
    ),
    ("write", "that task wakes itself, through an eventfd."),
    (
        "close",
        "the end; with a reset if bytes are unread, as when a peer is refused.",
    ),
];
