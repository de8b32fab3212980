//! Parses a command: its tag, its name and its arguments.

use std::borrow::Cow;

use super::framing;

/// The commands of a login. Names and arguments are as in RFC 3501 §6.
#[derive(Debug)]
pub(super) enum Command<'a> {
    Capability,
    Noop,
    Login { user: Cow<'a, [u8]> },
    Logout,
}

/// Why a command cannot be answered with OK.
#[derive(Debug)]
pub(super) struct Bad<'a> {
    /// The command's tag, if it has a valid one.
    pub(super) tag: Option<&'a str>,
    pub(super) reason: &'static str,
}

/// The tag and the meaning of a whole command.
pub(super) fn parse(command: &[u8]) -> Result<(&str, Command<'_>), Bad<'_>> {
    let mut rest = command;
    let tag = take_tag(&mut rest).map_err(|reason| Bad { tag: None, reason })?;
    let command = take_command(&mut rest);
    let command = command.map_err(|reason| Bad {
        tag: Some(tag),
        reason,
    })?;
    Ok((tag, command))
}

/// The tag at the start of a line.
pub(super) fn tag(line: &[u8]) -> Result<&str, &'static str> {
    take_tag(&mut { line })
}

fn take_tag<'a>(rest: &mut &'a [u8]) -> Result<&'a str, &'static str> {
    let tag = take_while(rest, |byte| {
        is_atom_byte(byte) && byte.is_ascii() && byte != b'+'
    });
    let is_whole = matches!(rest.first(), Some(b' ' | b'\r' | b'\n'));
    match core::str::from_utf8(tag) {
        Ok(tag) if !tag.is_empty() && is_whole => Ok(tag),
        _ => Err("Tag expected"),
    }
}

fn take_command<'a>(rest: &mut &'a [u8]) -> Result<Command<'a>, &'static str> {
    take_space(rest)?;
    let name = take_while(rest, is_atom_byte).to_ascii_uppercase();
    let command = match name.as_slice() {
        b"CAPABILITY" => Command::Capability,
        b"NOOP" => Command::Noop,
        b"LOGOUT" => Command::Logout,
        b"LOGIN" => {
            take_space(rest)?;
            let user = take_string(rest)?;
            take_space(rest)?;
            // curl sends nothing at all for an empty password.
            if framing::line_text(rest) != Some(b"") {
                take_string(rest)?;
            }
            Command::Login { user }
        }
        _ => return Err("Unknown command"),
    };
    match framing::line_text(rest) {
        Some(b"") => Ok(command),
        _ => Err("Line end expected"),
    }
}

/// An atom, a quoted string or a literal. Spec: RFC 3501 §9, `astring`.
fn take_string<'a>(rest: &mut &'a [u8]) -> Result<Cow<'a, [u8]>, &'static str> {
    match rest.first() {
        Some(b'"') => take_quoted(rest).map(Cow::Owned),
        Some(b'{') => take_literal(rest).map(Cow::Borrowed),
        _ => match take_while(rest, is_atom_byte) {
            b"" => Err("Argument expected"),
            atom => Ok(Cow::Borrowed(atom)),
        },
    }
}

/// Only the quote and the backslash can, and must, be escaped. Spec: RFC 3501 §9, `quoted`.
fn take_quoted(rest: &mut &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut text = Vec::new();
    let mut bytes = rest.strip_prefix(b"\"").unwrap_or_default().iter();
    loop {
        match bytes.next() {
            Some(b'"') => {
                *rest = bytes.as_slice();
                return Ok(text);
            }
            Some(b'\\') => match bytes.next() {
                Some(&escaped @ (b'"' | b'\\')) => text.push(escaped),
                _ => return Err("Invalid escape in quoted string"),
            },
            None | Some(b'\0' | b'\r' | b'\n') => return Err("Unterminated quoted string"),
            Some(&byte) => text.push(byte),
        }
    }
}

/// The framing has ensured that the whole literal is there.
fn take_literal<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], &'static str> {
    let line = rest.split_inclusive(|&byte| byte == b'\n').next();
    let line = line.unwrap_or_default();
    let literal = framing::announced(line).and_then(|announced| {
        let is_alone = line.iter().rposition(|&byte| byte == b'{') == Some(0);
        let after = rest.get(line.len()..).filter(|_| is_alone)?;
        after.split_at_checked(announced.len)
    });
    let (literal, after) = literal.ok_or("Literal expected")?;
    *rest = after;
    Ok(literal)
}

fn take_space(rest: &mut &[u8]) -> Result<(), &'static str> {
    *rest = rest.strip_prefix(b" ").ok_or("Space expected")?;
    Ok(())
}

fn take_while<'a>(rest: &mut &'a [u8], is_wanted: impl Fn(u8) -> bool) -> &'a [u8] {
    let len = rest.iter().position(|&byte| !is_wanted(byte));
    let (taken, after) = rest
        .split_at_checked(len.unwrap_or(rest.len()))
        .unwrap_or((rest, &[]));
    *rest = after;
    taken
}

/// `ASTRING-CHAR` of RFC 3501 §9, and everything that is not ASCII: curl sends such user names
/// unquoted.
const fn is_atom_byte(byte: u8) -> bool {
    !byte.is_ascii_control()
        && !matches!(byte, b' ' | b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\')
}
