//! The part of IMAP that a login needs (RFC 3501, RFC 7888): bytes in, replies and logins out, no I/O.

mod framing;
mod grammar;

use self::{
    framing::{Framed, Framing},
    grammar::Command,
};

/// The state of the exchange between the server and one client.
#[derive(Debug)]
pub(crate) struct Session {
    framing: Framing,
    state: State,
    /// The reply to a login that was just reported.
    pending: Option<String>,
}

/// What the client's bytes lead to, in order.
#[derive(Debug)]
pub(crate) enum Event {
    /// To be written to the client.
    Reply(String),
    /// This user has logged in.
    Login(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    BeforeLogin,
    LoggedIn,
    Over,
}

impl Session {
    /// What the server sends first.
    pub(crate) const GREETING: &str = "* OK [CAPABILITY IMAP4rev1 LITERAL+] login-server ready\r\n";

    pub(crate) const fn new() -> Self {
        Self {
            framing: Framing::new(),
            state: State::BeforeLogin,
            pending: None,
        }
    }

    /// Receives what the client sent.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.framing.receive(bytes);
    }

    /// The next event; `None` if more bytes are needed, or the session is over.
    pub(crate) fn next_event(&mut self) -> Option<Event> {
        if let Some(reply) = self.pending.take() {
            return Some(Event::Reply(reply));
        }
        if self.is_over() {
            return None;
        }
        Some(match self.framing.next()? {
            Framed::Command(command) => self.answer(&command),
            Framed::SendLiteral => Event::Reply("+ Go ahead\r\n".to_owned()),
            Framed::LiteralRefused(line) => {
                Event::Reply(bad(grammar::tag(&line).ok(), "Literal too long"))
            }
            Framed::TooLong => {
                self.state = State::Over;
                Event::Reply("* BYE Command too long\r\n".to_owned())
            }
        })
    }

    pub(crate) fn is_before_login(&self) -> bool {
        self.state == State::BeforeLogin
    }

    /// Whether the last reply was given.
    pub(crate) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    fn answer(&mut self, command: &[u8]) -> Event {
        let (tag, command) = match grammar::parse(command) {
            Ok(parsed) => parsed,
            Err(error) => return Event::Reply(bad(error.tag, error.reason)),
        };
        Event::Reply(match command {
            Command::Capability => {
                format!("* CAPABILITY IMAP4rev1 LITERAL+\r\n{tag} OK CAPABILITY completed\r\n")
            }
            Command::Noop => format!("{tag} OK NOOP completed\r\n"),
            Command::Logout => {
                self.state = State::Over;
                format!("* BYE Logging out\r\n{tag} OK LOGOUT completed\r\n")
            }
            Command::Login { .. } if self.state == State::LoggedIn => {
                bad(Some(tag), "Already logged in")
            }
            Command::Login { user } => {
                self.state = State::LoggedIn;
                self.pending = Some(format!("{tag} OK Logged in\r\n"));
                return Event::Login(user.into_owned());
            }
        })
    }
}

fn bad(tag: Option<&str>, reason: &str) -> String {
    format!("{} BAD {reason}\r\n", tag.unwrap_or("*"))
}
