//! Google's Private Service Connect.

use crate::tlv::{Tlv, TlvType};

/// The ID of the Private Service Connect connection (`pscConnectionId`) that a connection came
/// through.
///
/// Type 0xE0, 64 bits, big endian.
///
/// # Examples
///
/// ```
/// use proxy_proto::{GcpPscConnectionId, Tlvs};
///
/// let tlv = Tlvs::new(b"\xe0\x00\x08\x00\x00\x01\x1f\x71\xfb\x04\xcb")?.next().unwrap();
/// assert_eq!(tlv.tlv_type(), GcpPscConnectionId::TYPE);
/// assert_eq!(GcpPscConnectionId::from_tlv(&tlv).unwrap().get(), 0x011f_71fb_04cb);
/// # Ok::<(), proxy_proto::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GcpPscConnectionId {
    id: u64,
}

impl GcpPscConnectionId {
    /// 0xE0, `PP2_TYPE_GCP`.
    pub const TYPE: TlvType = TlvType(0xE0);

    /// The ID in this TLV, if it holds one.
    #[must_use]
    pub fn from_tlv(tlv: &Tlv<'_>) -> Option<Self> {
        let id = tlv.value().try_into().ok()?;
        (tlv.tlv_type() == Self::TYPE).then_some(Self {
            id: u64::from_be_bytes(id),
        })
    }

    /// The ID.
    #[must_use]
    pub const fn get(&self) -> u64 {
        self.id
    }
}
