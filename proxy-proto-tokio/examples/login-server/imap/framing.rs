//! Finds where a command ends: after one line, or after several with the literals they announce in
//! between.
//!
//! [`COMMAND_LIMIT`] bounds what a client can make the server buffer, literals included.

/// The bytes of a client, split into commands.
#[derive(Debug)]
pub(super) struct Framing {
    /// Starts with the current command.
    input: Vec<u8>,
    /// Where the command's last line starts: at 0, or after a literal, which may not have arrived yet.
    line_start: usize,
}

/// What comes next in the input.
#[derive(Debug)]
pub(super) enum Framed {
    /// A whole command, with its literals and the line end.
    Command(Vec<u8>),
    /// The client waits for permission to send a literal.
    SendLiteral,
    /// The line of a command whose literal is too long. The client was still waiting to send it.
    LiteralRefused(Vec<u8>),
    /// Longer than a command may be. Where the next one starts is not known.
    TooLong,
}

/// The `{n}` or `{n+}` at the end of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announced {
    pub(super) len: usize,
    /// Whether the client waits for permission; with `{n+}` it does not. Spec: RFC 7888 §3.
    waits: bool,
}

impl Framing {
    pub(super) const fn new() -> Self {
        Self {
            input: Vec::new(),
            line_start: 0,
        }
    }

    pub(super) fn receive(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// `None` if more bytes are needed.
    pub(super) fn next(&mut self) -> Option<Framed> {
        loop {
            let input = self.input.get(self.line_start..)?;
            let line = input.split_inclusive(|&byte| byte == b'\n').next()?;
            let line_end = self.line_start.saturating_add(line.len());
            if line_end > COMMAND_LIMIT {
                return Some(Framed::TooLong);
            }
            if !line.ends_with(b"\n") {
                return None;
            }
            let Some(literal) = announced(line) else {
                return Some(Framed::Command(self.take(line_end)));
            };
            let literal_end = line_end.saturating_add(literal.len);
            let fits = literal.len <= LITERAL_LIMIT && literal_end <= COMMAND_LIMIT;
            match (fits, literal.waits) {
                (true, waits) => {
                    self.line_start = literal_end;
                    if waits {
                        return Some(Framed::SendLiteral);
                    }
                }
                (false, true) => return Some(Framed::LiteralRefused(self.take(line_end))),
                (false, false) => return Some(Framed::TooLong),
            }
        }
    }

    fn take(&mut self, len: usize) -> Vec<u8> {
        self.line_start = 0;
        self.input.drain(..len).collect()
    }
}

/// The literal that this line announces at its end. A length that overflows is `usize::MAX`.
pub(super) fn announced(line: &[u8]) -> Option<Announced> {
    let line = line_text(line)?.strip_suffix(b"}")?;
    let (line, waits) = match line.strip_suffix(b"+") {
        Some(line) => (line, false),
        None => (line, true),
    };
    let digits = line.rsplit(|&byte| byte == b'{').next()?;
    let is_announced = line.len() > digits.len() && !digits.is_empty();
    if !is_announced || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let len = digits.iter().fold(0_usize, |len, digit| {
        let digit = digit.saturating_sub(b'0');
        len.saturating_mul(10).saturating_add(digit.into())
    });
    Some(Announced { len, waits })
}

/// A line without its end. A lone line feed is accepted as the end, for people with netcat.
pub(super) fn line_text(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n")?;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// The maximum length of a command in bytes, with its literals and line ends.
const COMMAND_LIMIT: usize = 8192;

/// The maximum length of a literal, in bytes.
const LITERAL_LIMIT: usize = 4096;
