//! What a receiver may choose about decoding.

use crate::header::Version;

/// The choices that the rules leave to the receiver. The default is strict.
///
/// | choice | default | relaxed or narrowed by |
/// |---|---|---|
/// | versions | both | [`with_versions`](Self::with_versions) |
/// | longest header | no limit | [`with_longest_header`](Self::with_longest_header) |
/// | CRC32C | compared | [`without_checksum`](Self::without_checksum) |
/// | IPv4 text after `TCP6` | invalid | [`with_v4_in_tcp6`](Self::with_v4_in_tcp6) |
///
/// # Examples
///
/// ```
/// use proxy_proto::{DecodeOptions, Decoded, Version, Versions};
///
/// let only_v2 = DecodeOptions::new().with_versions(Versions::Only(Version::V2));
/// assert!(matches!(only_v2.decode(b"PROXY UNKNOWN\r\n"), Decoded::Invalid(_)));
/// assert_eq!(only_v2.versions(), Versions::Only(Version::V2));
///
/// let bounded = DecodeOptions::new().with_longest_header(536);
/// assert_eq!(bounded.longest_header(), 536);
/// let Decoded::Invalid(error) = bounded.decode(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x02\x09") else { panic!() };
/// assert_eq!(error.to_string(), "header longer than 536 bytes at byte 15");
///
/// let lenient = DecodeOptions::new().with_v4_in_tcp6();
/// let line = b"PROXY TCP6 2001:db8::1 127.0.0.1 56324 21015\r\n";
/// let Decoded::Complete(header) = lenient.decode(line) else { panic!() };
/// assert_eq!(header.destination().unwrap().to_string(), "[::ffff:127.0.0.1]:21015");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeOptions {
    pub(crate) versions: Versions,
    pub(crate) longest_header: usize,
    pub(crate) verify_checksum: bool,
    pub(crate) v4_in_tcp6: bool,
}

/// Which versions of the protocol a receiver takes.
///
/// Exhaustive: the protocol has these two versions. Spec: §2.2, end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "one of two versions, or both: nothing else can be"
)]
pub enum Versions {
    /// Version 1 and version 2.
    #[default]
    Both,
    /// This version; a header of the other one is invalid at its first byte.
    Only(Version),
}

impl DecodeOptions {
    /// The strict default: both versions, no limit on the length, checksums compared, no leniency.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            versions: Versions::Both,
            longest_header: usize::MAX,
            verify_checksum: true,
            v4_in_tcp6: false,
        }
    }

    /// Takes only these versions. A forbidden one is invalid at offset 0.
    #[must_use]
    pub const fn with_versions(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    /// Takes no header longer than `len` bytes, everything from the first byte to the last TLV
    /// counted. A longer one is invalid as soon as its length field tells: at byte 14 or 15.
    ///
    /// For whoever buffers a header, so that the sender does not choose how much. A `len` under
    /// [`V1_LONGEST`](crate::V1_LONGEST) (107) counts as 107, which every receiver of version 1
    /// must take. Spec: §2.1, §2.2.
    #[must_use]
    pub const fn with_longest_header(mut self, len: usize) -> Self {
        self.longest_header = if len < crate::V1_LONGEST {
            crate::V1_LONGEST
        } else {
            len
        };
        self
    }

    /// Does not compare a CRC32C with the header's bytes.
    ///
    /// That it is 4 bytes and stands at most once is checked all the same. Spec: §2.2.3.
    #[must_use]
    pub const fn without_checksum(mut self) -> Self {
        self.verify_checksum = false;
        self
    }

    /// Takes an IPv4 address where `TCP6` asks for an IPv6 one, and gives it as v4-mapped.
    ///
    /// nginx with `set_real_ip_from` sends such lines when it changes the source address to one of
    /// the other family: `PROXY TCP6 2001:db8::1 127.0.0.1 56324 21015`. They break §2.1 ("matches
    /// the same family"), so they are invalid without this.
    #[must_use]
    pub const fn with_v4_in_tcp6(mut self) -> Self {
        self.v4_in_tcp6 = true;
        self
    }

    /// The longest header taken, in bytes; `usize::MAX` without a limit.
    #[must_use]
    pub const fn longest_header(&self) -> usize {
        self.longest_header
    }

    /// The versions taken.
    #[must_use]
    pub const fn versions(&self) -> Versions {
        self.versions
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self::new()
    }
}
