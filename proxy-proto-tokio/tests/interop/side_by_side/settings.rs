//! The same line in both configuration files.

use core::{net::SocketAddr, time::Duration};
use std::process::Stdio;

use proxy_proto_tokio::proxy_proto::Policy;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
};

use crate::support::{Dovecot, LoginServer, Scratch, dial, login_server, unshared, within};

use super::page::Line;

/// What a line sets, and thus how its effect is measured.
#[derive(Clone, Copy)]
enum Sets {
    Timeout,
    Networks,
    Flag,
    Address,
}

pub(super) async fn measure() -> Vec<Line> {
    let mut lines = Vec::new();
    for (sets, line) in LINES {
        lines.push(Line {
            subject: vec![format!("`{}`", line.replace('\n', "`<br>`"))],
            outcomes: [
                in_dovecot(*sets, line).await,
                in_login_server(*sets, line).await,
            ],
        });
    }
    lines
}

async fn in_dovecot(sets: Sets, line: &str) -> String {
    let result = match sets {
        Sets::Timeout => doveconf(line, "haproxy_timeout").await,
        Sets::Flag => {
            let file = format!("service imap-login {{\ninet_listener a {{\n{line}\n}}\n}}\n");
            doveconf(&file, "service/imap-login/inet_listener/a/haproxy").await
        }
        Sets::Networks => {
            let dovecot = Dovecot::with(
                &format!("ssl = no\n{line}"),
                &[("imap_haproxy", "haproxy = yes")],
                &[],
            );
            Ok(trusted(dovecot.address()).await)
        }
        Sets::Address => {
            let port = free_port();
            let line = line.replace("PORT", &port.to_string());
            let dovecot = Dovecot::with("ssl = no", &[("imap_haproxy", &line)], &[]);
            let started = dovecot.started().await;
            let reachable = reachable(port).await;
            started
                .map(|()| reachable)
                .map_err(|error| error.replace(&port.to_string(), "PORT"))
        }
    };
    result.unwrap_or_else(|error| format!("refused: {error}"))
}

async fn in_login_server(sets: Sets, line: &str) -> String {
    let port = free_port();
    let line = line.replace("PORT", &port.to_string());
    let (settings, listener) = match sets {
        Sets::Timeout => (format!("{line}\n{TRUST}"), HAPROXY_LISTENER.to_owned()),
        Sets::Networks => (line.clone(), HAPROXY_LISTENER.to_owned()),
        Sets::Flag => (
            TRUST.to_owned(),
            format!("address = \"127.0.0.46:0\"\n{line}"),
        ),
        Sets::Address => (String::new(), line.clone()),
    };
    let config = format!("{settings}\n[[listener]]\nname = \"a\"\n{listener}\n");
    let listening = match first_line(&config).await {
        Ok(line) => line,
        Err(error) => return format!("refused: {error}"),
    };
    match sets {
        Sets::Timeout => timeout(&settings),
        Sets::Flag if listening.contains("haproxy=true") => "yes".to_owned(),
        Sets::Flag => "no".to_owned(),
        Sets::Networks => trusted(LoginServer::with(&config).await.address("a")).await,
        Sets::Address => {
            let server = LoginServer::with(&config).await;
            if server.address("a").port() == port {
                reachable(port).await
            } else {
                "listens on a free port".to_owned()
            }
        }
    }
}

/// The value as Dovecot shows it, or its error.
async fn doveconf(file: &str, name: &str) -> Result<String, String> {
    let scratch = Scratch::new();
    let file = scratch.write("dovecot.conf", file);
    let mut command = Command::new("doveconf");
    command.arg("-c").arg(file).args(["-h", name]);
    let output = within("doveconf", command.output()).await.unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned());
    }
    let error = String::from_utf8(output.stderr).unwrap();
    let (_, reason) = error.split_once(" line ").unwrap();
    Err(reason.split_once(": ").unwrap().1.trim_end().to_owned())
}

