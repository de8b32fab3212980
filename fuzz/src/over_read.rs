//! Payload: a reader that never reads more than `at_least` never consumes any.

use proxy_proto::Decoded;

use crate::case::Case;

/// Reading `at_least` bytes each time ends exactly at the end of the header; if it is invalid, at or
/// after the byte that makes it so.
pub fn over_read(data: &[u8]) {
    let Some(case) = Case::new(data) else { return };
    let options = case.options();
    let whole = options.decode(case.input);
    let mut len = 0;
    let last = loop {
        let Some(read) = case.input.get(..len) else {
            break None;
        };
        match options.decode(read) {
            Decoded::NeedMore(more) => len += more.at_least(),
            verdict => break Some(verdict),
        }
    };
    match whole {
        Decoded::Complete(header) => {
            assert_eq!(last, Some(whole));
            assert_eq!(len, header.len());
        }
        Decoded::NeedMore(_) => assert_eq!(last, None),
        // The last read may have needed more bytes than the input has.
        Decoded::Invalid(_) => assert!(last.is_none_or(|last| last == whole)),
    }
}
