use proxy_proto::{Encoder, OutgoingTlv, Tlv, TlvEdit};

use super::{any, used};

pub(super) fn calls() -> Option<()> {
    encoder(any()?);

    used(Encoder::proxy(any()?, any()?, any()?));
    used(Encoder::local());
    used(Encoder::local_with_block(any()?));
    used(Encoder::pass_on(any()?, any::<&[TlvEdit<'_>]>()?));
    used(OutgoingTlv::from(any::<Tlv<'_>>()?));
    Some(())
}

/// Any encoder: version, command, TLVs of all kinds, and all edits of those passed on.
fn encoder(encoder: Encoder<'_>) -> Option<()> {
    used(Encoder::with_tlvs(encoder, any::<&[OutgoingTlv<'_>]>()?));
    used(Encoder::encoded_len(&encoder));
    used(Encoder::encode(&encoder, any()?));
    used(Encoder::encode_datagram(&encoder, any()?, any()?));
    Some(())
}
