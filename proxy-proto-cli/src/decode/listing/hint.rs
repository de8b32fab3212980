//! The most likely reason why an input is not a header.

use proxy_proto::{Decoded, decode};

use crate::hex;

/// `offset` is that of the error.
pub(super) fn hint(input: &[u8], offset: usize) -> Option<&'static str> {
    if hex::is_digits(input) {
        Some("the input is hex digits; pass it with --hex TEXT, or one header per line to --jsonl")
    } else if lacks_only_cr(input, offset) {
        Some("the line ends with LF alone, but a header ends with CR LF")
    } else {
        None
    }
}

/// Whether the error is an LF, and a CR before it would make the header complete.
fn lacks_only_cr(input: &[u8], offset: usize) -> bool {
    let Some((line, [b'\n', ..])) = input.split_at_checked(offset) else {
        return false;
    };
    matches!(decode(&[line, b"\r\n"].concat()), Decoded::Complete(_))
}
