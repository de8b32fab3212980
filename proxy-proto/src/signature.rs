//! Whether there is a header at all, if it is optional.

use crate::v2::layout::SIGNATURE;

/// How much of either version's signature some bytes start with.
pub(crate) enum Signature {
    Whole,
    /// All the bytes, if any, are the start of one.
    Part,
    None,
}

impl Signature {
    pub(crate) fn at_start_of(seen: &[u8]) -> Self {
        const SIGNATURES: [&[u8]; 2] = [b"PROXY ", &SIGNATURE];
        if SIGNATURES.iter().any(|it| seen.starts_with(it)) {
            Self::Whole
        } else if SIGNATURES.iter().any(|it| it.starts_with(seen)) {
            Self::Part
        } else {
            Self::None
        }
    }
}
