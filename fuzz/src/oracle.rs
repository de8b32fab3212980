//! A second decoder, slow and obvious, to hold the first against.
//!
//! Written from the text of the spec and from the rules. It shares no code, no constant and no table
//! with the core, looks at the whole input each time, and copies what it finds.

mod crc32c;
mod frame;
pub mod typed;
mod v1;
mod v2;

use std::net::SocketAddr;

pub use crc32c::crc32c;
pub use frame::{Framed, Placed, frame};

/// What a receiver may choose. The default is strict, and without a limit.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The versions taken.
    pub versions: Allowed,
    /// Whether a wrong checksum makes a header of version 2 invalid.
    pub compare_checksum: bool,
    /// Whether an IPv4 text may stand after `TCP6`.
    pub v4_in_tcp6: bool,
    /// Bytes of the longest header taken; less than 107 counts as 107.
    pub max_header_len: Option<usize>,
}

/// The versions of the protocol that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Version 1 and version 2.
    Both,
    /// Version 1 alone.
    OnlyV1,
    /// Version 2 alone.
    OnlyV2,
}

/// What stands at the start of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A whole header.
    Complete(Seen),
    /// The start of one.
    NeedMore {
        /// Bytes that the shortest header starting so still needs; of version 2, those to the end of
        /// the 16 fixed bytes, and then those to the end.
        at_least: usize,
    },
    /// No header, whatever follows.
    Invalid {
        /// Where that shows.
        offset: usize,
    },
}

/// What a caller can see of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Bytes of the header.
    pub len: usize,
    /// 1 or 2.
    pub version: u8,
    /// Whether the command is PROXY, and not LOCAL. Version 1 knows no other.
    pub proxy: bool,
    /// The low nibble of byte 13, or what it would be in version 2. Of LOCAL, 0.
    pub transport: u8,
    /// The high nibble of byte 13, or what it would be in version 2. Of LOCAL, 0.
    pub family: u8,
    /// Where the connection came from, if the header says so.
    pub source: Option<Place>,
    /// Where it was meant to go, if the header says so.
    pub destination: Option<Place>,
    /// Types and values, in the order sent.
    pub tlvs: Vec<(u8, Vec<u8>)>,
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An address and a port.
    Ip(SocketAddr),
    /// The 108 bytes of a UNIX address, as sent.
    Unix(Vec<u8>),
}

/// The verdict on `input`. G1, G7
#[must_use]
pub fn judge(input: &[u8], settings: &Settings) -> Verdict {
    let takes_v1 = settings.versions != Allowed::OnlyV2;
    let takes_v2 = settings.versions != Allowed::OnlyV1;
    match input.first() {
        None if takes_v1 => Verdict::NeedMore {
            at_least: b"PROXY UNKNOWN\r\n".len(),
        },
        None => Verdict::NeedMore { at_least: 16 },
        Some(b'P') if takes_v1 => v1::judge(input, settings),
        Some(b'\r') if takes_v2 => v2::judge(input, settings),
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
