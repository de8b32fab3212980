//! Every vector and every capture: the oracle gives their verdicts, and agrees with the core on every
//! part of them.

use proxy_proto_fuzz::oracle::{self, Settings};

use super::Decoders;
use crate::common::vectors;

#[test]
fn oracle_gives_the_verdicts_of_the_tables() {
    for row in vectors() {
        let verdict = oracle::decode(&row.bytes, &Settings::default());
        assert_eq!(verdict, row.want, "{}", row.id);
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
fn both_agree_under_all_options() {
    let all = Decoders::all();
    for row in vectors() {
        // Where a verdict may change: in the fixed bytes, and at the end.
        let lens = (0..row.bytes.len().min(20)).chain([row.bytes.len()]);
        for len in lens {
            for decoders in &all {
                decoders.agreed(&row.bytes[..len]);
            }
        }
    }
}
