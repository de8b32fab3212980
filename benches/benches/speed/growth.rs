//! How our cost grows with networks, bytes and chunks.

use core::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use proxy_proto::{DecodeOptions, Decoded, Decoder, Progress, decode};
use proxy_proto_benches::{
    growth::{CHUNKED_LEN, CHUNKS, LENGTHS, NETWORKS, header, networks},
    samples::address,
};

pub(crate) fn growth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth");
    let inside = address("10.0.0.1:25").ip();
    let outside = address("192.0.2.1:25").ip();
    for count in NETWORKS {
        let networks = networks(count);
        assert!(networks.contains(inside) && !networks.contains(outside));
        group.bench_function(BenchmarkId::new("networks", count), |bencher| {
            bencher.iter(|| networks.contains(black_box(outside)));
        });
    }
    for len in LENGTHS {
        let header = header(len);
        assert!(header.len() == len && walk(&header).is_some());
        group.bench_function(BenchmarkId::new("length", len), |bencher| {
            bencher.iter(|| walk(black_box(&header)));
        });
    }
    let header = header(CHUNKED_LEN);
    for chunks in CHUNKS {
        let chunk_len = header.len().div_ceil(chunks);
        assert!(feed(&header, chunk_len));
        group.bench_function(BenchmarkId::new("chunks", chunks), |bencher| {
            bencher.iter(|| feed(black_box(&header), chunk_len));
        });
    }
}

/// Bytes of all TLVs' values.
fn walk(input: &[u8]) -> Option<usize> {
    match decode(input) {
        Decoded::Complete(header) => Some(header.tlvs().map(|tlv| tlv.value().len()).sum()),
        _ => None,
    }
}

/// Whether the header is whole after the last chunk.
fn feed(input: &[u8], chunk_len: usize) -> bool {
    let mut decoder = Decoder::<CHUNKED_LEN>::sized(DecodeOptions::new());
    input.chunks(chunk_len).fold(false, |_, chunk| {
        matches!(decoder.feed(chunk), Progress::Complete { .. })
    })
}
