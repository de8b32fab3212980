//! The core against the oracle of the fuzz targets, a second decoder that shares nothing with it.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

mod ipv6;
mod lines;
mod tables;
mod texts;
mod v2;

use proxy_proto::{AddressFamily, DecodeOptions, Decoded, Endpoint, Version, Versions};
use proxy_proto_fuzz::oracle::{self, Allowed, Place, Settings};

use crate::common::{Seen, Verdict, encoding::hex, endpoint};

/// Both decoders, told the same.
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
                        let mut options = DecodeOptions::new().with_versions(of_core);
                        if let Some(len) = max_header_len {
                            options = options.with_max_header_len(len);
                        }
                        if !compare_checksum {
                            options = options.with_checksum(false);
                        }
                        if v4_in_tcp6 {
                            options = options.with_v4_in_tcp6(true);
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

    /// What both say of `input`.
    fn agreed(&self, input: &[u8]) -> Verdict {
        let found = self.options.decode(input);
        let want = oracle::judge(input, &self.settings);
        let place = || format!("{}, {:?}", input.escape_ascii(), self.settings);
        if let (Decoded::Complete(header), oracle::Verdict::Complete(seen)) = (found, &want) {
            let family = match header.address_family() {
                AddressFamily::Unspec => 0,
                AddressFamily::Inet => 1,
                AddressFamily::Inet6 => 2,
                AddressFamily::Unix => 3,
            };
            assert_eq!(family, seen.family, "{}", place());
        }
        let [found, want] = [found.into(), want.into()];
        assert_eq!(found, want, "{}", place());
        found
    }
}

impl From<oracle::Verdict> for Verdict {
    fn from(verdict: oracle::Verdict) -> Self {
        match verdict {
            oracle::Verdict::Complete(seen) => Self::Complete(Seen::from(seen)),
            oracle::Verdict::NeedMore { at_least } => Self::NeedMore { at_least },
            oracle::Verdict::Invalid { offset } => Self::Invalid { offset },
        }
    }
}

impl From<oracle::Seen> for Seen {
    fn from(seen: oracle::Seen) -> Self {
        Self {
            consumed: seen.len,
            version: seen.version.into(),
            command: if seen.proxy { "proxy" } else { "local" }.into(),
            transport: ["unspec", "stream", "dgram"][usize::from(seen.transport)].into(),
            source: seen.source.map(place),
            destination: seen.destination.map(place),
            tlvs: seen.tlvs,
        }
    }
}

/// As the tables write it.
fn place(place: Place) -> String {
    match place {
        Place::Ip(address) => endpoint(Endpoint::Ip(address)),
        Place::Unix(field) => format!("unix:{}", hex(&field)),
    }
}
