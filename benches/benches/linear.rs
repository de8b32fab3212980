//! Instructions of work on inputs of growing length.

#![expect(missing_docs, reason = "the macros of gungraun add public items")]

use gungraun::{Callgrind, prelude::*};
use proxy_proto_benches::growth::{cases, prepare};

#[library_benchmark]
#[benches::case(iter = cases(), setup = prepare)]
fn work((work, input): (fn(&[u8]), &'static [u8])) {
    work(input);
}

library_benchmark_group!(name = group, benchmarks = work);
main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"])),
    library_benchmark_groups = group
);
