//! Every vector and every capture through `decode`: whole, at every prefix, and followed by
//! payload.

use proxy_proto::{Decoded, decode};

use crate::common::{Vector, Verdict, vectors};

#[test]
fn the_tables_are_complete() {
    let [mut complete, mut need_more, mut invalid] = [0; 3];
    for Vector { want, .. } in vectors() {
        match want {
            Verdict::Complete(_) => complete += 1,
            Verdict::NeedMore { .. } => need_more += 1,
            Verdict::Invalid { .. } => invalid += 1,
        }
    }
    assert_eq!([complete, need_more, invalid], [245, 35, 101]);
}

#[test]
fn whole_inputs_get_the_verdict_of_the_table() {
    for Vector { id, bytes, want } in vectors() {
        assert_eq!(Verdict::from(decode(&bytes)), want, "{id}");
    }
}

#[test]
fn g3_prefixes_need_more_until_the_verdict_is_decided() {
    for row in vectors() {
        let decided_at = row.decided_at();
        for len in 0..=row.bytes.len() {
            let verdict = Verdict::from(decode(&row.bytes[..len]));
            if len >= decided_at {
                assert_eq!(verdict, row.want, "{}: first {len} bytes", row.id);
                continue;
            }
            let Verdict::NeedMore { at_least } = verdict else {
                panic!("{}: first {len} bytes: {verdict:?}", row.id);
            };
            assert!(at_least > 0, "{}: first {len} bytes", row.id);
            if let Verdict::Complete(seen) = &row.want {
                let missing = seen.consumed - len;
                assert!(at_least <= missing, "{}: {at_least} of {missing}", row.id);
            }
        }
    }
}

/// What is missing after a byte was still missing before it.
#[test]
fn one_more_byte_reduces_at_least_by_at_most_one() {
    for row in vectors() {
        let mut before = None;
        for len in 0..=row.bytes.len() {
            let Decoded::NeedMore(more) = decode(&row.bytes[..len]) else {
                break;
            };
            assert!(
                before.is_none_or(|before| before <= more.at_least() + 1),
                "{}: {before:?}, then {} missing after {len} bytes",
                row.id,
                more.at_least()
            );
            before = Some(more.at_least());
        }
    }
}

/// A reader that reads `at_least` bytes each time stops at the end of the header, not after it.
#[test]
fn reading_at_least_bytes_reaches_exactly_the_end() {
    for row in vectors() {
        let Verdict::Complete(want) = &row.want else {
            continue;
        };
        let mut len = 0;
        while let Decoded::NeedMore(more) = decode(&row.bytes[..len]) {
            len += more.at_least();
        }
        assert_eq!(len, want.consumed, "{}", row.id);
    }
}

#[test]
fn g6_payload_is_never_examined() {
    let payloads: [&[u8]; 6] = [
        b"\0",
        b"\xff\xff\xff\xff",
        b"\r\n",
        b"PROXY TCP4 203.0.113.9 203.0.113.8 1 2\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x00\x01\x00\x02",
        &[b'x'; 3000],
    ];
    for row in vectors() {
        let Some(decided) = row.bytes.get(..row.decided_at()) else {
            continue;
        };
        for payload in payloads {
            let input = [decided, payload].concat();
            let payload = payload.escape_ascii();
            assert_eq!(
                Verdict::from(decode(&input)),
                row.want,
                "{}: {payload}",
                row.id
            );
        }
    }
}
