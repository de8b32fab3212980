use proxy_proto::{
    DecodeOptions, Decoded, Decoder, NeedMore, Refusal, SENDER_SEGMENT_LEN, V1_LONGEST, V2_LONGEST,
    decode, decode_datagram,
};

use super::{any, used};

pub(super) fn calls() -> Option<()> {
    used(decode(any()?));
    used(decode_datagram(any()?));
    options(any()?);
    decoder::<V1_LONGEST>();
    decoder::<SENDER_SEGMENT_LEN>();
    decoder::<4096>();
    decoder::<V2_LONGEST>();

    used(Decoder::new());
    used(<Decoder>::default());
    used(DecodeOptions::new());
    used(DecodeOptions::default());
    used(Decoded::into_result(any()?));
    used(NeedMore::at_least(&any()?));
    used(Refusal::is_probe(&any()?));
    used(core::error::Error::source(&any::<Refusal>()?));
    Some(())
}

fn options(options: DecodeOptions) -> Option<()> {
    used(DecodeOptions::with_versions(options, any()?));
    used(DecodeOptions::with_longest_header(options, any()?));
    used(DecodeOptions::without_checksum(options));
    used(DecodeOptions::with_v4_in_tcp6(options));
    used(DecodeOptions::longest_header(&options));
    used(DecodeOptions::versions(&options));
    used(DecodeOptions::decode(&options, any()?));
    used(DecodeOptions::decode_datagram(&options, any()?));
    Some(())
}

/// Any number of chunks, and what may be asked for between them.
fn decoder<const N: usize>() -> Option<()> {
    let mut decoder = Decoder::<N>::with_options(any()?);
    while let Some(chunk) = any() {
        used(Decoder::feed(&mut decoder, chunk));
        used(Decoder::header(&decoder, any()?));
        if any()? {
            Decoder::reset(&mut decoder);
        }
    }
    Some(())
}
