//! The header that the backend receives.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use proxy_proto_tokio::proxy_proto::{
    ConnectionInfo, EncodeError, Encoder, Forward, OutgoingTlv, TlvEdit, TlvType, Version,
};

use crate::options::Tlvs;

#[derive(Clone, Copy)]
pub(crate) enum Outgoing {
    None,
    Header {
        /// That of the received header, if this is `None`.
        version: Option<Version>,
        tlvs: Tlvs,
    },
}

impl Outgoing {
    /// The header for this connection.
    ///
    /// A received one keeps every byte that need not change; in the other version, it keeps its
    /// addresses. LOCAL, which is a health check, gets no TLVs. Adding some to a received UNSPEC header
    /// is an error, unless it contains nothing but TLVs.
    pub(crate) fn encode(self, info: &ConnectionInfo) -> Result<Vec<u8>, EncodeError> {
        let Self::Header { version, tlvs } = self else {
            return Ok(Vec::new());
        };
        let tlvs = if info.is_local() {
            Tlvs::default()
        } else {
            tlvs
        };
        let (id, mut added) = (unique_id(), Vec::new());
        if tlvs.unique_id {
            added.push((TlvType::UNIQUE_ID, OutgoingTlv::UniqueId(id.as_bytes())));
        }
        if tlvs.crc32c {
            added.push((TlvType::CRC32C, OutgoingTlv::Crc32c));
        }
        match info.header() {
            Some(received) if version.is_none_or(|version| version == received.version()) => {
                let replace = |(tlv_type, tlv)| TlvEdit::Replace(tlv_type, tlv);
                let edits: Vec<_> = added.into_iter().map(replace).collect();
                Forward::new(received, &edits)?.to_vec()
            }
            _ => {
                let tlvs: Vec<_> = added.into_iter().map(|(_, tlv)| tlv).collect();
                let encoder = Encoder::for_connection(info, version.unwrap_or(Version::V2));
                encoder.with_tlvs(&tlvs).to_vec()
            }
        }
    }

    /// The header of a health check.
    pub(crate) fn encode_check(self) -> Result<Vec<u8>, EncodeError> {
        match self {
            Self::None => Ok(Vec::new()),
            Self::Header {
                version: Some(Version::V1),
                ..
            } => Encoder::v1_unknown().to_vec(),
            Self::Header { .. } => Encoder::local().to_vec(),
        }
    }
}

/// An identifier that is not used again, whether here or after a restart.
fn unique_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanoseconds = now.unwrap_or_default().as_nanos();
    format!("{nanoseconds:x}-{:x}", NEXT.fetch_add(1, Ordering::Relaxed))
}
