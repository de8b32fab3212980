//! The bytes around an offset, which is marked.

use std::fmt::Write;

use crate::{hex, style::BAD};

/// The line of bytes that `offset` lies in, with a mark, between the previous line and the next.
pub(super) fn around(input: &[u8], offset: usize) -> String {
    let mut text = String::new();
    let marked = offset / BYTES_PER_LINE;
    let lines = input.chunks(BYTES_PER_LINE).enumerate();
    for (index, line) in lines.filter(|(index, _)| index.abs_diff(marked) <= 1) {
        put_line(&mut text, index, line);
        if index == marked {
            put_mark(&mut text, offset);
        }
    }
    if input.len().div_ceil(BYTES_PER_LINE) <= marked {
        put_line(&mut text, marked, &[]);
        put_mark(&mut text, offset);
    }
    text
}

fn put_line(text: &mut String, index: usize, line: &[u8]) {
    const WIDTH: usize = BYTES_PER_LINE * 3 - 1;
    let printable = |byte: &u8| {
        if byte.is_ascii_graphic() {
            char::from(*byte)
        } else {
            '.'
        }
    };
    let characters: String = line.iter().map(printable).collect();
    let offset = index.saturating_mul(BYTES_PER_LINE);
    let row = format!(
        "{offset:6}  {:WIDTH$}  {characters}",
        hex::encode(line, " ")
    );
    let _ = writeln!(text, "{}", row.trim_end());
}

fn put_mark(text: &mut String, offset: usize) {
    let column = (offset % BYTES_PER_LINE).saturating_mul(3);
    let _ = writeln!(text, "        {:column$}{BAD}^^{BAD:#} byte {offset}", "");
}

const BYTES_PER_LINE: usize = 16;
