//! Chunks: the verdict is the same however the bytes are cut.

use proxy_proto::{DecodeOptions, Decoded, Decoder, Fed};

use crate::case::Case;

/// Bytes of the input that say how long the chunks are, again and again in this order.
const CUTS: usize = 4;

/// Any cutting gives one verdict, through `Decoder` and through `decode` on a growing buffer.
pub fn split(data: &[u8]) {
    let Some(case) = Case::new(data) else { return };
    let options = case.options();
    let Some((cuts, input)) = case.input.split_first_chunk::<CUTS>() else {
        return;
    };
    let chunks = chunks(cuts, input);
    grows(options, input, &chunks);
    fed::<107>(options, input, &chunks);
    fed::<536>(options, input, &chunks);
    fed::<4096>(options, input, &chunks);
}

/// Empty chunks are chunks too, but some must bring something.
fn chunks<'a>(cuts: &[u8; CUTS], input: &'a [u8]) -> Vec<&'a [u8]> {
    let mut rest = input;
    let mut chunks = Vec::new();
    for &cut in cuts.iter().cycle() {
        let everything = cuts.iter().all(|&cut| cut == 0);
        let len = if everything { rest.len() } else { cut.into() };
        let (chunk, behind) = rest.split_at(len.min(rest.len()));
        chunks.push(chunk);
        rest = behind;
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
    let limit = options.longest_header().min(N);
    let whole = options.with_longest_header(limit).decode(input);
    let mut decoder = Decoder::<N>::with_options(options);
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
            Fed::NeedMore(_) => before += chunk.len(),
            Fed::Complete { taken } => {
                let Decoded::Complete(header) = whole else {
                    panic!("{whole:?}, but {fed:?}");
                };
                assert_eq!(before + taken, header.len());
                assert_eq!(decoder.header(chunk), Some(header));
                assert_eq!(decoder.feed(b"x"), Fed::Complete { taken: 0 });
                let still = decoder.header(chunk);
                assert_eq!(still, (before > 0).then_some(header), "gathered");
                return;
            }
            Fed::Invalid(error) => {
                assert_eq!(whole, Decoded::Invalid(error));
                assert_eq!(decoder.feed(b"x"), fed);
                assert_eq!(decoder.header(chunk), None);
                return;
            }
        }
    }
    match (last, whole) {
        (Some(Fed::NeedMore(fed)), Decoded::NeedMore(whole)) => assert_eq!(fed, whole),
        (fed, whole) => panic!("{whole:?}, but {fed:?}"),
    }
}
