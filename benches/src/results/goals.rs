//! What was to be reached: each a ratio of two times of one run.

/// A ratio to keep to.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Goal {
    /// The group of benches: `decode` or `encode`.
    pub group: &'static str,
    /// The input.
    pub input: &'static str,
    /// Whose time ours is divided by.
    pub against: Against,
    /// The largest ratio that is fine.
    pub at_most: f64,
}

/// Whose time ours is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Against {
    /// The fastest peer that is right.
    Fastest,
    /// This peer.
    Peer(&'static str),
    /// The least that any decoder must do.
    Floor,
}

/// All goals.
#[must_use]
pub fn goals() -> Vec<Goal> {
    use Against::{Fastest, Floor, Peer};

    let each = |group, inputs: &[&'static str], against, at_most| {
        let goals = inputs.iter().map(|&input| Goal {
            group,
            input,
            against,
            at_most,
        });
        goals.collect::<Vec<_>>()
    };
    [
        each("decode", &V1_DECODE, Fastest, 0.4),
        each("decode", &["v1-unknown"], Fastest, 0.8),
        each("decode", &V2_DECODE, Fastest, 0.9),
        each("decode", &["v2-ipv4", "v2-ipv6"], Floor, 1.5),
        each("decode", &["v2-tlvs-walked"], Peer("proxy-header"), 0.5),
        each("decode", &["v2-tlvs-crc32c"], Fastest, 0.3),
        each("decode", &REJECTS, Fastest, 1.0),
        each("encode", &V1_ENCODE, Fastest, 0.2),
        each("encode", &V2_ENCODE, Fastest, 0.9),
        each("encode", &["v2-tlvs-crc32c"], Fastest, 0.4),
    ]
    .concat()
}

const V1_DECODE: [&str; 5] = [
    "v1-tcp4-32",
    "v1-tcp4-45",
    "v1-tcp4-56",
    "v1-tcp6-46",
    "v1-tcp6-104",
];

const V2_DECODE: [&str; 7] = [
    "v2-ipv4",
    "v2-ipv6",
    "v2-unix",
    "v2-local",
    "v2-one-tlv",
    "v2-tlvs",
    "v2-certificate",
];

const REJECTS: [&str; 3] = ["reject-http", "reject-tls", "reject-signature"];

const V1_ENCODE: [&str; 4] = ["v1-tcp4-45", "v1-tcp6-46", "v1-tcp6-104", "v1-unknown"];

const V2_ENCODE: [&str; 7] = [
    "v2-ipv4",
    "v2-ipv6",
    "v2-unix",
    "v2-local",
    "v2-one-tlv",
    "v2-tlvs",
    "v2-certificate",
];
