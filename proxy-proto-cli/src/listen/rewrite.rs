//! The header that a relayed connection is forwarded with.

use proxy_proto::{ConnectionInfo, EncodeError, Encoder, OutgoingTlv, Version};

use crate::listen::serve::HeaderChange;

/// The bytes to send before the payload.
pub(super) fn rewritten(
    info: &ConnectionInfo,
    change: HeaderChange,
) -> Result<Vec<u8>, EncodeError> {
    let header = info.header();
    match change {
        HeaderChange::Strip => Ok(Vec::new()),
        HeaderChange::Keep => Ok(header.map_or_else(Vec::new, |it| it.as_bytes().to_vec())),
        HeaderChange::V1 => Encoder::for_connection(info, Version::V1).to_vec(),
        HeaderChange::V2 => {
            let tlvs = header.iter().flat_map(|header| header.tlvs());
            let tlvs: Vec<_> = tlvs.map(OutgoingTlv::from).collect();
            Encoder::for_connection(info, Version::V2)
                .with_tlvs(&tlvs)
                .to_vec()
        }
    }
}
