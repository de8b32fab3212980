//! Chunks: the verdict is the same wherever the bytes are split.

use proxy_proto::{DecodeOptions, Decoded, Decoder, Progress};

use crate::case::Case;

/// Bytes of the input that give the lengths of the chunks, repeated in this order.
const SPLITS: usize = 4;

/// All splits give one verdict, through `Decoder` and through `decode` on a growing buffer.
pub fn split(data: &[u8]) {
    let Some(case) = Case::new(data) else { return };
    let options = case.options();
    let Some((lens, input)) = case.input.split_first_chunk::<SPLITS>() else {
        return;
    };
    let chunks = chunks(lens, input);
    grows(options, input, &chunks);
    fed::<107>(options, input, &chunks);
    fed::<536>(options, input, &chunks);
    fed::<4096>(options, input, &chunks);
}

/// Chunks may be empty; if all would be, there is one chunk with everything.
fn chunks<'a>(lens: &[u8; SPLITS], input: &'a [u8]) -> Vec<&'a [u8]> {
    let mut rest = input;
    let mut chunks = Vec::new();
    let is_one = lens.iter().all(|&len| len == 0);
    for &len in lens.iter().cycle() {
        let len = if is_one { rest.len() } else { len.into() };
        let (chunk, after) = rest.split_at(len.min(rest.len()));
        chunks.push(chunk);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    chunks
}

fn grows(options: DecodeOptions, input: &[u8], chunks: &[&[u8]]) {
    let whole = options.decode(input);
    let mut len = 0;
    for chunk in chunks {
        len += chunk.len();
        match options.decode(&input[..len]) {
            Decoded::NeedMore(_) if len < input.len() => {}
            verdict => return assert_eq!(verdict, whole, "at {len}"),
        }
    }
    panic!("the last chunk ends the input");
}

fn fed<const N: usize>(options: DecodeOptions, input: &[u8], chunks: &[&[u8]]) {
    let limit = options.max_header_len().min(N);
    let whole = options.with_max_header_len(limit).decode(input);
    let mut decoder = Decoder::<N>::sized(options);
    feed_all(&mut decoder, whole, chunks);
    decoder.reset();
    feed_all(&mut decoder, whole, chunks);
}

fn feed_all<const N: usize>(decoder: &mut Decoder<N>, whole: Decoded<'_>, chunks: &[&[u8]]) {
    let mut before = 0;
    let mut last = None;
    for chunk in chunks {
        assert_eq!(decoder.header(chunk), None);
        let fed = decoder.feed(chunk);
        last = Some(fed);
        match fed {
            Progress::NeedMore(_) => before += chunk.len(),
            Progress::Complete { consumed, .. } => {
                let Decoded::Complete(header) = whole else {
                    panic!("{whole:?}, but {fed:?}");
                };
                assert_eq!(before + consumed, header.len());
                assert_eq!(decoder.header(chunk), Some(header));
                assert!(matches!(
                    decoder.feed(b"x"),
                    Progress::Complete { consumed: 0, .. }
                ));
                let still = decoder.header(chunk);
                assert_eq!(still, (before > 0).then_some(header), "buffered");
                return;
            }
            Progress::Invalid(error) => {
                assert_eq!(whole, Decoded::Invalid(error));
                assert_eq!(decoder.feed(b"x"), fed);
                assert_eq!(decoder.header(chunk), None);
                return;
            }
        }
    }
    match (last, whole) {
        (Some(Progress::NeedMore(fed)), Decoded::NeedMore(whole)) => assert_eq!(fed, whole),
        (fed, whole) => panic!("{whole:?}, but {fed:?}"),
    }
}
