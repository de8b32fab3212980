//! The settings of an observer.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use super::{
    Observer,
    log::Log,
    pattern::{Pattern, TOKEN},
};
use crate::{failure::Failure, values::Escaped};

/// How a receiver shows what it does, from the arguments or from a recipe.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// An HTTP path whose answer has a line with the address of the client, and its port if
    /// known: `192.0.2.1` or `192.0.2.1 56324` or `192.0.2.1:56324`.
    #[arg(long, value_name = "PATH", help_heading = "The receiver's service", conflicts_with_all = ["send", "served"])]
    pub(super) http: Option<String>,
    /// What to send after the header, with the escapes \r, \n, \t, \0, \\ and \xNN; {token} becomes a word that
    /// differs for each case.
    #[arg(long, value_name = "TEXT", help_heading = "The receiver's service", value_parser = unescaped)]
    pub(super) send: Option<String>,
    /// What an answer contains if the connection was served [default: what --shown matches]
    #[arg(long, value_name = "REGEX", help_heading = "The receiver's service")]
    pub(super) served: Option<String>,
    /// What an answer contains if the header was refused [default: a receiver refuses without a word]
    #[arg(long, value_name = "REGEX", help_heading = "The receiver's service")]
    pub(super) refused: Option<String>,
    /// Where the address of the client is, in the answer or in the log, as (?<address>...), and
    /// perhaps its port, as (?<port>...).
    #[arg(long, value_name = "REGEX", help_heading = "The receiver's service")]
    pub(super) shown: Option<String>,
    /// The log file that has the address. {token} in --shown says which line belongs to a case.
    #[arg(long, value_name = "FILE", help_heading = "The receiver's service", requires_all = ["send", "served", "shown"])]
    pub(super) log: Option<PathBuf>,
    /// What a line of the log contains if a process of the receiver crashed. Cases that were refused
    /// are repeated one at a time to find out which it was.
    #[arg(
        long,
        value_name = "REGEX",
        help_heading = "The receiver's service",
        requires = "log"
    )]
    pub(super) crash: Option<String>,
}

/// The answer to a request over HTTP that was served.
const HTTP_SUCCESS: &str = r"^HTTP/1\.[01] 2";
/// A line with an address, and perhaps a port.
const ADDRESS_LINE: &str = r"(?m)^(?<address>[0-9A-Fa-f.:\[\]]+)(?: (?<port>[0-9]*))?\r?$";

impl Settings {
    /// These, with the path of the log edited.
    pub(crate) fn edited(&self, edit: impl Fn(&str) -> String) -> Self {
        let log = self.log.as_ref();
        Self {
            log: log.map(|log| edit(&log.to_string_lossy()).into()),
            ..self.clone()
        }
    }

    /// # Errors
    ///
    /// Nothing says how to recognize a connection that was served, a pattern is not a regular
    /// expression or lacks the address, or the log cannot be read.
    pub(crate) fn observer(&self) -> Result<Observer, Failure> {
        let shown = self.shown.clone();
        let (request, served, shown) = match &self.http {
            Some(path) => {
                let request =
                    format!("GET {path} HTTP/1.1\r\nHost: conform\r\nConnection: close\r\n\r\n");
                let shown = shown.or_else(|| Some(ADDRESS_LINE.to_owned()));
                (request, HTTP_SUCCESS.to_owned(), shown)
            }
            None => {
                let request = self.send.clone().unwrap_or_default();
                let served = self.served.clone().or_else(|| shown.clone());
                (request, served.ok_or_else(not_set)?, shown)
            }
        };
        let pattern = |pattern: &Option<String>| pattern.clone().map(Pattern::new).transpose();
        let shown = pattern(&shown)?;
        if shown.as_ref().is_some_and(|shown| !shown.has_address()) {
            return Err(Failure::usage(
                "the pattern of what is shown has no group for the address",
            )
            .advise("such as --shown 'client=(?<address>[^ ]+)'"));
        }
        let log = self.log.clone().map(Log::open).transpose()?;
        let has_tokens = request.contains(TOKEN) && shown.as_ref().is_some_and(Pattern::has_token);
        if log.is_some() && !has_tokens {
            return Err(Failure::usage(
                "a log needs {token} in what is sent and in the pattern of its lines",
            )
            .advise(
                "such as --send 'a LOGIN {token} x\\r\\n' --shown 'user=<{token}>.*rip=(?<address>[^,]+)'",
            ));
        }
        Ok(Observer {
            request,
            served: Pattern::new(served)?,
            refused: pattern(&self.refused)?,
            shown,
            log,
            crash: pattern(&self.crash)?,
            tokens: 0.into(),
        })
    }
}

fn not_set() -> Failure {
    Failure::usage("nothing says how the receiver shows that it served a connection").advise(
        "use --http PATH, or --shown REGEX and perhaps --send TEXT, for example --shown 'client=(?<address>[^ ]+)'",
    )
}

/// The text of an argument with escape sequences.
fn unescaped(text: &str) -> Result<String, String> {
    let Escaped(bytes) = text.parse()?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
