//! How large the types of the core are: upper bounds in bytes on 64-bit targets, so that growth is
//! noticed.

use proxy_proto::{
    ConnectionInfo, DecodeOptions, Decoded, Decoder, Encoder, Header, OwnedHeader, Progress,
    SENDER_SEGMENT_LEN, Tlv, Tlvs, TypedTlv, V1_MAX_LEN, V2_MAX_LEN,
};

#[test]
fn a_decoder_is_its_buffer_and_seven_words() {
    assert_size_of_decoder::<V1_MAX_LEN>();
    assert_size_of_decoder::<SENDER_SEGMENT_LEN>();
    assert_size_of_decoder::<4096>();
    assert_size_of_decoder::<V2_MAX_LEN>();
}

fn assert_size_of_decoder<const N: usize>() {
    assert_size::<Decoder<N>>(N.saturating_add(7 * 8).next_multiple_of(8));
}

#[test]
fn results_are_a_few_words() {
    assert_size::<Header<'_>>(8 * 8);
    assert_size::<Decoded<'_>>(8 * 8);
    assert_size::<Progress>(4 * 8);
    assert_size::<DecodeOptions>(2 * 8);
    assert_size::<Tlvs<'_>>(3 * 8);
    assert_size::<Tlv<'_>>(4 * 8);
    assert_size::<TypedTlv<'_>>(5 * 8);
    assert_size::<Encoder<'_>>(18 * 8);
    assert_size::<OwnedHeader>(8 * 8);
    assert_size::<ConnectionInfo>(8);
}

#[track_caller]
fn assert_size<T>(at_most: usize) {
    let (found, name) = (size_of::<T>(), core::any::type_name::<T>());
    assert!(
        found <= at_most,
        "{name} has {found} bytes, more than {at_most}"
    );
}
