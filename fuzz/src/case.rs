//! Options and input from the bytes of a fuzzer.

use proxy_proto::{DecodeOptions, Header, V1_MAX_LEN, V2_MAX_LEN, Version, Versions};

/// The first byte chooses the options and the rest is input: 0, then a header, is a seed.
pub(crate) struct Case<'a> {
    pub(crate) choice: Choice,
    pub(crate) input: &'a [u8],
}

/// A set of options as a byte. 0 is the default.
#[derive(Clone, Copy)]
pub(crate) struct Choice(u8);

impl<'a> Case<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Option<Self> {
        let (&choice, input) = data.split_first()?;
        let choice = Choice(choice);
        Some(Self { choice, input })
    }

    pub(crate) fn options(&self) -> DecodeOptions {
        self.choice.options()
    }
}

impl Choice {
    pub(crate) fn options(self) -> DecodeOptions {
        DecodeOptions::new()
            .with_versions(self.versions())
            .with_checksum(self.compares_checksum())
            .with_v4_in_tcp6(self.accepts_v4_in_tcp6())
            .with_max_header_len(self.max_header_len())
    }

    pub(crate) fn versions(self) -> Versions {
        match self.0 & 0b11 {
            1 => Versions::Only(Version::V1),
            2 => Versions::Only(Version::V2),
            _ => Versions::Both,
        }
    }

    pub(crate) fn compares_checksum(self) -> bool {
        self.0 & 0b100 == 0
    }

    pub(crate) fn accepts_v4_in_tcp6(self) -> bool {
        self.0 & 0b1000 != 0
    }

    /// The limit in force: among others, the lengths of headers with UNIX addresses, and a byte less.
    pub(crate) fn max_header_len(self) -> usize {
        match self.0 >> 4 & 0b111 {
            1 => 16,
            2 => 107,
            3 => 231,
            4 => 232,
            5 => 271,
            6 => 536,
            _ => V2_MAX_LEN,
        }
        .max(V1_MAX_LEN)
    }

    pub(crate) fn allows(self, header: &Header<'_>) -> bool {
        let version = match self.versions() {
            Versions::Both => true,
            Versions::Only(version) => header.version() == version,
        };
        version && header.len() <= self.max_header_len()
    }
}
