//! What must hold for every login.

use crate::{
    DRAINED, KILLED, Load, NAMES,
    goals::Row,
    history::{History, Login},
};

pub(crate) fn rows(history: &History, load: Load) -> Vec<Row> {
    vec![
        logged_once(history, load),
        nothing_else_logged(history),
        not_acknowledged(history),
        cut_short(history),
        health_checks(history),
        table_before(history),
        moved(history),
        table_after(history),
        drained(history),
        maintained(history),
        stopped(history),
    ]
}

fn logged_once(history: &History, load: Load) -> Row {
    let attempts = history.attempts.iter();
    let acknowledged = attempts.filter(|logged| logged.attempt.session.is_some());
    let acknowledged = acknowledged.count();
    let logged = history.logins().count();
    Row {
        what: "Acknowledged logins that are in one log, once, with the client's address and port"
            .to_owned(),
        goal: format!("all {}", load.logins),
        measured: format!("{logged} of {acknowledged}"),
        is_met: u32::try_from(acknowledged) == Ok(load.logins) && logged == acknowledged,
    }
}

fn nothing_else_logged(history: &History) -> Row {
    let twice = history.attempts.iter();
    let twice = twice.filter(|logged| logged.backends.len() > 1).count();
    let strays = history.strays.len();
    let first = history.strays.first();
    let first = first.map_or(String::new(), |line| format!(", such as `{line}`"));
    Row {
        what: "Logins that are in the logs more than once, and lines about anything but a client's login"
            .to_owned(),
        goal: "none".to_owned(),
        measured: format!("{twice} and {strays}{first}"),
        is_met: twice == 0 && strays == 0,
    }
}

fn not_acknowledged(history: &History) -> Row {
    let (mut in_flight, mut logged, mut others) = (0_u32, 0_u32, Vec::new());
    let attempts = history.attempts.iter();
    for lost in attempts.filter(|logged| logged.attempt.session.is_none()) {
        let attempt = &lost.attempt;
        // The client cannot know; HAProxy does.
        let backend = history.balancer.connections.get(&attempt.client);
        let backend = backend.map_or("unknown", |name| name);
        // A later one is refused by the backend, and should have been sent to another one.
        if Some(&backend) == NAMES.get(KILLED) && attempt.started < history.steps.kill.done {
            in_flight += 1;
        } else {
            others.push(format!("{} on {backend}", attempt.user));
        }
        if !lost.backends.is_empty() {
            logged += 1;
        }
    }
    let first = others.first();
    let first = first.map_or(String::new(), |lost| format!(", such as {lost}"));
    Row {
        what: "Logins lost".to_owned(),
        goal: "only in flight on the killed backend".to_owned(),
        measured: format!(
            "{in_flight} there, {logged} of them logged but not acknowledged; {} others{first}",
            others.len()
        ),
        is_met: others.is_empty(),
    }
}

fn cut_short(history: &History) -> Row {
    let cut = history.logins().filter(|login| !login.session.is_whole);
    let (killed, others): (Vec<_>, Vec<_>) = cut.partition(|login| login.backend == KILLED);
    Row {
        what: "Sessions that ended before the client logged out".to_owned(),
        goal: "only on the killed backend".to_owned(),
        measured: format!("{} there, {} elsewhere", killed.len(), others.len()),
        is_met: others.is_empty(),
    }
}

/// A check that was counted would make a login more than there are lines. One that was logged would be
/// a line about anything but a client's login.
fn health_checks(history: &History) -> Row {
    let [killed, drained, last] = history.records();
    // The killed one has ended between counting a login and writing its line, or before its next count.
    let records = [drained, last];
    let lines = records.map(|record| record.lines.len());
    let counted = records.map(|record| record.logins);
    let is_same = |(lines, counted)| u32::try_from(lines) == Ok(counted);
    let checks = [killed, drained, last].map(|record| record.checks);
    Row {
        what: "Logins that the other two backends counted, and lines in their logs".to_owned(),
        goal: "the same, health checks in neither".to_owned(),
        measured: format!(
            "{} and {}, beside {} health checks, which log in too",
            counted.iter().sum::<u32>(),
            lines.iter().sum::<usize>(),
            checks.iter().sum::<u32>()
        ),
        is_met: lines.into_iter().zip(counted).all(is_same) && !checks.contains(&0),
    }
}

