//! A header field by field, for people.

mod fields;
mod hint;
mod place;

use std::fmt::Write;

use proxy_proto::Decoded;

use crate::hex;

/// A part of the header.
struct Row {
    offset: usize,
    len: usize,
    field: String,
    meaning: String,
}

/// Describes `input`, from which `decoded` was decoded.
pub(crate) fn listing(input: &[u8], decoded: &Decoded<'_>) -> String {
    match decoded {
        Decoded::Complete(header) => {
            let payload = input.len().saturating_sub(header.len());
            let mut text = table(header.as_bytes(), &fields::rows(header));
            let _ = writeln!(
                text,
                "complete: {} bytes, then {payload} of payload",
                header.len()
            );
            text
        }
        Decoded::NeedMore(more) => {
            let mut text = place::around(input, input.len());
            let (len, at_least) = (input.len(), more.at_least());
            let _ = writeln!(
                text,
                "more needed: {len} bytes are valid so far, at least {at_least} are missing"
            );
            text
        }
        Decoded::Invalid(error) => {
            let mut text = place::around(input, error.offset);
            let _ = writeln!(text, "invalid: {error}");
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
    let mut text = format!(
        "offset  {:BYTES_WIDTH$}  {:24}  meaning\n",
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
        let line = format!(
            "{:6}  {first:BYTES_WIDTH$}  {:24}  {}",
            row.offset, row.field, row.meaning
        );
        let _ = writeln!(text, "{}", line.trim_end());
        for line in lines {
            let _ = writeln!(text, "        {line}");
        }
    }
    text
}

const BYTES_PER_LINE: usize = 12;
