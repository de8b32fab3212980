//! Azure's Private Link.

use crate::tlv::{Tlv, TlvType};

/// The link ID (`LINKID`) of the private endpoint that a connection came through.
///
/// Type 0xEE, subtype 0x01, then 32 bits, little endian.
///
/// # Examples
///
/// ```
/// use proxy_proto::{AzurePrivateEndpointLinkId, Tlvs};
///
/// let tlv = Tlvs::new(b"\xee\x00\x05\x01\x78\x56\x34\x12")?.next().unwrap();
/// assert_eq!(tlv.tlv_type(), AzurePrivateEndpointLinkId::TYPE);
/// assert_eq!(tlv.value()[0], AzurePrivateEndpointLinkId::SUBTYPE);
/// assert_eq!(AzurePrivateEndpointLinkId::from_tlv(&tlv).unwrap().get(), 0x1234_5678);
/// # Ok::<(), proxy_proto::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AzurePrivateEndpointLinkId {
    id: u32,
}

impl AzurePrivateEndpointLinkId {
    /// 0xEE, `PP2_TYPE_AZURE`.
    pub const TYPE: TlvType = TlvType(0xEE);
    /// 0x01, `PP2_SUBTYPE_AZURE_PRIVATEENDPOINT_LINKID`, the first byte of the value.
    pub const SUBTYPE: u8 = 0x01;

    /// The ID in this TLV, if it holds one.
    #[must_use]
    pub fn from_tlv(tlv: &Tlv<'_>) -> Option<Self> {
        let &[subtype, id @ ..] = <&[u8; 5]>::try_from(tlv.value()).ok()?;
        (tlv.tlv_type() == Self::TYPE && subtype == Self::SUBTYPE).then_some(Self {
            id: u32::from_le_bytes(id),
        })
    }

    /// The ID.
    #[must_use]
    pub const fn get(&self) -> u32 {
        self.id
    }
}
