//! What holds for every input, as functions that panic where it does not.
//!
//! The targets in `fuzz_targets/` search for an input that breaks one; a test of `proxy-proto`
//! replays what they kept in `seeds/` on every run, with a stable compiler.

mod case;
mod decode;
mod differential;
pub mod oracle;
mod over_read;
mod policy;
mod prefix;
mod round_trip;
mod split;
mod structured;
mod typed_tlvs;

pub use decode::decode;
pub use differential::differential;
pub use over_read::over_read;
pub use policy::policy;
pub use prefix::prefix;
pub use round_trip::round_trip;
pub use split::split;
pub use structured::structured;
pub use typed_tlvs::typed_tlvs;

/// A function that panics if the property does not hold for some bytes.
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
