//! How fast decoding and encoding are beside the peers, and how cost grows.
//!
//! Short measurements: there are many, and what counts are ratios of two of one run.

mod decode;
mod encode;
mod growth;

use core::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .sample_size(50)
        .nresamples(10_000)
        .without_plots();
    targets = decode::decode, encode::encode, growth::growth
}
criterion_main!(benches);
