//! The lines that the servers log, without what differs from run to run.

use super::{
    servers::{FRONT_IP, HAPROXY, LISTENER},
    visit::{Saw, Who},
};

/// Those about this client.
pub(super) fn lines_of(who: &Who, log: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in log.lines().filter(|line| line.starts_with("imap-login: ")) {
        let by_user = put(line, &who.user, "USER");
        let mut shown = by_user.clone();
        for (address, name) in who.addresses() {
            shown = put(&shown, &address.to_string(), name);
        }
        let is_about = match who.is_alone() {
            true => shown != line,
            false => by_user != line,
        };
        // A crash is logged without an address.
        let is_crash = ["Panic: ", " killed with "]
            .iter()
            .any(|it| line.contains(it));
        if is_about || who.is_crash && is_crash {
            found.push(constant(&shown));
        }
    }
    found
}

/// How a visit ended, with what the log adds.
pub(super) fn outcome(saw: Saw, lines: &[String]) -> String {
    let logged = |part: &str| lines.iter().any(|line| line.contains(part));
    let text = match saw {
        Saw::LoggedIn if !logged(" Login: ") => "login, not logged",
        Saw::LoggedIn if logged("rip=CLIENT") => "login of CLIENT",
        Saw::LoggedIn if logged("rip=PEER") => "login of PEER",
        Saw::LoggedIn => "login of a UNIX socket",
        Saw::Greeting => "greeting, then closed",
        Saw::Alert => "TLS alert, then closed",
        Saw::Nothing if logged("timed out") || logged(" within ") => "closed at the deadline",
        Saw::Nothing => "closed",
    };
    text.to_owned()
}

/// Numbers that are never the same are replaced by what they are.
fn constant(line: &str) -> String {
    let line = put(line, HAPROXY, "HAPROXY");
    let line = put(&line, FRONT_IP, "FRONT");
    let line = put(&put(&line, LISTENER, "LISTENER"), "127.0.0.43", "LISTENER");
    let line = mask(&line, "mpid=", "PID");
    let line = mask(&line, "session=<", "ID");
    let line = mask(&line, " child ", "PID");
    let line = mask(&line, "CRC32C is ", "VALUE");
    let line = mask(&line, " expected ", "VALUE");
    let line = mask(&line, "rport=", "PORT");
    let line = mask(&line, "lport=", "PORT");
    let line = mask(&line, "PEER:", "PORT");
    without_auth(mask(&line, "HAPROXY:", "PORT"))
}

/// Which of the two Dovecot writes depends on whether its login process has reached `auth` by then.
fn without_auth(line: String) -> String {
    for start in ["(no auth attempts ", "(disconnected before auth was ready"] {
        if let Some((before, rest)) = line.split_once(start) {
            let (_, after) = rest.split_once(')').unwrap();
            return format!("{before}(AUTH){after}");
        }
    }
    line
}

/// Puts `new` in place of `old` where that is a whole word.
fn put(line: &str, old: &str, new: &str) -> String {
    let mut parts = line.split(old);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_whole = !part.starts_with(|c: char| c.is_ascii_alphanumeric());
        replaced.push_str(if is_whole { new } else { old });
        replaced.push_str(part);
    }
    replaced
}

/// Puts `new` in place of the word after each `before`, unless it is one of the header.
fn mask(line: &str, before: &str, new: &str) -> String {
    let mut parts = line.split(before);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([',', ' ', '>', ')', '\\']).unwrap_or(part.len());
        let (word, rest) = part.split_at(end);
        let word = if ["4711", "143"].contains(&word) {
            word
        } else {
            new
        };
        masked.extend([before, word, rest]);
    }
    masked
}
