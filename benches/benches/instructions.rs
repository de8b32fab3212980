//! Instructions of every entrant for every row that it does correctly.

#![expect(missing_docs, reason = "the macros of gungraun add public items")]

use gungraun::{Callgrind, EntryPoint, prelude::*};
use proxy_proto_benches::{
    contest::{Entrant, OUT_LEN, contests},
    rows::Row,
};

#[library_benchmark]
#[benches::contest(iter = contests(), setup = ready)]
fn work((row, work, out): Ready) {
    work(row, out);
}

type Ready = (
    &'static Row,
    fn(&Row, &mut [u8]),
    &'static mut [u8; OUT_LEN],
);

/// The checks come right before, so that the library is loaded and the allocator has settled.
fn ready((row, entrant): (&'static Row, Entrant)) -> Ready {
    let out = Box::leak(Box::new([0; OUT_LEN]));
    for _ in 0..4 {
        assert_eq!((entrant.check)(row), Ok(()));
    }
    (row, entrant.work, out)
}

library_benchmark_group!(name = group, benchmarks = work);
main!(
    config = LibraryBenchmarkConfig::default().tool(
        Callgrind::with_args(["--cache-sim=no"])
            .entry_point(EntryPoint::Custom("*contest::counted::*".into()))
    ),
    library_benchmark_groups = group
);
