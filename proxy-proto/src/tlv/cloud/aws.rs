//! Amazon's Network Load Balancer.

use crate::tlv::{Tlv, TlvType};

/// The ID of the VPC endpoint that a connection came through, such as `vpce-08d2bf15fac5001c9`.
///
/// Type 0xEA, subtype 0x01, then the ID in US-ASCII.
///
/// # Examples
///
/// ```
/// use proxy_proto::{AwsVpcEndpointId, Tlvs};
///
/// let tlv = Tlvs::new(b"\xea\x00\x09\x01vpce-12a")?.next().unwrap();
/// assert_eq!(tlv.tlv_type(), AwsVpcEndpointId::TYPE);
/// assert_eq!(tlv.value()[0], AwsVpcEndpointId::SUBTYPE);
/// assert_eq!(AwsVpcEndpointId::from_tlv(&tlv).unwrap().as_str(), "vpce-12a");
/// # Ok::<(), proxy_proto::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AwsVpcEndpointId<'a> {
    id: &'a str,
}

impl<'a> AwsVpcEndpointId<'a> {
    /// 0xEA, `PP2_TYPE_AWS`.
    pub const TYPE: TlvType = TlvType(0xEA);
    /// 0x01, `PP2_SUBTYPE_AWS_VPCE_ID`, the first byte of the value.
    pub const SUBTYPE: u8 = 0x01;

    /// The ID in this TLV, if it holds one.
    #[must_use]
    pub fn from_tlv(tlv: &Tlv<'a>) -> Option<Self> {
        let (&subtype, id) = tlv.value().split_first()?;
        let id = core::str::from_utf8(id)
            .ok()
            .filter(|id| id.is_ascii() && !id.is_empty())?;
        (tlv.tlv_type() == Self::TYPE && subtype == Self::SUBTYPE).then_some(Self { id })
    }

    /// The ID.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.id
    }
}
