//! Every vector and every capture through `Decoder`, split in every way that is affordable.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use proxy_proto::{
    DecodeErrorKind, DecodeOptions, Decoded, Decoder, Progress, TlvType, V1_MAX_LEN, V2_MAX_LEN,
    decode,
};

use crate::common::{V2_PROXY, Vector, Xorshift, v2, vectors};

/// Feeds `input` in chunks that end at `splits`, then the rest, and compares every answer with that of
/// `decode` for everything fed. Expects the decoder reset and leaves it so.
fn feed_split<const N: usize>(
    decoder: &mut Decoder<N>,
    options: DecodeOptions,
    input: &[u8],
    splits: impl IntoIterator<Item = usize>,
    id: &str,
) {
    let mut start = 0;
    for end in splits.into_iter().chain([input.len()]) {
        let chunk = &input[start..end];
        let fed = decoder.feed(chunk);
        let place = || format!("{id}: bytes {start} to {end}");
        match options.decode(&input[..end]) {
            Decoded::NeedMore(more) => {
                assert_eq!(fed, Progress::NeedMore(more), "{}", place());
                assert_eq!(decoder.header(chunk), None, "{}", place());
            }
            Decoded::Invalid(error) => {
                assert_eq!(fed, Progress::Invalid(error), "{}", place());
                assert_eq!(decoder.header(chunk), None, "{}", place());
                break;
            }
            Decoded::Complete(header) => {
                let consumed = header.len() - start;
                assert!(
                    matches!(fed, Progress::Complete { consumed: found, .. } if found == consumed),
                    "{}",
                    place()
                );
                assert_eq!(decoder.header(chunk), Some(header), "{}", place());
                break;
            }
        }
        start = end;
    }
    decoder.reset();
}

/// A decoder that accepts every header there is. On the heap: it is 64 KiB.
fn decoder_for_all() -> Box<Decoder<V2_MAX_LEN>> {
    Box::new(Decoder::sized(DecodeOptions::new()))
}

/// Where to split an input in two: everywhere, or around what matters in a huge one.
fn places(input: &[u8]) -> Vec<usize> {
    let len = input.len();
    if len <= 5000 {
        (0..=len).collect()
    } else {
        let places = [
            0, 1, 11, 12, 13, 14, 15, 16, 17, 27, 28, 29, 30, 31, 32, 4096,
        ];
        places.into_iter().chain([len - 2, len - 1, len]).collect()
    }
}

#[test]
fn a_split_in_two_anywhere_changes_no_verdict() {
    let mut decoder = decoder_for_all();
    for Vector { id, bytes, .. } in vectors() {
        for split in places(&bytes) {
            feed_split(&mut decoder, DecodeOptions::new(), &bytes, [split], &id);
        }
    }
}

#[test]
fn feeding_byte_by_byte_changes_no_verdict() {
    let mut decoder = decoder_for_all();
    for Vector { id, bytes, .. } in vectors() {
        feed_split(
            &mut decoder,
            DecodeOptions::new(),
            &bytes,
            0..=bytes.len(),
            &id,
        );
    }
}

#[test]
fn chunks_of_random_length_change_no_verdict() {
    let mut random = Xorshift(0x9E37_79B9_7F4A_7C15);
    let mut decoder = decoder_for_all();
    for Vector { id, bytes, .. } in vectors() {
        for _ in 0..20 {
            let mut splits: Vec<usize> = (0..random.below(8))
                .map(|_| random.below(bytes.len() + 1))
                .collect();
            // The same place twice is an empty chunk.
            splits.sort_unstable();
            feed_split(&mut decoder, DecodeOptions::new(), &bytes, splits, &id);
        }
    }
}

#[test]
fn payload_in_the_last_chunk_is_not_consumed() {
    let mut decoder = decoder_for_all();
    for Vector { id, bytes, .. } in vectors() {
        let input = [&bytes, &b"PROXY UNKNOWN\r\n\r\n\r\n\0\r\nQUIT\n"[..]].concat();
        for split in places(&bytes) {
            feed_split(&mut decoder, DecodeOptions::new(), &input, [split], &id);
        }
    }
}

/// A valid header of `len` bytes, 28 or at least 31.
fn padded(len: usize) -> Vec<u8> {
    let mut tlvs = Vec::new();
    if let Some(value_len) = len.checked_sub(28 + 3) {
        tlvs.push(TlvType::NOOP.0);
        tlvs.extend(u16::try_from(value_len).unwrap().to_be_bytes());
        tlvs.resize(len - 28, 0);
    }
    v2(0x11, &[crate::common::INET_BLOCK, &tlvs])
}

