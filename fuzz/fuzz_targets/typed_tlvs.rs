//! See the property of this name.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| proxy_proto_fuzz::typed_tlvs(data));
