use proxy_proto::{
    Alpn, AwsVpcEndpointId, AzurePrivateEndpointLinkId, GcpPscConnectionId, Tlv, TlvType, Tlvs,
};

use super::{any, used};

pub(super) fn calls() -> Option<()> {
    used(Tlvs::new(any()?));
    tlvs(any()?);
    tlv(any()?);
    alpn(any()?);

    used(TlvType::range(any()?));
    used(TlvType::name(any()?));
    used(TlvType::text_encoding(any()?));
    used(AwsVpcEndpointId::as_str(&any()?));
    used(AzurePrivateEndpointLinkId::get(&any()?));
    used(GcpPscConnectionId::get(&any()?));
    Some(())
}

fn tlvs(tlvs: Tlvs<'_>) {
    used(Tlvs::remaining(&tlvs));
    tlvs.for_each(used);
}

fn tlv(tlv: Tlv<'_>) {
    used(Tlv::tlv_type(&tlv));
    used(Tlv::value(&tlv));
    used(Tlv::offset(&tlv));
    used(Tlv::value_offset(&tlv));
    used(Tlv::typed(&tlv));
    used(AwsVpcEndpointId::from_tlv(&tlv));
    used(AzurePrivateEndpointLinkId::from_tlv(&tlv));
    used(GcpPscConnectionId::from_tlv(&tlv));
}

fn alpn(alpn: Alpn<'_>) -> Option<()> {
    used(Alpn::new(any()?));
    used(Alpn::as_bytes(&alpn));
    Alpn::protocols(&alpn)?.for_each(used);
    Some(())
}
