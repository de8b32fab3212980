//! Every vector and every capture: the oracle knows them, and knows what the core knows of each part.

use proxy_proto_fuzz::oracle::{Settings, judge};

use super::Decoders;
use crate::common::{Verdict, vectors};

#[test]
fn oracle_gives_the_verdicts_of_the_tables() {
    for row in vectors() {
        let verdict = judge(&row.bytes, &Settings::default());
        assert_eq!(Verdict::from(verdict), row.want, "{}", row.id);
    }
}

#[test]
fn both_agree_on_every_prefix() {
    let strict = Decoders::strict();
    for row in vectors() {
        for len in 0..=row.bytes.len() {
            strict.agreed(&row.bytes[..len]);
        }
    }
}

#[test]
fn both_agree_whatever_is_chosen() {
    let all = Decoders::all();
    for row in vectors() {
        // Where an answer may change: in the fixed bytes, and at the end.
        let lens = (0..row.bytes.len().min(20)).chain([row.bytes.len()]);
        for len in lens {
            for decoders in &all {
                decoders.agreed(&row.bytes[..len]);
            }
        }
    }
}
