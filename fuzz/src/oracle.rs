//! A second decoder, slow and obvious, to compare the first one with.
//!
//! Written from the text of the spec and from the rules. It shares no code, no constant and no
//! table with the core except the types of a [`Verdict`], looks at the whole input each time, and
//! copies what it finds.

mod frame;
pub mod typed;
mod v1;
mod v2;

use crate::Verdict;

pub use frame::{Framed, Placed, frame};

/// What a receiver may choose. The default is strict, and without a limit.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The versions accepted.
    pub versions: Allowed,
    /// Whether a wrong checksum makes a header of version 2 invalid.
    pub compare_checksum: bool,
    /// Whether an IPv4 text may follow `TCP6`.
    pub v4_in_tcp6: bool,
    /// Maximum length of a header, in bytes; less than 107 counts as 107.
    pub max_header_len: Option<usize>,
}

/// The versions of the protocol that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Version 1 and version 2.
    Both,
    /// Version 1 alone.
    OnlyV1,
    /// Version 2 alone.
    OnlyV2,
}

/// The verdict on `input`. G1, G7
#[must_use]
pub fn decode(input: &[u8], settings: &Settings) -> Verdict {
    let accepts_v1 = settings.versions != Allowed::OnlyV2;
    let accepts_v2 = settings.versions != Allowed::OnlyV1;
    match input.first() {
        None if accepts_v1 => Verdict::NeedMore {
            at_least: b"PROXY UNKNOWN\r\n".len(),
        },
        None => Verdict::NeedMore { at_least: 16 },
        Some(b'P') if accepts_v1 => v1::decode(input, settings),
        Some(b'\r') if accepts_v2 => v2::decode(input, settings),
        Some(_) => Verdict::Invalid { offset: 0 },
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            versions: Allowed::Both,
            compare_checksum: true,
            v4_in_tcp6: false,
            max_header_len: None,
        }
    }
}
