//! System calls per connection, counted by strace.
//!
//! The server runs in a process of its own, once for few connections and once for more: the
//! difference is what the additional connections cost.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead, BufReader, Write, stdin},
    process::{Command, Stdio},
};

use crate::{
    contestants::{CONTESTANTS, Contestant},
    load, policy,
};

/// How often each system call is made, per connection.
pub(crate) type Calls = BTreeMap<String, f64>;

/// The argument that makes this program the server.
pub(crate) const SERVE: &str = "serve";

const FEW: usize = 100;
const MORE: usize = 400;

pub(crate) fn count(contestant: &Contestant) -> Calls {
    let few = trace(contestant, FEW);
    let mut calls = trace(contestant, FEW + MORE);
    for (name, count) in &mut calls {
        *count = (*count - few.get(name).unwrap_or(&0.0)) / MORE as f64;
    }
    calls
}

fn trace(contestant: &Contestant, connections: usize) -> Calls {
    let trace = env::temp_dir().join(format!("accept-{}", std::process::id()));
    let mut server = Command::new("strace")
        .args(["-f", "-c", "-U", "calls,name", "-o"])
        .arg(&trace)
        .arg(env::current_exe().unwrap())
        .args([SERVE, contestant.name, &connections.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("strace, which counts system calls");
    let mut address = String::new();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    output.read_line(&mut address).unwrap();
    let opened = load::open(address.trim().parse().unwrap(), connections, load::HEADER);
    writeln!(server.stdin.take().unwrap()).unwrap();
    assert!(server.wait().unwrap().success());
    load::assert_closed(opened, contestant.refuses);
    let counts = fs::read_to_string(&trace).unwrap();
    fs::remove_file(&trace).unwrap();
    parse(&counts)
}

/// The lines of strace with a number and a name.
fn parse(counts: &str) -> Calls {
    let calls = counts.lines().filter_map(|line| {
        let (count, name) = line.trim().split_once(' ')?;
        Some((name.trim().to_owned(), count.parse().ok()?))
    });
    calls.filter(|(name, _)| name != "total").collect()
}

/// The server: prints its address, and serves this many connections.
pub(crate) fn serve(name: &str, connections: usize) {
    let contestant = CONTESTANTS.iter().find(|it| it.name == name).unwrap();
    let listener = load::bind();
    println!("{}", listener.local_addr().unwrap());
    stdin().read_line(&mut String::new()).unwrap();
    (contestant.serve)(listener, &policy(contestant), connections);
}
