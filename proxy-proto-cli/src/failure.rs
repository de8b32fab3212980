//! Why a command gave up, and the exit statuses.

use std::{
    env, fmt,
    io::{self, IsTerminal, Write},
    path::Path,
    process::ExitCode,
};

use crate::ascii;

/// The answer is no: an invalid header, or a service that does not answer as it should.
pub(crate) const NO: u8 = 1;
/// The input is the beginning of a header.
pub(crate) const NEED_MORE: u8 = 2;
/// The arguments are wrong. This and the following are those of sysexits(3).
pub(crate) const USAGE: u8 = 64;
/// There is no connection to the service.
pub(crate) const UNAVAILABLE: u8 = 69;
/// Input or output failed.
pub(crate) const IO_ERROR: u8 = 74;

/// What was tried, why it failed, and what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    status: u8,
    message: String,
    advice: Option<String>,
}

impl Failure {
    /// With what was tried and why that failed as the message.
    pub(crate) fn new(status: u8, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            advice: None,
        }
    }

    /// The arguments are wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(USAGE, message)
    }

    /// Whether the other side may have caused it, rather than the arguments or this machine.
    pub(crate) const fn is_of_the_other_side(&self) -> bool {
        matches!(self.status, NO | UNAVAILABLE)
    }

    /// Message and advice.
    pub(crate) fn in_one_line(&self) -> String {
        match &self.advice {
            Some(advice) => format!("{self}; {advice}"),
            None => self.to_string(),
        }
    }

    /// Adds what to do next.
    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// What was tried, and why it failed.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// An error of standard input or output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(IO_ERROR, error.to_string())
    }
}

/// Prints the failure, if it is one, and returns the exit status.
pub(crate) fn report(outcome: Result<ExitCode, Failure>) -> ExitCode {
    outcome.unwrap_or_else(|failure| {
        note(&failure.message);
        if let Some(advice) = &failure.advice {
            print(format_args!("hint: {}", ascii::escaped(advice)));
        }
        failure.status.into()
    })
}

/// Notes what the command is waiting for, if standard input is a terminal.
pub(crate) fn note_terminal_input(what: &str) {
    if io::stdin().is_terminal() {
        note(&format!("reading {what} from the terminal; Ctrl-D ends it"));
    }
}

/// Prints a line on standard error, after the name of this program.
pub(crate) fn note(message: &str) {
    print(format_args!("{}: {}", program(), ascii::escaped(message)));
}

fn print(line: fmt::Arguments<'_>) {
    // If printing fails, there is nowhere left to report it.
    let _ = writeln!(io::stderr(), "{line}");
}

/// The name of this program, without the directory that it was started from.
fn program() -> String {
    let path = env::args_os().next().unwrap_or_default();
    let name = Path::new(&path).file_stem().unwrap_or_default();
    ascii::escaped(&name.to_string_lossy())
}
