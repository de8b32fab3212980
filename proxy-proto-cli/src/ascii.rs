//! Output in printable ASCII only: nothing in the input can control a terminal, start another line,
//! or change the order in which text is displayed.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// `text` with every character that is not printable ASCII escaped as in Rust, such as `\u{9b}`.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if is_printable(character) {
            out.push(character);
        } else {
            out.extend(character.escape_default());
        }
    }
    out
}

/// Bytes as text in which only line ends and tabs are left of what is not printable ASCII; the rest is
/// escaped as in Rust, such as `\x9b`.
pub(crate) fn lines(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        match byte {
            b'\n' | b'\t' | b' '..=b'~' => out.push(char::from(*byte)),
            _ => out.extend(byte.escape_ascii().map(char::from)),
        }
    }
    out
}

/// `value` as JSON, with every character that is not printable ASCII escaped as in JSON, such as
/// `\u009b`.
pub(crate) fn json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut out, Ascii))?;
    Ok(out)
}

fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~')
}

struct Ascii;

impl Formatter for Ascii {
    /// Control characters below U+0020, quotes and backslashes are escaped before this is called.
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            if is_printable(character) {
                write!(writer, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}
