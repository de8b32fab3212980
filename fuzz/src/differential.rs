//! The core against the oracle: two decoders that share nothing but the spec.

use proxy_proto::{Version, Versions};

use crate::{
    Verdict,
    case::Case,
    oracle::{self, Allowed, Settings},
};

/// Both decoders give one verdict, at the same offset, with the same header.
pub fn differential(data: &[u8]) {
    let Some(case) = Case::new(data) else { return };
    let settings = Settings {
        versions: match case.choice.versions() {
            Versions::Both => Allowed::Both,
            Versions::Only(Version::V1) => Allowed::OnlyV1,
            Versions::Only(Version::V2) => Allowed::OnlyV2,
        },
        compare_checksum: case.choice.compares_checksum(),
        v4_in_tcp6: case.choice.accepts_v4_in_tcp6(),
        max_header_len: Some(case.choice.max_header_len()),
    };
    let found = Verdict::from(case.options().decode(case.input));
    assert_eq!(found, oracle::decode(case.input, &settings));
}
