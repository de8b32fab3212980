//! The choices a receiver has in decoding.

use crate::header::Version;

/// The few choices left to the receiver. The default is strict.
///
/// | choice | default | changed by |
/// |---|---|---|
/// | versions | both | [`with_versions`](Self::with_versions) |
/// | maximum header length | no limit | [`with_max_header_len`](Self::with_max_header_len) |
/// | CRC32C | verified | [`with_checksum`](Self::with_checksum) |
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
/// let limited = DecodeOptions::new().with_max_header_len(536);
/// assert_eq!(limited.max_header_len(), 536);
/// let Decoded::Invalid(error) = limited.decode(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x02\x09") else { panic!() };
/// assert_eq!(error.to_string(), "header longer than 536 bytes at byte 15");
///
/// let lenient = DecodeOptions::new().with_v4_in_tcp6(true);
/// let line = b"PROXY TCP6 2001:db8::1 127.0.0.1 56324 21015\r\n";
/// let Decoded::Complete(header) = lenient.decode(line) else { panic!() };
/// assert_eq!(header.destination().unwrap().to_string(), "[::ffff:127.0.0.1]:21015");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecodeOptions {
    pub(crate) versions: Versions,
    pub(crate) max_header_len: usize,
    pub(crate) checksum: bool,
    pub(crate) v4_in_tcp6: bool,
}

/// The versions of the protocol that a receiver accepts.
///
/// Exhaustive: the protocol has these two versions. Spec: §2.2, end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "one of two versions, or both: there is no other choice"
)]
pub enum Versions {
    /// Version 1 and version 2.
    #[default]
    Both,
    /// This version; a header of the other one is invalid at its first byte.
    Only(Version),
}

impl DecodeOptions {
    /// The strict default: both versions, no length limit, checksums verified, no leniency.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            versions: Versions::Both,
            max_header_len: usize::MAX,
            checksum: true,
            v4_in_tcp6: false,
        }
    }

    /// Accepts only these versions. A header of another one is invalid at offset 0.
    #[must_use]
    pub const fn with_versions(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    /// Accepts no header longer than `len` bytes, counted from its first byte to its last TLV. A
    /// longer one is invalid as soon as its length field shows it: at byte 14 or 15.
    ///
    /// For callers that buffer headers, so that the sender does not choose how much memory that
    /// takes. A `len` under [`V1_MAX_LEN`](crate::V1_MAX_LEN) (107) counts as 107, which every
    /// receiver of version 1 must accept. Spec: §2.1, §2.2.
    #[must_use]
    pub const fn with_max_header_len(mut self, len: usize) -> Self {
        self.max_header_len = if len < crate::V1_MAX_LEN {
            crate::V1_MAX_LEN
        } else {
            len
        };
        self
    }

    /// Sets whether a CRC32C is compared with the header's bytes.
    ///
    /// Its length (4 bytes) and uniqueness are checked either way. Spec: §2.2.3.
    #[must_use]
    pub const fn with_checksum(mut self, verified: bool) -> Self {
        self.checksum = verified;
        self
    }

    /// Sets whether an IPv4 address is accepted where `TCP6` requires an IPv6 one. It is returned
    /// as v4-mapped.
    ///
    /// nginx with `set_real_ip_from` sends such lines when it replaces the source address with one
    /// of the other family: `PROXY TCP6 2001:db8::1 127.0.0.1 56324 21015`. They violate §2.1
    /// ("matches the same family"), so they are invalid by default.
    #[must_use]
    pub const fn with_v4_in_tcp6(mut self, accepted: bool) -> Self {
        self.v4_in_tcp6 = accepted;
        self
    }

    /// The versions accepted.
    #[must_use]
    pub const fn versions(&self) -> Versions {
        self.versions
    }

    /// The maximum header length, in bytes; `usize::MAX` if there is no limit.
    #[must_use]
    pub const fn max_header_len(&self) -> usize {
        self.max_header_len
    }

    /// Whether a CRC32C is compared with the header's bytes.
    #[must_use]
    pub const fn checksum(&self) -> bool {
        self.checksum
    }

    /// Whether an IPv4 address is accepted after `TCP6`.
    #[must_use]
    pub const fn v4_in_tcp6(&self) -> bool {
        self.v4_in_tcp6
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self::new()
    }
}