fn table_before(history: &History) -> Row {
    let steps = &history.steps;
    let (mut clients, mut settled) = (0_u32, 0_u32);
    let mut by_backend = [0_u32; NAMES.len()];
    for (client, logins) in history.clients() {
        let is_before = |login: &&Login| login.session.since < steps.table_read.begun;
        let mut before = logins.iter().filter(is_before).peekable();
        let Some(first) = before.peek().map(|login| login.backend) else {
            continue;
        };
        clients += 1;
        let in_table = steps.table.get(&client) == Some(&first);
        if in_table && before.all(|login| login.backend == first) {
            settled += 1;
        }
        if let Some(count) = by_backend.get_mut(first) {
            *count += 1;
        }
    }
    let [one, two, three] = by_backend;
    Row {
        what: "Clients before the kill with all their logins on the backend that the stick table has for them"
            .to_owned(),
        goal: "all, and some on each backend".to_owned(),
        measured: format!("{settled} of {clients}: {one}, {two} and {three}"),
        is_met: clients == settled && !by_backend.contains(&0),
    }
}

fn moved(history: &History) -> Row {
    let steps = &history.steps;
    let (mut from_killed, mut from_drained, mut others) = (0_u32, 0_u32, 0_u32);
    for logins in history.clients().values() {
        for (last, next) in logins.iter().zip(logins.iter().skip(1)) {
            let since = next.session.since;
            match last.backend {
                backend if backend == next.backend => {}
                KILLED if since >= steps.kill.begun => from_killed += 1,
                DRAINED if since >= steps.maint.begun => from_drained += 1,
                _ => others += 1,
            }
        }
    }
    Row {
        what: "Clients that changed backend".to_owned(),
        goal: "only from the killed one after the kill, and from the drained one after `maint`"
            .to_owned(),
        measured: format!("{from_killed} and {from_drained}, {others} others"),
        is_met: others == 0,
    }
}

fn table_after(history: &History) -> Row {
    let table = &history.balancer.table;
    let clients = history.clients();
    let is_last = |(client, logins): &(&_, &Vec<Login>)| {
        logins.last().map(|login| &login.backend) == table.get(client)
    };
    let settled = clients.iter().filter(is_last).count();
    Row {
        what: "Clients at the end with their last login on the backend that the stick table has for them".to_owned(),
        goal: "all".to_owned(),
        measured: format!("{settled} of {}", clients.len()),
        is_met: settled == clients.len(),
    }
}

fn drained(history: &History) -> Row {
    let steps = &history.steps;
    let (mut persisting, mut new) = (0_u32, 0_u32);
    for logins in history.clients().values() {
        let mut on_drained = logins.iter().filter(|login| login.backend == DRAINED);
        let first = on_drained.next();
        if first.is_some_and(|login| login.started >= steps.drain.done) {
            new += 1;
        }
        let later = on_drained.filter(|login| login.started >= steps.drain.done);
        persisting += u32::try_from(later.count()).unwrap_or(u32::MAX);
    }
    Row {
        what: "Logins on the drained backend after `drain`".to_owned(),
        goal: "only of clients that the stick table has for it".to_owned(),
        measured: format!("{persisting} of these, {new} others"),
        is_met: new == 0,
    }
}

fn maintained(history: &History) -> Row {
    let done = history.steps.maint.done;
    let late = history
        .logins()
        .filter(|login| login.backend == DRAINED && login.started >= done)
        .count();
    Row {
        what: "Logins on it after `maint`".to_owned(),
        goal: "none".to_owned(),
        measured: late.to_string(),
        is_met: late == 0,
    }
}

fn stopped(history: &History) -> Row {
    let [_, drained, last] = history.records();
    Row {
        what: "The end of the drained backend, and of the last one, by SIGTERM".to_owned(),
        goal: "success".to_owned(),
        measured: format!("{} and {}", drained.status, last.status),
        is_met: drained.status.success() && last.status.success(),
    }
}
