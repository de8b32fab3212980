//! Regular expressions that recognize one case.

use std::net::{IpAddr, SocketAddr};

use regex_lite::{Captures, Regex};

use super::Shown;
use crate::failure::Failure;

/// A regular expression, in which `{token}` stands for the token of a case.
#[derive(Debug)]
pub(super) struct Pattern(String);

/// What one case is recognized by.
#[derive(Debug)]
pub(crate) struct Token(pub(super) String);

/// What stands for the token of a case.
pub(super) const TOKEN: &str = "{token}";
/// The group for the address of the client.
const ADDRESS: &str = "address";

impl Pattern {
    /// # Errors
    ///
    /// It is not a regular expression.
    pub(super) fn new(pattern: String) -> Result<Self, Failure> {
        match Regex::new(&pattern.replace(TOKEN, "")) {
            Ok(_) => Ok(Self(pattern)),
            Err(error) => Err(Failure::usage(format!("the pattern {pattern}: {error}"))),
        }
    }

    pub(super) fn has_token(&self) -> bool {
        self.0.contains(TOKEN)
    }

    pub(super) fn has_address(&self) -> bool {
        let regex = self.regex(&Token(String::new()));
        regex.is_some_and(|it| it.capture_names().flatten().any(|name| name == ADDRESS))
    }

    pub(super) fn is_in(&self, text: &str, token: &Token) -> bool {
        self.regex(token).is_some_and(|regex| regex.is_match(text))
    }

    /// The client in the groups `address` and `port`.
    pub(super) fn client_in(&self, text: &str, token: &Token) -> Option<Shown> {
        client(&self.regex(token)?.captures(text)?)
    }

    fn regex(&self, Token(token): &Token) -> Option<Regex> {
        Regex::new(&self.0.replace(TOKEN, token)).ok()
    }
}

fn client(captures: &Captures<'_>) -> Option<Shown> {
    let address = captures.name(ADDRESS)?.as_str();
    let port = captures.name("port");
    let port = port.and_then(|port| port.as_str().parse().ok());
    let (ip, port) = match address.parse::<SocketAddr>() {
        Ok(address) => (address.ip(), port.or(Some(address.port()))),
        Err(_) => (
            address.trim_matches(['[', ']']).parse::<IpAddr>().ok()?,
            port,
        ),
    };
    let ip = ip.to_canonical();
    Some(Shown { ip, port })
}
