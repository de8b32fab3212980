//! Headers made of parts: encoding them gives the bytes of a naive writer, which decode to the parts.

mod naive;
mod plan;

use arbitrary::{Arbitrary, Unstructured};
use proxy_proto::{Decoded, EncodeError, Encoder, decode};

use plan::Plan;

/// Every byte written is right, and what must be refused is refused with nothing written.
pub fn structured(data: &[u8]) {
    let Ok(plan) = Plan::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    plan.with_encoder(|encoder, tlvs| {
        let want = encoder
            .as_ref()
            .ok()
            .and_then(|_| naive::header(&plan, tlvs));
        let written = encoder.and_then(|encoder| {
            let encoder = encoder.with_tlvs(tlvs);
            let written = encoder.to_vec()?;
            into_slices(&encoder, &written);
            Ok(written)
        });
        assert_eq!(written.as_ref().ok(), want.as_ref(), "{plan:?} {written:?}");
        if let Ok(written) = written {
            decodes(&plan, &written);
        }
    });
}

/// A buffer of the right size, a larger one and one that is too small.
fn into_slices(encoder: &Encoder<'_>, written: &[u8]) {
    let len = written.len();
    assert_eq!(encoder.encoded_len(), Ok(len));
    let mut out = vec![0xA5; len + 1];
    assert_eq!(encoder.encode(&mut out), Ok(len));
    assert_eq!(out.pop(), Some(0xA5));
    assert_eq!(out, written);

    let mut too_small = vec![0xA5; len - 1];
    match encoder.encode(&mut too_small) {
        Err(EncodeError::BufferTooSmall {
            required, found, ..
        }) => {
            assert_eq!((required, found), (len, len - 1));
        }
        other => panic!("{other:?} into a buffer a byte too small"),
    }
    assert!(too_small.iter().all(|&byte| byte == 0xA5));
}

fn decodes(plan: &Plan<'_>, written: &[u8]) {
    let Decoded::Complete(header) = decode(written) else {
        panic!("{plan:?} {:?}", decode(written));
    };
    assert_eq!(header.as_bytes(), written);
    plan.with_addresses(|addresses| assert_eq!(header.addresses(), addresses));
}