/// Headers around the limit, and the verdict of the decoder on them, in any number of chunks: the
/// same as `decode` under the smaller of `N` and the limit set.
#[test]
fn limit_is_the_same_however_the_header_is_split() {
    fn check<const N: usize>(limit: Option<usize>, in_force: usize) {
        let set = limit.map_or(DecodeOptions::new(), |len| {
            DecodeOptions::new().with_max_header_len(len)
        });
        let options = DecodeOptions::new().with_max_header_len(in_force);
        let mut decoder = Decoder::<N>::sized(set);
        for len in [
            28, 91, 92, 107, 108, 255, 256, 271, 272, 535, 536, 537, 600, 4097,
        ] {
            let input = padded(len);
            assert_eq!(input.len(), len);
            let id = format!("{len} bytes, Decoder<{N}>, limit {limit:?}");
            let fits = matches!(options.decode(&input), Decoded::Complete(_));
            assert_eq!(fits, len <= in_force, "{id}");
            for split in 0..=len {
                feed_split(&mut decoder, options, &input, [split], &id);
            }
            feed_split(&mut decoder, options, &input, 0..=len, &id);
        }
    }
    check::<536>(None, 536);
    check::<536>(Some(4096), 536);
    check::<536>(Some(300), 300);
    check::<4096>(Some(536), 536);
    check::<4096>(Some(92), V1_MAX_LEN);
    check::<4096>(Some(0), V1_MAX_LEN);
    check::<107>(None, V1_MAX_LEN);
    check::<272>(None, 272);
    check::<5000>(None, 5000);
}

#[test]
fn too_long_is_reported_at_the_first_length_byte_that_shows_it() {
    // The limit, the length field, and the offset at which it is too long.
    let rows: [(usize, u16, Option<usize>); 8] = [
        (107, 91, None),
        (107, 92, Some(15)),
        (107, 256, Some(14)),
        (271, 255, None),
        (271, 256, Some(14)),
        (272, 256, None),
        (272, 257, Some(15)),
        (4096, 0xFFFF, Some(14)),
    ];
    for (limit, len, offset) in rows {
        let options = DecodeOptions::new().with_max_header_len(limit);
        let mut decoder = Decoder::<5000>::sized(options);
        let input = [&V2_PROXY[..], b"\x00", &len.to_be_bytes()].concat();
        let reported = (0..input.len()).find_map(|at| match decoder.feed(&input[at..=at]) {
            Progress::Invalid(error) => Some((at, error)),
            _ => None,
        });
        assert_eq!(
            reported.map(|(at, _)| at),
            offset,
            "length {len}, limit {limit}"
        );
        if let Some((at, error)) = reported {
            assert_eq!(error.offset, at);
            let DecodeErrorKind::HeaderTooLong {
                limit: reported, ..
            } = error.kind
            else {
                panic!("{error:?}");
            };
            assert_eq!(reported, limit);
        }
    }
}

#[test]
fn default_decoder_accepts_536_bytes_and_refuses_537() {
    assert!(matches!(
        Decoder::new().feed(&padded(536)),
        Progress::Complete { consumed: 536, .. }
    ));
    let Progress::Invalid(error) = Decoder::new().feed(&padded(537)) else {
        panic!("537 bytes were accepted");
    };
    assert_eq!(error.to_string(), "header longer than 536 bytes at byte 15");
}

#[test]
fn smallest_decoder_accepts_every_line_of_version_1() {
    let mut decoder = Decoder::<V1_MAX_LEN>::sized(DecodeOptions::new());
    let mut seen_longest = 0;
    for Vector { id, bytes, .. } in vectors() {
        if bytes.first() == Some(&b'P') {
            feed_split(
                &mut decoder,
                DecodeOptions::new(),
                &bytes,
                0..=bytes.len(),
                &id,
            );
        }
    }
    for ignored in 0..=V1_MAX_LEN {
        let line = [b"PROXY UNKNOWN ", &vec![b'x'; ignored][..], b"\r\n"].concat();
        if let Decoded::Complete(header) = decode(&line) {
            seen_longest = header.len();
        }
        feed_split(
            &mut decoder,
            DecodeOptions::new(),
            &line,
            0..=line.len(),
            "UNKNOWN",
        );
    }
    assert_eq!(seen_longest, V1_MAX_LEN);
}

#[test]
fn a_header_complete_in_its_chunk_is_not_copied() {
    let chunk = [&v2(0x11, &[crate::common::INET_BLOCK])[..], b"payload"].concat();
    let mut decoder = Decoder::new();
    assert_eq!(decoder.feed(&[]), Progress::NeedMore(more_for(&[])));
    assert!(matches!(
        decoder.feed(&chunk),
        Progress::Complete { consumed: 28, .. }
    ));
    let header = decoder.header(&chunk).unwrap();
    assert!(core::ptr::eq(header.as_bytes(), &raw const chunk[..28]));
    assert_eq!(
        decoder.header(&chunk[..27]),
        None,
        "not the chunk it was in"
    );
}

