//! Prefixes: a verdict on a part of a header holds for whatever follows.

use proxy_proto::{DecodeOptions, Decoded};

use crate::case::Case;

/// The fixed bytes of version 2: after them, TLVs and checksum are checked only at the end.
const FIXED_LEN: usize = 16;

/// Length of a header with two UNIX addresses.
const UNIX_LEN: usize = FIXED_LEN + 2 * 108;

/// Every byte that a line can need next.
const LINE_BYTES: &[u8] = b"0:. \r\nPROXYTC46UNKW";

/// `at_least` is what the shortest continuation needs, and a verdict never changes.
pub fn prefix(data: &[u8]) {
    let Some(case) = Case::new(data) else { return };
    let options = case.options();
    match options.decode(case.input) {
        Decoded::NeedMore(more) => {
            nothing_shorter(options, case.input, more.at_least());
            let is_checked_at_length = case.input.len() >= FIXED_LEN || too_long_family(&case);
            if case.input.first() == Some(&b'P') || !is_checked_at_length {
                completed(options, case.input, more.at_least());
            }
        }
        verdict => decided(options, case.input, verdict),
    }
}

/// Whether the limit leaves no room for the addresses of the family: the length bytes will show it.
fn too_long_family(case: &Case<'_>) -> bool {
    let unix = matches!(case.input.get(12..14), Some([0x21, 0x30..=0x32]));
    unix && case.choice.max_header_len() < UNIX_LEN
}

/// No next byte makes `at_least` smaller by more than one. As that holds for every input, nothing
/// shorter than `at_least` bytes completes this one.
fn nothing_shorter(options: DecodeOptions, input: &[u8], at_least: usize) {
    let mut longer = input.to_vec();
    longer.push(0);
    for byte in 0..=u8::MAX {
        longer[input.len()] = byte;
        match options.decode(&longer) {
            Decoded::Complete(header) => assert_eq!((header.len(), at_least), (longer.len(), 1)),
            Decoded::NeedMore(more) => assert!(more.at_least() + 1 >= at_least),
            // The verdict on a whole header is due at its last byte, and may name an earlier one.
            Decoded::Invalid(error) => assert!(
                error.offset == input.len() || input.len() >= FIXED_LEN && at_least == 1,
                "{error}"
            ),
        }
    }
}

/// Adds exactly `at_least` bytes that complete the header, one at a time. In version 2 these are the
/// 16 fixed bytes: their values determine how long the addresses are.
fn completed(options: DecodeOptions, input: &[u8], at_least: usize) {
    let mut header = input.to_vec();
    for missing in (0..at_least).rev() {
        let fits = |byte: &u8| {
            let header = [&header[..], &[*byte]].concat();
            let fixed = header[0] == 0x0D && header.len() == FIXED_LEN;
            match options.decode(&header) {
                Decoded::Complete(_) => missing == 0,
                Decoded::NeedMore(more) => fixed || more.at_least() == missing,
                Decoded::Invalid(_) => false,
            }
        };
        let byte = match header.first() {
            Some(0x0D) => (0..=u8::MAX).find(fits),
            _ => LINE_BYTES.iter().copied().find(fits),
        };
        let Some(byte) = byte else {
            panic!(
                "nothing completes {:?} in {at_least}",
                input.escape_ascii().to_string()
            );
        };
        header.push(byte);
    }
}

/// A verdict holds from the byte that decides it, whatever follows.
fn decided(options: DecodeOptions, input: &[u8], verdict: Decoded<'_>) {
    let (first, at_end) = match verdict {
        Decoded::Complete(header) => (header.len(), false),
        Decoded::Invalid(error) => (error.offset + 1, error.offset >= FIXED_LEN),
        Decoded::NeedMore(_) => unreachable!("not decided"),
    };
    // What is checked at the last byte of version 2 is decided there.
    let first = if at_end && input[0] == 0x0D {
        FIXED_LEN + usize::from(u16::from_be_bytes([input[14], input[15]]))
    } else {
        first
    };
    let before = options.decode(&input[..first - 1]);
    assert!(
        matches!(before, Decoded::NeedMore(_)),
        "{verdict:?}, but {before:?}"
    );
    for end in [first, first.midpoint(input.len()), input.len()] {
        assert_eq!(options.decode(&input[..end]), verdict, "{end}");
    }
    let mut longer = input.to_vec();
    longer.extend(input.iter().rev());
    assert_eq!(options.decode(&longer), verdict);
}
