//! Decoding: every input by every contestant that is right about it.

use core::hint::black_box;

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use proxy_proto_benches::{
    check,
    inputs::{Input, Task, all},
    peers::{Contestant, Floor, Ours, Visitor, visit_peers},
};

pub(crate) fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for input in all() {
        group.throughput(Throughput::Bytes(
            input.header_len().try_into().unwrap_or(0),
        ));
        let mut bench = Bench {
            group: &mut group,
            input: &input,
        };
        bench.visit::<Ours>();
        visit_peers(&mut bench);
        bench.visit::<Floor>();
    }
}

struct Bench<'a, 'b> {
    group: &'a mut BenchmarkGroup<'b, WallTime>,
    input: &'a Input,
}

impl Visitor for Bench<'_, '_> {
    fn visit<C: Contestant>(&mut self) {
        let input = self.input;
        let fit = check::decoding::<C>(input);
        assert!(
            fit.is_ok() || C::NAME != Ours::NAME,
            "{}: {fit:?}",
            input.name
        );
        if fit.is_err() {
            return;
        }
        let id = BenchmarkId::new(input.name, C::NAME);
        self.group
            .bench_function(id, |bencher| match (&input.messages[..], input.task) {
                ([message], Task::Decode) => {
                    bencher.iter(|| C::take(black_box(&message.bytes)));
                }
                ([message], Task::Walk(_)) => {
                    bencher.iter(|| C::walk(black_box(&message.bytes)));
                }
                ([message], Task::Verify) => {
                    bencher.iter(|| C::verify(black_box(&message.bytes)));
                }
                ([message], _) => {
                    bencher.iter(|| C::feed(black_box(&message.bytes)));
                }
                (messages, _) => bencher.iter(|| {
                    for message in messages {
                        C::take(black_box(&message.bytes));
                    }
                }),
            });
    }
}
