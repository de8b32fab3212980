//! The core against the oracle of the fuzz targets, a second decoder that shares nothing with it.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a helper that fails fails the test that called it"
)]

mod every_byte;
mod ipv6;
mod lines;
mod tables;
mod texts;
mod v2;

use proxy_proto::{DecodeOptions, Version, Versions};
use proxy_proto_fuzz::oracle::{self, Allowed, Settings};

use crate::common::Verdict;

/// Both decoders under the same options.
struct Decoders {
    options: DecodeOptions,
    settings: Settings,
}

impl Decoders {
    fn strict() -> Self {
        Self {
            options: DecodeOptions::new(),
            settings: Settings::default(),
        }
    }

    fn with_v4_in_tcp6() -> Self {
        Self {
            options: DecodeOptions::new().with_v4_in_tcp6(true),
            settings: Settings {
                v4_in_tcp6: true,
                ..Settings::default()
            },
        }
    }

    /// One for each choice of versions, checksum and leniency, with limits around those that matter.
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for (of_core, versions) in [
            (Versions::Both, Allowed::Both),
            (Versions::Only(Version::V1), Allowed::OnlyV1),
            (Versions::Only(Version::V2), Allowed::OnlyV2),
        ] {
            for compare_checksum in [true, false] {
                for v4_in_tcp6 in [true, false] {
                    for max_header_len in [None, Some(0), Some(107), Some(231), Some(232)] {
                        let mut options = DecodeOptions::new()
                            .with_versions(of_core)
                            .with_checksum(compare_checksum)
                            .with_v4_in_tcp6(v4_in_tcp6);
                        if let Some(len) = max_header_len {
                            options = options.with_max_header_len(len);
                        }
                        let settings = Settings {
                            versions,
                            compare_checksum,
                            v4_in_tcp6,
                            max_header_len,
                        };
                        all.push(Self { options, settings });
                    }
                }
            }
        }
        all
    }

    /// The verdict of both on `input`.
    fn agreed(&self, input: &[u8]) -> Verdict {
        let found = Verdict::from(self.options.decode(input));
        let want = oracle::decode(input, &self.settings);
        assert_eq!(found, want, "{}, {:?}", input.escape_ascii(), self.settings);
        found
    }

    /// Compares both decoders on all texts of up to `max_len` of these letters after `start`, and shows
    /// each verdict to `may_grow`. A text that is decided does not grow, as bytes after it change
    /// nothing; nor does one that may not.
    fn agree_on_texts(
        &self,
        start: &[u8],
        letters: &[u8],
        max_len: usize,
        may_grow: &mut impl FnMut(&[u8], &Verdict) -> bool,
    ) {
        self.agree_on_longer(&mut start.to_vec(), letters, max_len, may_grow);
    }

    /// The same for all texts that start with this one, which is undecided.
    fn agree_on_longer(
        &self,
        text: &mut Vec<u8>,
        letters: &[u8],
        max_len: usize,
        may_grow: &mut impl FnMut(&[u8], &Verdict) -> bool,
    ) {
        let Some(max_len) = max_len.checked_sub(1) else {
            return;
        };
        for &letter in letters {
            text.push(letter);
            let verdict = self.agreed(text);
            let is_decided = !matches!(verdict, Verdict::NeedMore { .. });
            if may_grow(text, &verdict) && !is_decided {
                self.agree_on_longer(text, letters, max_len, may_grow);
            }
            text.pop();
        }
    }
}
