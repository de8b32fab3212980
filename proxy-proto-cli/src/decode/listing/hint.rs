//! The most likely reason why an input is not a header.

use proxy_proto::{Decoded, decode};

use crate::hex;

/// `offset` is that of the error.
pub(super) fn hint(input: &[u8], offset: usize) -> Option<&'static str> {
    if hex::is_digits(input) {
        Some("the input is hex digits; pass it with --hex TEXT, or one header per line to --jsonl")
    } else if lacks_only_cr(input, offset) {
        Some("the line ends with LF alone, but a header ends with CR LF")
    } else if is_capture(input) {
        Some("the input is a packet capture; pass it with --pcap")
    } else {
        None
    }
}

/// Whether this is a file of pcap, of either byte order and either unit of time, or of pcapng.
fn is_capture(input: &[u8]) -> bool {
    const MAGIC: [[u8; 4]; 5] = [
        [0xA1, 0xB2, 0xC3, 0xD4],
        [0xD4, 0xC3, 0xB2, 0xA1],
        [0xA1, 0xB2, 0x3C, 0x4D],
        [0x4D, 0x3C, 0xB2, 0xA1],
        [0x0A, 0x0D, 0x0D, 0x0A],
    ];
    MAGIC.iter().any(|magic| input.starts_with(magic))
}

/// Whether the error is an LF, and a CR before it would make the header complete.
fn lacks_only_cr(input: &[u8], offset: usize) -> bool {
    let Some((line, [b'\n', ..])) = input.split_at_checked(offset) else {
        return false;
    };
    matches!(decode(&[line, b"\r\n"].concat()), Decoded::Complete(_))
}
