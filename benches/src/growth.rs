//! What cost must grow with, and how: each a series of sizes.

use proxy_proto::TrustedNetworks;

use crate::{made, samples::address};

/// How many trusted networks are looked up in.
pub const NETWORKS: [u32; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

/// How long headers are, in bytes.
pub const LENGTHS: [usize; 7] = [16, 64, 256, 1_024, 4_096, 16_384, 65_536];

/// In how many chunks a header of [`CHUNKED_LEN`] bytes comes.
pub const CHUNKS: [usize; 6] = [1, 4, 16, 64, 256, CHUNKED_LEN];

/// Bytes of the header that comes in chunks.
pub const CHUNKED_LEN: usize = 1_024;

/// So many networks of 256 addresses, none beside another, so that none can be joined.
///
/// # Panics
///
/// If there are more than fit.
#[must_use]
#[expect(clippy::expect_used, reason = "the list is made here")]
pub fn networks(count: u32) -> TrustedNetworks {
    let every_second = (0..count).map(|index| index.wrapping_mul(2).to_be_bytes());
    let list: Vec<_> = every_second
        .map(|[_, high, middle, low]| format!("{}.{middle}.{low}.0/24", high.wrapping_add(10)))
        .collect();
    list.join(" ").parse().expect("a list of networks")
}

/// A header of so many bytes: LOCAL if that is all that fits, else TCP with TLVs of 64 bytes each,
/// the last as long as is left.
///
/// # Panics
///
/// If no header is so long.
#[must_use]
pub fn header(len: usize) -> Vec<u8> {
    let Some(mut left) = len.checked_sub(16 + 12).filter(|_| len >= 16 + 12 + 3) else {
        return made::binary(0x20, 0x00, &[]);
    };
    let mut tlvs = Vec::new();
    while left > 0 {
        // What remains must be none, or enough for a TLV.
        let this = if left >= 64 + 3 { 64 } else { left };
        tlvs.extend(made::tlv(0xE0, &vec![0x5A; this.saturating_sub(3)]));
        left = left.wrapping_sub(this);
    }
    let (source, destination) = (address("192.0.2.1:56324"), address("198.51.100.2:443"));
    made::tcp(source, destination, &tlvs, false)
}
