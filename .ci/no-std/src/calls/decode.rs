use proxy_proto::{
    DecodeErrorKind, DecodeOptions, Decoded, Decoder, NeedMore, Refusal, SENDER_SEGMENT_LEN,
    V1_MAX_LEN, V2_MAX_LEN, decode, decode_datagram,
};

use super::{any, used};

pub(super) fn calls() -> Option<()> {
    used(decode(any()?));
    used(decode_datagram(any()?));
    options(any()?);
    decoder::<V1_MAX_LEN>();
    decoder::<SENDER_SEGMENT_LEN>();
    decoder::<4096>();
    decoder::<V2_MAX_LEN>();

    used(Decoder::new());
    used(<Decoder>::default());
    used(DecodeOptions::new());
    used(DecodeOptions::default());
    used(Decoded::into_result(any()?));
    used(NeedMore::at_least(&any()?));
    used(Refusal::timed_out(any()?, any()?));
    used(Refusal::closed(any()?));
    used(Refusal::name(&any()?));
    used(Refusal::is_probe(&any()?));
    used(DecodeErrorKind::name(&any()?));
    used(core::error::Error::source(&any::<Refusal>()?));
    Some(())
}

fn options(options: DecodeOptions) -> Option<()> {
    used(DecodeOptions::with_versions(options, any()?));
    used(DecodeOptions::with_max_header_len(options, any()?));
    used(DecodeOptions::with_checksum(options, false));
    used(DecodeOptions::with_v4_in_tcp6(options, true));
    used(DecodeOptions::max_header_len(&options));
    used(DecodeOptions::versions(&options));
    used(DecodeOptions::checksum(&options));
    used(DecodeOptions::v4_in_tcp6(&options));
    used(Decoder::with_options(options));
    used(DecodeOptions::decode(&options, any()?));
    used(DecodeOptions::decode_datagram(&options, any()?));
    Some(())
}

/// Any number of chunks, and every call that is allowed between them.
fn decoder<const N: usize>() -> Option<()> {
    let mut decoder = Decoder::<N>::sized(any()?);
    while let Some(chunk) = any() {
        used(Decoder::feed(&mut decoder, chunk));
        used(Decoder::header(&decoder, any()?));
        if any()? {
            Decoder::reset(&mut decoder);
        }
    }
    Some(())
}
