//! Beginnings: what is said of a part of a header holds for whatever follows.

use proxy_proto::{DecodeOptions, Decoded};

use crate::case::Case;

/// The fixed bytes of version 2: once they are there, TLVs and checksum are judged at the end only.
const FIXED_LEN: usize = 16;

/// A header with two UNIX addresses.
const UNIX_LEN: usize = FIXED_LEN + 2 * 108;

/// Every byte that a line can need next.
const LINE_BYTES: &[u8] = b"0:. \r\nPROXYTC46UNKW";

/// `at_least` is what the shortest continuation needs, and a verdict is never taken back.
pub fn prefix(data: &[u8]) {
    let Some(case) = Case::new(data) else { return };
    let options = case.options();
    match options.decode(case.input) {
        Decoded::NeedMore(more) => {
            nothing_shorter(options, case.input, more.at_least());
            let judged_by_length = case.input.len() >= FIXED_LEN || too_long_family(&case);
            if case.input.first() == Some(&b'P') || !judged_by_length {
                completed(options, case.input, more.at_least());
            }
        }
        verdict => decided(options, case.input, verdict),
    }
}

/// A family whose addresses the limit has no room for: the length says so, in the bytes to come.
fn too_long_family(case: &Case<'_>) -> bool {
    let unix = matches!(case.input.get(12..14), Some([0x21, 0x30..=0x32]));
    unix && case.choice.max_header_len() < UNIX_LEN
}

/// One byte makes `at_least` smaller by no more than one. As that is so for every input, nothing
/// shorter than `at_least` bytes completes this one.
fn nothing_shorter(options: DecodeOptions, input: &[u8], at_least: usize) {
    let mut longer = input.to_vec();
    longer.push(0);
    for byte in 0..=u8::MAX {
        longer[input.len()] = byte;
        match options.decode(&longer) {
            Decoded::Complete(header) => assert_eq!((header.len(), at_least), (longer.len(), 1)),
            Decoded::NeedMore(more) => assert!(more.at_least() + 1 >= at_least),
            // The verdict on the whole comes with its last byte, and may name an earlier place.
            Decoded::Invalid(error) => assert!(
                error.offset == input.len() || input.len() >= FIXED_LEN && at_least == 1,
                "{error}"
            ),
        }
    }
}

/// Builds a header of exactly `at_least` bytes more, a byte at a time.
///
/// Of version 2, the 16 fixed bytes: which they are decides how many more the addresses take.
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

/// A verdict stands from the byte that makes it, whatever follows.
fn decided(options: DecodeOptions, input: &[u8], verdict: Decoded<'_>) {
    let (first, at_end) = match verdict {
        Decoded::Complete(header) => (header.len(), false),
        Decoded::Invalid(error) => (error.offset + 1, error.offset >= FIXED_LEN),
        Decoded::NeedMore(_) => unreachable!("not decided"),
    };
    // What is judged with the last byte of version 2 is decided there.
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
