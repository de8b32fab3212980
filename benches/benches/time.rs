//! The same work by the clock, for what instructions do not show. These times are not published.

use core::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use proxy_proto_benches::contest::{OUT_LEN, contests};

fn time(criterion: &mut Criterion) {
    let mut out = [0; OUT_LEN];
    for (row, entrant) in contests() {
        let id = format!("{}: {}", row.name, entrant.name);
        criterion.bench_function(&id, |bencher| {
            bencher.iter(|| (entrant.work)(row, &mut out));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .sample_size(50)
        .without_plots();
    targets = time
}
criterion_main!(benches);
