//! POP3 as far as it takes to log in and read a message (RFC 1939): lines in, replies out, no I/O.

/// The state of one client's session.
pub(crate) struct Session<'a> {
    users: &'a [String],
    /// The one message in every mailbox: lines, none of which starts with a dot.
    message: String,
    state: State<'a>,
    errors: u8,
}

enum State<'a> {
    Start,
    /// The name given by USER, if there is such a user.
    Named(Option<&'a str>),
    LoggedIn,
    Over,
}

/// What a command leads to.
pub(crate) struct Reply<'a> {
    pub(crate) text: String,
    /// The user who has logged in by it.
    pub(crate) login: Option<&'a str>,
}

impl<'a> Session<'a> {
    pub(crate) const GREETING: &'static str = "+OK pop3 ready\r\n";

    pub(crate) const fn new(users: &'a [String], message: String) -> Self {
        Self {
            users,
            message,
            state: State::Start,
            errors: 0,
        }
    }

    pub(crate) const fn is_logged_in(&self) -> bool {
        matches!(self.state, State::LoggedIn)
    }

    /// Whether nothing more is to be read from the client.
    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Answers a line, without its end.
    pub(crate) fn answer(&mut self, line: &str) -> Reply<'a> {
        let (command, argument) = line.split_once(' ').unwrap_or((line, ""));
        let command = command.to_ascii_uppercase();
        let mut login = None;
        let answer = match (&self.state, command.as_str()) {
            (_, "CAPA") => Ok("Capabilities\r\nUSER\r\n.".to_owned()),
            (_, "QUIT") => {
                self.state = State::Over;
                Ok("Bye".to_owned())
            }
            (State::Start | State::Named(_), "USER") => {
                let user = self.users.iter().find(|user| *user == argument);
                self.state = State::Named(user.map(String::as_str));
                Ok("Any password".to_owned())
            }
            (State::Named(Some(user)), "PASS") => {
                login = Some(*user);
                self.state = State::LoggedIn;
                Ok("Logged in".to_owned())
            }
            (State::Named(None), "PASS") => {
                self.state = State::Start;
                Err("No such user")
            }
            (State::LoggedIn, "STAT") => Ok(format!("1 {}", self.message.len())),
            (State::LoggedIn, "NOOP" | "RSET") => Ok(String::new()),
            (State::LoggedIn, "LIST" | "RETR") => self.read(&command, argument),
            _ => Err("Unknown command here"),
        };
        let text = match answer {
            Ok(text) => format!("+OK {text}\r\n"),
            Err(reason) => {
                self.errors = self.errors.saturating_add(1);
                if self.errors == ERRORS_MAX {
                    self.state = State::Over;
                }
                format!("-ERR {reason}\r\n")
            }
        };
        Reply { text, login }
    }

    fn read(&self, command: &str, argument: &str) -> Result<String, &'static str> {
        let (len, message) = (self.message.len(), &self.message);
        match (command, argument) {
            ("LIST", "") => Ok(format!("1 message\r\n1 {len}\r\n.")),
            ("LIST", "1") => Ok(format!("1 {len}")),
            ("RETR", "1") => Ok(format!("{len} octets\r\n{message}.")),
            _ => Err("No such message"),
        }
    }
}

/// A client is disconnected after this many errors.
const ERRORS_MAX: u8 = 5;
