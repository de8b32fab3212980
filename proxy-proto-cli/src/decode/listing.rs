//! A header field by field, for people.

mod fields;
mod hint;
mod place;

use std::fmt::Write;

use proxy_proto::Decoded;

use crate::{
    hex,
    style::{BAD, DIM, FIELD, GOOD, HEADING, OPEN},
};

/// A part of the header.
struct Row {
    offset: usize,
    len: usize,
    field: String,
    meaning: String,
}

/// Describes `input`, from which `decoded` was decoded, and which is the beginning of `len` bytes.
pub(crate) fn listing(input: &[u8], len: usize, decoded: &Decoded<'_>) -> String {
    match decoded {
        Decoded::Complete(header) => {
            let payload = len.saturating_sub(header.len());
            let mut text = table(header.as_bytes(), &fields::rows(header));
            let len = header.len();
            let _ = writeln!(
                text,
                "{GOOD}complete{GOOD:#}: {len} bytes, then {payload} of payload"
            );
            text
        }
        Decoded::NeedMore(more) => {
            let mut text = place::around(input, input.len());
            let (len, at_least) = (input.len(), more.at_least());
            let _ = writeln!(
                text,
                "{OPEN}more needed{OPEN:#}: {len} bytes are valid so far, at least {at_least} are missing"
            );
            text
        }
        Decoded::Invalid(error) => {
            let mut text = place::around(input, error.offset);
            let _ = writeln!(text, "{BAD}invalid{BAD:#}: {error}");
            if let Some(hint) = hint::hint(input, error.offset) {
                let _ = writeln!(text, "hint: {hint}");
            }
            text
        }
    }
}

/// The rows with their bytes, a dozen per line.
fn table(raw: &[u8], rows: &[Row]) -> String {
    const BYTES_WIDTH: usize = BYTES_PER_LINE * 3 - 1;
    const FIELD_WIDTH: usize = 24;
    let mut text = format!(
        "{HEADING}offset  {:BYTES_WIDTH$}  {:FIELD_WIDTH$}  meaning{HEADING:#}\n",
        "bytes", "field"
    );
    for row in rows {
        let bytes = raw
            .get(row.offset..row.offset.saturating_add(row.len))
            .unwrap_or_default();
        let mut lines = bytes
            .chunks(BYTES_PER_LINE)
            .map(|line| hex::encode(line, " "));
        let first = lines.next().unwrap_or_default();
        let (offset, field, meaning) = (row.offset, &row.field, &row.meaning);
        let _ = write!(
            text,
            "{DIM}{offset:6}  {first:BYTES_WIDTH$}{DIM:#}  {FIELD}{field}{FIELD:#}"
        );
        if !meaning.is_empty() {
            let gap = FIELD_WIDTH.saturating_sub(field.len()).saturating_add(2);
            let _ = write!(text, "{:gap$}{meaning}", "");
        }
        text.push('\n');
        for line in lines {
            let _ = writeln!(text, "        {DIM}{line}{DIM:#}");
        }
    }
    text
}

const BYTES_PER_LINE: usize = 12;
