use proxy_proto::{Encoder, Forward, OutgoingTlv, Tlv, TlvEdit};

use super::{any, used};

pub(super) fn calls() -> Option<()> {
    encoder(any()?);
    forward(any()?);

    used(Encoder::v1(any()?));
    used(Encoder::v1_unknown());
    used(Encoder::v2(any()?, any()?));
    used(Encoder::local());
    used(Encoder::local_with_block(any()?));
    used(OutgoingTlv::from(any::<Tlv<'_>>()?));
    Some(())
}

/// Any encoder: version, command, TLVs of all kinds.
fn encoder(encoder: Encoder<'_>) -> Option<()> {
    used(Encoder::with_tlvs(encoder, any::<&[OutgoingTlv<'_>]>()?));
    used(Encoder::encoded_len(&encoder));
    used(Encoder::encode(&encoder, any()?));
    used(Encoder::encode_datagram(&encoder, any()?, any()?));
    Some(())
}

/// Any received header, and all edits of its TLVs.
fn forward(forward: Forward<'_>) -> Option<()> {
    used(Forward::new(any()?, any::<&[TlvEdit<'_>]>()?));
    used(Forward::encoded_len(&forward));
    used(Forward::encode(&forward, any()?));
    used(Forward::encode_datagram(&forward, any()?, any()?));
    Some(())
}