/// What login-server prints first, or its error without the file and the place in it.
async fn first_line(config: &str) -> Result<String, String> {
    let scratch = Scratch::new();
    let file = scratch.write("config.toml", config);
    let mut child = Command::new(login_server())
        .arg("--config")
        .arg(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let mut first = [0; 256];
    let len = within("a line or the end", stdout.read(&mut first))
        .await
        .unwrap();
    if len > 0 {
        // Its port is free again when this returns.
        child.kill().await.unwrap();
        return Ok(String::from_utf8_lossy(&first[..len]).into_owned());
    }
    let mut error = String::new();
    within("the error", stderr.read_to_string(&mut error))
        .await
        .unwrap();
    let mut lines = error.trim_end().lines().rev();
    let reason = lines.find(|line| !line.starts_with("in `"));
    let reason = reason.unwrap();
    let after_file = reason.split_once("config.toml: ");
    Err(after_file.map_or(reason, |(_, reason)| reason).to_owned())
}

/// The timeout of these settings, as Dovecot shows it.
fn timeout(settings: &str) -> String {
    let policy: Policy = toml::from_str(settings).unwrap();
    let timeout = policy.timeout();
    let (number, unit) = match (timeout.as_secs(), timeout.subsec_nanos()) {
        (seconds, 0) if seconds % 3600 == 0 => (seconds / 3600, "hours"),
        (seconds, 0) if seconds % 60 == 0 => (seconds / 60, "mins"),
        (seconds, 0) => (seconds, "secs"),
        _ => {
            let millis = u64::try_from(timeout.as_millis()).unwrap();
            assert_eq!(Duration::from_millis(millis), timeout);
            (millis, "msecs")
        }
    };
    format!("{number} {unit}")
}

/// Whose LOCAL header is accepted.
async fn trusted(server: SocketAddr) -> String {
    let mut trusted = Vec::new();
    for source in ["127.1.0.1", "127.2.0.1"] {
        let mut stream = dial(source, server).await;
        // It may be closed already.
        let _ = stream.write_all(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0").await;
        let first = within("the greeting or the end", stream.read_u8()).await;
        trusted.extend(first.is_ok().then_some(source));
    }
    match trusted.as_slice() {
        [] => "trusts neither".to_owned(),
        trusted => format!("trusts {}", trusted.join(" and ")),
    }
}

/// Which of the addresses in [`LINES`] someone listens on.
async fn reachable(port: u16) -> String {
    let mut reachable = Vec::new();
    for ip in ["127.0.0.46", "127.0.0.47"] {
        let is_open = TcpStream::connect((ip, port)).await.is_ok();
        reachable.extend(is_open.then_some(ip));
    }
    match reachable.as_slice() {
        [] => "does not listen".to_owned(),
        reachable => format!("listens on {}", reachable.join(" and ")),
    }
}

/// Free on all the addresses in [`LINES`], which nothing else uses.
fn free_port() -> u16 {
    unshared("127.0.0.46").port()
}

const TRUST: &str = "haproxy_trusted_networks = \"127.1.0.0/16\"";

const HAPROXY_LISTENER: &str = "address = \"127.0.0.46:0\"\nhaproxy = true";

/// `PORT` stands for a free port.
const LINES: &[(Sets, &str)] = &[
    (
        Sets::Networks,
        r#"haproxy_trusted_networks = "127.1.0.0/16, ::1""#,
    ),
    (
        Sets::Networks,
        r#"haproxy_trusted_networks = "127.1.0.0/16 127.2.0.1""#,
    ),
    (
        Sets::Networks,
        r#"haproxy_trusted_networks = "127.1.0.0/16,127.2.0.1""#,
    ),
    (Sets::Networks, r#"haproxy_trusted_networks = "0.0.0.0/0""#),
    (Sets::Networks, r#"haproxy_trusted_networks = "::/0""#),
    (
        Sets::Networks,
        r#"haproxy_trusted_networks = "::ffff:127.1.0.0/112""#,
    ),
    (
        Sets::Networks,
        r#"haproxy_trusted_networks = "127.1.0.9/16""#,
    ),
    (
        Sets::Networks,
        r#"haproxy_trusted_networks = "127.1.0.0/16 balancer 127.2.0.1""#,
    ),
    (
        Sets::Networks,
        r#"haproxy_trusted_networks = "127.1.0.0/33 127.2.0.1""#,
    ),
    (
        Sets::Networks,
        r#"haproxy_trusted_networks = "unix 127.2.0.1""#,
    ),
    (
        Sets::Networks,
        r#"haproxy_trusted_networks = ["127.1.0.0/16", "127.2.0.1"]"#,
    ),
    (Sets::Networks, r#"haproxy_trusted_networks = """#),
    (Sets::Networks, "# no haproxy_trusted_networks"),
    (Sets::Networks, "haproxy_trusted_networks = 127.1.0.0/16"),
    (Sets::Timeout, r#"haproxy_timeout = "3 secs""#),
    (Sets::Timeout, r#"haproxy_timeout = "3s""#),
    (Sets::Timeout, r#"haproxy_timeout = "2 M""#),
    (Sets::Timeout, r#"haproxy_timeout = "2000 msecs""#),
    (Sets::Timeout, r#"haproxy_timeout = "1 hour""#),
    (Sets::Timeout, r#"haproxy_timeout = "3""#),
    (Sets::Timeout, r#"haproxy_timeout = "3 moments""#),
    (Sets::Timeout, r#"haproxy_timeout = "500 msecs""#),
    (Sets::Timeout, r#"haproxy_timeout = "2 hours""#),
    (Sets::Timeout, r#"haproxy_timeout = "0""#),
    (Sets::Timeout, "# no haproxy_timeout"),
    (Sets::Timeout, "haproxy_timeout = 3"),
    (Sets::Timeout, "haproxy_timeout = 3 secs"),
    (Sets::Flag, r#"haproxy = "yes""#),
    (Sets::Flag, r#"haproxy = "No""#),
    (Sets::Flag, r#"haproxy = "1""#),
    (Sets::Flag, "haproxy = true"),
    (Sets::Flag, "haproxy = yes"),
    (Sets::Address, "address = \"127.0.0.46\"\nport = PORT"),
    (
        Sets::Address,
        "address = \"127.0.0.46 127.0.0.47\"\nport = PORT",
    ),
    (Sets::Address, "address = \"127.0.0.46:PORT\""),
    (Sets::Address, "address = \"127.0.0.46\"\nport = 0"),
];
