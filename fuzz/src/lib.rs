//! Properties that hold for every input, as functions that panic if one does not.
//!
//! The targets in `fuzz_targets/` search for an input that breaks one; a test of `proxy-proto`
//! replays the inputs kept in `seeds/` on every run, with a stable compiler.
//!
//! Everything needed to check a decoder is here too, shared by properties, tests and benches:
//! headers built from bytes ([`v2`]), their checksum ([`crc32c`]), hexadecimal digits ([`hex`]),
//! and everything that a decoder reports, in a form that can be compared ([`Verdict`]).

mod case;
mod crc32c;
mod decode;
mod differential;
mod hex;
pub mod oracle;
mod over_read;
mod policy;
mod prefix;
mod round_trip;
mod seen;
mod split;
mod structured;
mod typed_tlvs;
mod v2;

pub use crc32c::{crc32c, header_crc32c};
pub use decode::decode;
pub use differential::differential;
pub use hex::{hex, unhex};
pub use over_read::over_read;
pub use policy::policy;
pub use prefix::prefix;
pub use round_trip::round_trip;
pub use seen::{Place, Seen, Verdict};
pub use split::split;
pub use structured::structured;
pub use typed_tlvs::typed_tlvs;
pub use v2::{SIGNATURE, tlv, v2, v2_with_command};

/// A function that panics if the property does not hold for these bytes.
pub type Property = fn(&[u8]);

/// All properties by the names of their targets.
pub const PROPERTIES: [(&str, Property); 9] = [
    ("decode", decode),
    ("differential", differential),
    ("over_read", over_read),
    ("policy", policy),
    ("prefix", prefix),
    ("round_trip", round_trip),
    ("split", split),
    ("structured", structured),
    ("typed_tlvs", typed_tlvs),
];