/// The buffer that a header arrived in is read into again before `header` is called: it must not
/// apply what it knew of the old bytes to the new ones, or it would make up an address.
#[test]
fn header_is_never_returned_over_bytes_that_were_not_checked() {
    let tcp4 = b"PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r\n";
    let inet = v2(0x11, &[crate::common::INET_BLOCK]);
    let with_tlv = v2(0x11, &[crate::common::INET_BLOCK, b"\x02\0\x01x"]);
    for sent in [&tcp4[..], &inet, &with_tlv] {
        let mut decoder = Decoder::new();
        let fed = decoder.feed(sent);
        assert!(matches!(fed, Progress::Complete { consumed, .. } if consumed == sent.len()));

        let payload = b"GET /index.html HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
        assert_eq!(decoder.header(payload), None);
        for at in 0..sent.len() {
            let mut changed = sent.to_vec();
            changed[at] ^= 0x01;
            match (decoder.header(&changed), decode(&changed)) {
                (Some(header), Decoded::Complete(checked)) => assert_eq!(header, checked),
                (None, Decoded::Complete(checked)) => assert_ne!(checked.len(), sent.len()),
                (found, _) => assert_eq!(found, None, "byte {at} changed"),
            }
        }
        assert_eq!(decoder.header(sent), Some(crate::common::header(sent)));
    }
}

/// A buffered header is the decoder's own, whatever chunk is given.
#[test]
fn header_that_arrived_split_does_not_depend_on_the_chunk() {
    let sent = v2(0x11, &[crate::common::INET_BLOCK]);
    let mut decoder = Decoder::new();
    assert!(matches!(decoder.feed(&sent[..20]), Progress::NeedMore(_)));
    assert!(matches!(
        decoder.feed(&sent[20..]),
        Progress::Complete { consumed: 8, .. }
    ));
    for chunk in [&sent[20..], b"GET / HTTP/1.1\r\n", b""] {
        assert_eq!(decoder.header(chunk), Some(crate::common::header(&sent)));
    }
}

fn more_for(input: &[u8]) -> proxy_proto::NeedMore {
    match decode(input) {
        Decoded::NeedMore(more) => more,
        other => panic!("{other:?}"),
    }
}

#[test]
fn after_complete_nothing_is_consumed_and_no_later_chunk_is_a_header() {
    let input = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\nPROXY UNKNOWN\r\n";
    let header = crate::common::header(input);

    let mut in_place = Decoder::new();
    assert!(matches!(
        in_place.feed(input),
        Progress::Complete { consumed: 45, .. }
    ));
    assert_eq!(in_place.header(input), Some(header));
    let mut buffered = Decoder::new();
    assert_eq!(
        buffered.feed(&input[..44]),
        Progress::NeedMore(more_for(&input[..44]))
    );
    assert!(matches!(
        buffered.feed(&input[44..]),
        Progress::Complete { consumed: 1, .. }
    ));

    for later in [&input[45..], b"GET / HTTP/1.1\r\n", b""] {
        for decoder in [&mut in_place, &mut buffered] {
            assert!(matches!(
                decoder.feed(later),
                Progress::Complete { consumed: 0, .. }
            ));
        }
        assert_eq!(buffered.header(later), Some(header));
        for chunk in [later, &[0; 45], input] {
            assert_eq!(in_place.header(chunk), None);
        }
    }
}

#[test]
fn after_invalid_the_error_is_repeated() {
    let mut decoder = Decoder::new();
    assert_eq!(decoder.feed(b"PROX"), Progress::NeedMore(more_for(b"PROX")));
    let error = crate::common::error(b"PROXX");
    for chunk in [&b"X"[..], b"Y UNKNOWN\r\n", b"", b"PROXY UNKNOWN\r\n"] {
        assert_eq!(decoder.feed(chunk), Progress::Invalid(error));
        assert_eq!(decoder.header(chunk), None);
    }
}

#[test]
fn reset_forgets_everything_fed_before() {
    let line = b"PROXY UNKNOWN\r\n";
    let befores: [&[&[u8]]; 5] = [
        &[],
        &[b"PROXY TCP4 19"],
        &[b"GET"],
        &[line],
        &[b"PROXY UNKNOWN\r", b"\n"],
    ];
    for before in befores {
        let mut decoder = Decoder::new();
        for chunk in before {
            let _ = decoder.feed(chunk);
        }
        decoder.reset();
        assert_eq!(decoder.header(line), None, "{before:?}");
        assert_eq!(
            decoder.feed(&line[..3]),
            Progress::NeedMore(more_for(b"PRO")),
            "{before:?}"
        );
        assert!(
            matches!(
                decoder.feed(&line[3..]),
                Progress::Complete { consumed: 12, .. }
            ),
            "{before:?}"
        );
    }
}

#[test]
fn empty_chunks_change_nothing() {
    let input = [&v2(0x11, &[crate::common::INET_BLOCK])[..], b"payload"].concat();
    // Two empty chunks before every byte.
    let splits = (0..=28).flat_map(|at| [at; 3]);
    feed_split(
        &mut Decoder::new(),
        DecodeOptions::new(),
        &input,
        splits,
        "v2",
    );
    let line = b"PROXY UNKNOWN ?\r\npayload";
    let splits = (0..=17).flat_map(|at| [at; 3]);
    feed_split(
        &mut Decoder::new(),
        DecodeOptions::new(),
        line,
        splits,
        "v1",
    );
}

#[test]
fn default_decoder_equals_a_new_one() {
    let mut decoder = <Decoder>::default();
    assert_eq!(decoder.feed(&[0x0D; 1]), Decoder::new().feed(&[0x0D; 1]));
    assert!(matches!(decoder.feed(b"x"), Progress::Invalid(_)));
}
