//! A receiver that was started from a recipe.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use regex_lite::Regex;
use tempfile::TempDir;
use tokio::{net::TcpStream, time::sleep};

use super::{observer::Settings, processes, recipe::Recipe};
use crate::failure::{self, Failure};

/// A running receiver; dropping it ends its processes and removes its files.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    pub(crate) version: String,
    /// How to observe it, with the paths of its files filled in.
    pub(crate) service: Settings,
    child: Child,
    scratch: TempDir,
}

/// For a receiver to open its port. Those that are examples of this repository may be built first.
const START_TIMEOUT: Duration = Duration::from_secs(120);
/// Between two looks at a process or a port.
const INTERVAL: Duration = Duration::from_millis(20);

impl Receiver {
    /// Starts it on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// A program is missing, or the receiver does not open its port.
    pub(crate) async fn start(recipe: &Recipe) -> Result<Self, Failure> {
        let scratch = tempfile::Builder::new().prefix("conform-").tempdir()?;
        make_readable(scratch.path())?;
        let port = free_port()?;
        let edit = |text: &str| {
            text.replace("@DIR@", &scratch.path().to_string_lossy())
                .replace("@PORT@", &port.to_string())
        };
        for (name, text) in &recipe.files {
            fs::write(scratch.path().join(name), edit(text))?;
        }
        let edited =
            |command: &[String]| -> Vec<String> { command.iter().map(|part| edit(part)).collect() };
        for command in &recipe.prepare {
            run(&edited(command))?;
        }
        let command = edited(&recipe.start);
        let output = File::create(scratch.path().join(OUTPUT))?;
        let mut receiver = Self {
            address: (Ipv4Addr::LOCALHOST, port).into(),
            version: version(recipe)?,
            service: recipe.service.edited(edit),
            child: spawn(&command, output)?,
            scratch,
        };
        receiver.wait_for_port(&command.join(" ")).await?;
        Ok(receiver)
    }

    /// Until it accepts a connection, which is the only thing that a receiver shows of its start.
    async fn wait_for_port(&mut self, command: &str) -> Result<(), Failure> {
        let started = Instant::now();
        while TcpStream::connect(self.address).await.is_err() {
            if self.child.try_wait()?.is_some() {
                return Err(self.failure(command, "ended"));
            }
            if started.elapsed() >= START_TIMEOUT {
                return Err(self.failure(command, "did not open its port"));
            }
            sleep(INTERVAL).await;
        }
        Ok(())
    }

    fn failure(&self, command: &str, what: &str) -> Failure {
        let output = self.scratch.path().join(OUTPUT);
        let output = fs::read_to_string(output).unwrap_or_default();
        let last: Vec<&str> = output.lines().rev().take(5).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Failure::new(failure::IO_ERROR, format!("{command}: {what}"))
            .advise(format!("the end of its output: {}", last.join("; ")))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        processes::end(&mut self.child);
    }
}

/// What the receiver prints.
const OUTPUT: &str = "output";

fn spawn(command: &[String], output: File) -> Result<Child, Failure> {
    let (program, mut command) = program(command)?;
    // Ctrl-C is for this program, which then ends the receiver.
    processes::isolate(&mut command);
    command
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .map_err(|error| missing(program, &error))
}

/// What a command prints; an error if it fails.
fn run(command: &[String]) -> Result<String, Failure> {
    let (program, mut prepared) = program(command)?;
    let output = prepared
        .output()
        .map_err(|error| missing(program, &error))?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    if output.status.success() {
        Ok(text)
    } else {
        let command = command.join(" ");
        Err(Failure::new(
            failure::IO_ERROR,
            format!("{command}: {}: {text}", output.status),
        ))
    }
}

fn program(command: &[String]) -> Result<(&str, Command), Failure> {
    let (program, arguments) = command.split_first().ok_or_else(|| {
        Failure::usage("a command of the recipe is empty")
            .advise("it needs a program, and then its arguments")
    })?;
    let mut prepared = Command::new(program);
    prepared.args(arguments).stdin(Stdio::null());
    Ok((program, prepared))
}

fn missing(program: &str, error: &std::io::Error) -> Failure {
    Failure::new(failure::IO_ERROR, format!("{program}: {error}"))
        .advise("install it first; servers may be in /usr/sbin, which must be in PATH")
}

fn version(recipe: &Recipe) -> Result<String, Failure> {
    let text = run(&recipe.version.command)?;
    let version = Regex::new(&recipe.version.pattern)
        .ok()
        .and_then(|pattern| {
            let found = pattern.captures(&text)?;
            Some(found.name("version")?.as_str().to_owned())
        });
    version.ok_or_else(|| {
        let command = recipe.version.command.join(" ");
        Failure::usage(format!("no version in what {command} prints"))
    })
}

/// Servers read their files as a user of their own.
fn make_readable(directory: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(directory, mode)?;
    }
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

/// One that was free a moment ago.
fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
