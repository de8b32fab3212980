//! How many instructions we take for each input, whatever the clock says.
//!
//! Callgrind counts them. The counts are the same each time on one machine with one compiler, so a
//! rise is a change of the code. They are stored in `instructions.toml` beside the compiler that
//! they belong to; under another one nothing is compared.

mod compare;
mod contestants;
mod count;

pub use compare::{Stored, Verdict, compare};
pub use contestants::{contestants, run_contestants};
pub use count::{count, run};

use core::{hint::black_box, net::IpAddr};

use proxy_proto::TrustedNetworks;

use crate::{
    check::OUT_LEN,
    growth,
    inputs::{self, Input, Task},
    peers::{Contestant, Ours},
    sample::Sample,
    samples::{self, address},
};

/// Something to count.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Case {
    /// Decoding an input.
    Decode(Input),
    /// Encoding a sample.
    Encode(Box<Sample>),
    /// Looking an address up in so many networks.
    Lookup(u32, TrustedNetworks, IpAddr),
}

/// Everything that is counted.
///
/// # Panics
///
/// If an input is written wrongly.
#[must_use]
pub fn cases() -> Vec<Case> {
    let decode = inputs::all().into_iter().map(Case::Decode);
    let encode = samples::all().into_iter().map(Box::new).map(Case::Encode);
    let stranger = address("192.0.2.1:25").ip();
    let lookup = [1, 100, 10_000]
        .map(|count| Case::Lookup(count, growth::networks(count), stranger))
        .into_iter();
    decode.chain(encode).chain(lookup).collect()
}

impl Case {
    /// What the case is called.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Decode(input) => format!("decode/{}", input.name),
            Self::Encode(sample) => format!("encode/{}", sample.name),
            Self::Lookup(count, ..) => format!("lookup/{count}"),
        }
    }
}

/// What is counted. Callgrind is told this function by its name.
#[inline(never)]
pub fn measured(case: &Case, out: &mut [u8; OUT_LEN]) {
    match case {
        Case::Decode(input) => {
            for message in &input.messages {
                let bytes = black_box(&message.bytes[..]);
                match input.task {
                    Task::Decode => {
                        Ours::take(bytes);
                    }
                    Task::Walk(_) => {
                        black_box(Ours::walk(bytes));
                    }
                    Task::Verify => {
                        black_box(Ours::verify(bytes));
                    }
                    Task::Feed => Ours::feed(bytes),
                }
            }
        }
        Case::Encode(sample) => {
            black_box(Ours::encode(black_box(sample), out).map(|bytes| bytes.as_ref().len()));
        }
        Case::Lookup(_, networks, address) => {
            black_box(networks.contains(black_box(*address)));
        }
    }
}

/// One decoding by any contestant, with what its answer holds at hand.
#[inline(never)]
pub fn measured_decoding<C: Contestant>(bytes: &[u8]) {
    C::take(black_box(bytes));
}

/// One encoding by any contestant.
#[inline(never)]
pub fn measured_encoding<C: Contestant>(sample: &Sample, out: &mut [u8; OUT_LEN]) {
    black_box(C::encode(black_box(sample), out).map(|bytes| bytes.as_ref().len()));
}
