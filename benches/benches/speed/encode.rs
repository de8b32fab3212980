//! Encoding: every sample by every contestant that is right about it.

use core::hint::black_box;

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use proxy_proto_benches::{
    check::{self, OUT_LEN},
    peers::{Contestant, Ours, Visitor, visit_peers},
    sample::Sample,
    samples::all,
};

pub(crate) fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for sample in all() {
        group.throughput(Throughput::Bytes(
            sample.bytes.len().try_into().unwrap_or(0),
        ));
        let mut bench = Bench {
            group: &mut group,
            sample: &sample,
        };
        bench.visit::<Ours>();
        visit_peers(&mut bench);
    }
}

struct Bench<'a, 'b> {
    group: &'a mut BenchmarkGroup<'b, WallTime>,
    sample: &'a Sample,
}

impl Visitor for Bench<'_, '_> {
    fn visit<C: Contestant>(&mut self) {
        let sample = self.sample;
        let fit = check::encoding::<C>(sample);
        assert!(
            fit.is_ok() || C::NAME != Ours::NAME,
            "{}: {fit:?}",
            sample.name
        );
        if fit.is_err() {
            return;
        }
        let id = BenchmarkId::new(sample.name, C::NAME);
        self.group.bench_function(id, |bencher| {
            let mut out = [0; OUT_LEN];
            bencher.iter(|| {
                let encoded = C::encode(black_box(sample), black_box(&mut out));
                encoded.map(|bytes| black_box(bytes.as_ref()).len())
            });
        });
    }
}
