//! The text of `FLEET.md`.

use core::{error::Error, time::Duration};
use std::{fmt::Write, process::Command};

use crate::{
    Load, NAMES, clients,
    goals::{Row, write_table},
    haproxy::StickTable,
    history::{History, Login},
    machine,
};

pub(crate) fn write(history: &History, load: Load, rows: &[Row]) -> Result<String, Box<dyn Error>> {
    let mut text = String::from("# A fleet\n\n");
    write_run(&mut text, history, load)?;
    text.push_str("\n![Logins a second on each backend](fleet.svg)\n\n");
    write_backends(&mut text, history)?;
    text.push_str("\n## What must hold\n\n");
    write_table(&mut text, rows)?;
    text.push_str(EVIDENCE);
    write_stick_table(&mut text, history)?;
    text.push_str(NOTES);
    Ok(text)
}

fn write_run(text: &mut String, history: &History, load: Load) -> Result<(), Box<dyn Error>> {
    let Load {
        logins,
        rate,
        distance,
    } = load;
    let clients = history.clients().len();
    let each = clients::LOGINS;
    let (tokio, kernel) = (machine::locked_version("tokio")?, machine::kernel()?);
    let (cores, haproxy) = (machine::cores()?, version_of("haproxy", "-v", 2)?);
    let (rustc, descriptors) = (version_of("rustc", "--version", 1)?, machine::descriptors());
    writeln!(
        text,
        "HAProxy over three login-servers, of which `one` is killed by SIGKILL and `two` is drained, while {logins} \
         logins arrive from {clients} addresses: what each client saw, compared with what the servers logged. The \
         example `fleet` wrote this page and its picture in one run, and its first comment says how to repeat it; a \
         small run is among the tests.\n\n\
         HAProxy {haproxy}, configured by [haproxy.cfg](examples/fleet/haproxy.cfg), tokio {tokio} and rustc {rustc} on \
         Linux {kernel}, where HAProxy, servers and clients share {cores} and may open {descriptors} descriptors \
         each. The figures are those of this run, on a machine with other work; what is counted must come out the \
         same everywhere, and what is timed will not.\n\n\
         A client answers the greeting {distance} ms after it, as if it were that far away, stays for a moment and logs out. \
         It logs in {each} times (fewer at the beginning and the end of the run), then another client takes its place, so \
         there are new clients all the time. Logins start at {rate} a second. A client whose login was not \
         acknowledged tries again, as a mail client would."
    )?;
    Ok(())
}

fn write_backends(text: &mut String, history: &History) -> Result<(), Box<dyn Error>> {
    text.push_str(
        "| backend | logins | clients | health checks | retries | redispatches |\n\
         |---|---:|---:|---:|---:|---:|\n",
    );
    let rows = NAMES.iter().zip(history.records());
    for (backend, ((name, record), (retried, redispatched))) in
        rows.zip(history.balancer.retries).enumerate()
    {
        let is_here = |login: &&Login| login.backend == backend;
        let clients = history.clients();
        let clients = clients.values();
        let clients = clients.filter(|logins| logins.iter().any(|login| is_here(&login)));
        writeln!(
            text,
            "| {name} | {} | {} | {} | {retried} | {redispatched} |",
            record.lines.len(),
            clients.count(),
            record.checks
        )?;
    }
    let mut times: Vec<_> = history
        .logins()
        .map(|login| login.session.since - login.started)
        .collect();
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() - 1) * percent / 100).copied();
    let times = at(50).zip(at(99)).zip(at(100)).ok_or("no login")?;
    let ((median, p99), maximum) = times;
    writeln!(
        text,
        "\nRetries and redispatches are those that HAProxy counted. From connecting to the acknowledgement, a login took \
         {} at the median, {} at the 99th percentile, and at most {}. HAProxy waits a second before it tries a server \
         again that has refused a connection, up to three times, so clients of the killed backend wait until its \
         checks have failed; and as that backend has the fewest connections, `leastconn` sends it all new clients too.",
        milliseconds(median),
        milliseconds(p99),
        milliseconds(maximum)
    )?;
    Ok(())
}

/// Where the clients of each backend are at the end.
fn write_stick_table(text: &mut String, history: &History) -> Result<(), Box<dyn Error>> {
    write!(
        text,
        "\n## The stick table\n\n\
         The clients that `show table` has for each backend before the kill and before `maint`, by the backend that it has \
         for them at the end. Those that did not come back are still on `one` or `two`; the others were moved.\n\n\
         | | clients |"
    )?;
    for name in NAMES {
        write!(text, " on {name} at the end |")?;
    }
    writeln!(text, "\n|---|---:|{}", "---:|".repeat(NAMES.len()))?;
    let steps = &history.steps;
    write_moves(text, "before the kill", &steps.table, history)?;
    write_moves(text, "before `maint`", &steps.later_table, history)
}

fn write_moves(
    text: &mut String,
    when: &str,
    table: &StickTable,
    history: &History,
) -> Result<(), Box<dyn Error>> {
    for (backend, name) in NAMES.into_iter().enumerate() {
        let clients = table.iter().filter(|(_, place)| **place == backend);
        write!(text, "| on {name} {when} | {} |", clients.clone().count())?;
        for end in 0..NAMES.len() {
            let is_there =
                |(client, _): &(&_, &_)| history.balancer.table.get(*client) == Some(&end);
            write!(text, " {} |", clients.clone().filter(is_there).count())?;
        }
        text.push('\n');
    }
    Ok(())
}

/// What a program prints as its version: the word at this place.
fn version_of(program: &str, option: &str, place: usize) -> Result<String, Box<dyn Error>> {
    let output = Command::new(program).arg(option).output()?;
    let output = String::from_utf8(output.stdout)?;
    let version = output.split_whitespace().nth(place);
    Ok(version.ok_or("no version")?.to_owned())
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

const EVIDENCE: &str = "
A login is acknowledged only once its line has been written, so a backend that is killed in between leaves a line without
an acknowledgement, and never the reverse. Clients and lines are matched by address, port and a user name that no two
connections share. HAProxy's own log shows which backend a lost login was sent to.
";

const NOTES: &str = "
## Taking a backend out

What an operator does, and what was done here with `two`, through HAProxy's runtime API:

1. `set server imap/two state drain`: new clients are sent elsewhere. Clients in the stick table are not: to HAProxy they
   belong to that backend, and each of their connections renews their entry for another 30 minutes. In the picture they
   become fewer only because each client logs in a few times and then no more.
2. `set server imap/two state maint`: these clients are sent elsewhere too, and the stick table follows them. Sessions
   that are open go on.
3. SIGTERM, once `show stat` counts no session on it (`scur`). login-server would say goodbye to clients that are still
   there.

A SIGTERM alone would end the sessions of all its clients, and HAProxy would go on sending clients to it until its checks
have failed, as it does after a kill. `option redispatch` is for these: once a backend has refused a client's connection
several times, or is down, the client is sent elsewhere, and its entry in the stick table is replaced.

`tcp-check connect` as the first line of a check would send no header, and login-server would refuse it. Without that line,
or as `tcp-check connect default` or `send-proxy`, each check has a LOCAL header.

There is no second run with nginx or Envoy in front. nginx (`stream`) has no stick table, no active checks and no drain
in its free version; Envoy has all but the stick table. What they send to a backend is in other tests, and what a backend
does when it is killed or drained does not depend on who sent the header.
";
