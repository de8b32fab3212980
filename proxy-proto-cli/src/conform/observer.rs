//! How a receiver shows that it served a connection, and for which client.

mod log;
mod pattern;
mod settings;

pub(crate) use pattern::Token;
pub(crate) use settings::Settings;

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use log::Log;
use pattern::{Pattern, TOKEN};

/// Says what to send after the header, and reads the answers.
#[derive(Debug)]
pub(crate) struct Observer {
    request: String,
    served: Pattern,
    refused: Option<Pattern>,
    shown: Option<Pattern>,
    log: Option<Log>,
    crash: Option<Pattern>,
    /// Cases so far.
    tokens: AtomicUsize,
}

/// The client that a receiver shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) ip: IpAddr,
    pub(crate) port: Option<u16>,
}

impl Observer {
    /// A token that no other case has.
    pub(crate) fn next_token(&self) -> Token {
        let number = self.tokens.fetch_add(1, Ordering::Relaxed);
        Token(format!("conform-{}-{number:04}", process::id()))
    }

    /// What the client sends after the header.
    pub(crate) fn request(&self, token: &Token) -> Vec<u8> {
        self.request.replace(TOKEN, &token.0).into_bytes()
    }

    /// Whether this answer is that of a connection that is served.
    pub(crate) fn is_served(&self, answer: &[u8], token: &Token) -> bool {
        self.served.is_in(&String::from_utf8_lossy(answer), token)
    }

    /// Whether this answer is that of a connection that is refused.
    pub(crate) fn is_refused(&self, answer: &[u8], token: &Token) -> bool {
        let answer = String::from_utf8_lossy(answer);
        let refused = self.refused.as_ref();
        refused.is_some_and(|refused| refused.is_in(&answer, token))
    }

    /// The client that the answer or the log shows.
    ///
    /// # Errors
    ///
    /// The log cannot be read.
    pub(crate) fn shown(&self, answer: &[u8], token: &Token) -> io::Result<Option<Shown>> {
        let Some(pattern) = &self.shown else {
            return Ok(None);
        };
        let text = match &self.log {
            None => answer.to_vec(),
            Some(log) => log.read()?,
        };
        Ok(pattern.client_in(&String::from_utf8_lossy(&text), token))
    }

    /// The lines of the log about crashes.
    ///
    /// # Errors
    ///
    /// The log cannot be read.
    pub(crate) fn crashes(&self) -> io::Result<Vec<String>> {
        let (Some(log), Some(pattern)) = (&self.log, &self.crash) else {
            return Ok(Vec::new());
        };
        let text = log.read()?;
        let text = String::from_utf8_lossy(&text);
        let none = Token(String::new());
        let lines = text.lines().filter(|line| pattern.is_in(line, &none));
        Ok(lines.map(str::to_owned).collect())
    }

    /// Whether there is a client to be found at all.
    pub(crate) fn shows_clients(&self) -> bool {
        self.shown.is_some()
    }

    /// Whether the client is in a log, which may be written later than the answer.
    pub(crate) fn reads_a_log(&self) -> bool {
        self.log.is_some()
    }
}

impl Shown {
    /// Whether this is that address, as far as it goes.
    pub(crate) fn is(&self, address: SocketAddr) -> bool {
        self.ip == address.ip().to_canonical()
            && self.port.is_none_or(|port| port == address.port())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.ip, port).fmt(f),
            None => self.ip.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Settings, Shown, Token};

    fn shown(settings: &Settings, answer: &[u8]) -> Option<String> {
        let observer = settings.observer().unwrap();
        let shown = observer
            .shown(answer, &Token("conform-0".to_owned()))
            .unwrap();
        shown.as_ref().map(Shown::to_string)
    }

    #[test]
    fn address_line_of_an_http_answer() {
        let http = Settings {
            http: Some("/".to_owned()),
            ..Settings::default()
        };
        let found = [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1 56324\r\n", "192.0.2.1:56324"),
            ("192.0.2.1:56324\n", "192.0.2.1:56324"),
            ("2001:db8::1 1\n", "[2001:db8::1]:1"),
            ("[2001:db8::1]:1\n", "[2001:db8::1]:1"),
            ("[2001:db8::1]\n", "2001:db8::1"),
            ("::ffff:192.0.2.1\n", "192.0.2.1"),
        ];
        for (body, want) in found {
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{body}");
            assert_eq!(shown(&http, answer.as_bytes()).as_deref(), Some(want));
        }
        for body in ["", "unix:", "you are 192.0.2.1", "1.2.3"] {
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{body}");
            assert_eq!(shown(&http, answer.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn only_success_over_http_is_served() {
        let http = Settings {
            http: Some("/".to_owned()),
            ..Settings::default()
        };
        let observer = http.observer().unwrap();
        let token = Token("conform-0".to_owned());
        assert!(observer.is_served(b"HTTP/1.0 200 OK\r\n", &token));
        assert!(!observer.is_served(b"HTTP/1.1 400 Bad Request\r\n", &token));
        assert!(!observer.is_served(b"<p>HTTP/1.1 200</p>", &token));
        assert!(!observer.is_served(b"", &token));
    }

    #[test]
    fn a_log_shows_the_client_of_each_token() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let settings = Settings {
            send: Some("a LOGIN {token} x\r\n".to_owned()),
            served: Some("^\\* OK".to_owned()),
            shown: Some("user=<{token}>, rip=(?<address>[^,]+),".to_owned()),
            log: Some(log.path().to_owned()),
            ..Settings::default()
        };
        std::fs::write(log.path(), "user=<before>, rip=192.0.2.9,\n").unwrap();
        let observer = settings.observer().unwrap();
        let [one, two] = [(); 2].map(|()| observer.next_token());
        let request = String::from_utf8(observer.request(&one)).unwrap();
        let name = request.split(' ').nth(2).unwrap();
        std::fs::write(
            log.path(),
            format!("user=<before>, rip=192.0.2.9,\nuser=<{name}>, rip=192.0.2.1,\n"),
        )
        .unwrap();
        let shown = |token| observer.shown(b"* OK", token).unwrap();
        assert_eq!(shown(&one).unwrap().to_string(), "192.0.2.1");
        assert_eq!(shown(&two), None);
    }

    #[test]
    fn settings_that_observe_nothing_are_refused() {
        let of = |send: &str, served: Option<&str>, shown: Option<&str>| Settings {
            send: Some(send.to_owned()),
            served: served.map(str::to_owned),
            shown: shown.map(str::to_owned),
            ..Settings::default()
        };
        assert!(of("hello", None, None).observer().is_err());
        assert!(of("hello", Some("("), None).observer().is_err());
        assert!(of("hello", Some("hello"), None).observer().is_ok());
        assert!(of("hello", None, Some("(?<address>.*)")).observer().is_ok());
        assert!(of("hello", None, Some("client=(.*)")).observer().is_err());
        let mut without_token = of("hello", Some("hello"), Some("rip=(?<address>.*)"));
        without_token.log = Some("/dev/null".into());
        assert!(without_token.observer().is_err());
    }
}
