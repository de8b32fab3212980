//! Payload: a reader that reads what it is told to never takes a byte of it.

use proxy_proto::Decoded;

use crate::case::Case;

/// Reading `at_least` bytes each time ends exactly at the end of the header, or at the byte that
/// makes it invalid or later.
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
        // Its last read may have asked for more than there was.
        Decoded::Invalid(_) => assert!(last.is_none_or(|last| last == whole)),
    }
}
