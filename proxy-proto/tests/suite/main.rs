//! The tests of the core, one program: a file for each thing they show.

mod common;
mod conformance;
mod connection;
mod datagram;
mod encode;
mod encode_limits;
mod encode_v1;
mod errors;
mod exhaustive;
mod header;
mod inspect;
mod inspect_lines;
mod options;
mod oracle;
mod pass_on;
mod policy;
mod policy_serde;
mod properties;
mod seeds;
mod serde;
mod split;
mod tlv;
mod tlv_ssl;
mod v1;
mod v2;
mod vectors;
