//! Whether a contestant is right, and the work that is counted if it is.

use core::{fmt::Debug, hint::black_box};
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

use proxy_proto::{Decoded, decode};
use proxy_proto_fuzz::{hex, v2};

use crate::{
    answer::Answer,
    peers::{
        Contestant, HaproxyProtocol, Ours, Ppp, ProxyHeader, ProxyProtocol, ProxyProtocolCodec,
        ProxyProtocolRs, Proxyproto,
    },
    rows::{Row, Work, rows},
};

/// One library, as functions that are compiled for it.
#[derive(Clone, Copy, Debug)]
pub struct Entrant {
    /// The package.
    pub name: &'static str,
    /// What it decodes an input to.
    pub answer: fn(&[u8]) -> Answer,
    /// Whether it does the work of a row correctly.
    pub check: fn(&Row) -> Result<(), Unfit>,
    /// Does the work of a row, which must be one that it does correctly.
    pub work: fn(&Row, &mut [u8]),
}

/// All libraries, ours first and the peers by name.
pub const ENTRANTS: [Entrant; 8] = [
    entrant::<Ours>(),
    entrant::<HaproxyProtocol>(),
    entrant::<Ppp>(),
    entrant::<ProxyHeader>(),
    entrant::<ProxyProtocol>(),
    entrant::<ProxyProtocolCodec>(),
    entrant::<ProxyProtocolRs>(),
    entrant::<Proxyproto>(),
];

/// Why a contestant is not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has no function for this.
    Missing,
    /// It is wrong, as this sentence says.
    Wrong(String),
}

/// Every row with every entrant that is right about it, in a fixed order: what is counted.
pub fn contests() -> Vec<(&'static Row, Entrant)> {
    // Leaked, so that dropping a contest frees nothing: the allocator stays as the checks left it.
    let rows: &'static [Row] = rows().leak();
    let pairs = rows
        .iter()
        .flat_map(|row| ENTRANTS.map(|entrant| (row, entrant)));
    pairs
        .filter(|(row, entrant)| (entrant.check)(row).is_ok())
        .collect()
}

/// Whether the entrant does the same work as we do, and not less: if the row decodes TLVs without
/// walking them, whether it checks that they are framed.
pub fn is_same_work(row: &Row, entrant: &Entrant) -> bool {
    let Work::Decode(inputs) = &row.work else {
        return true;
    };
    let has_tlvs = inputs.iter().any(|(bytes, _)| match decode(bytes) {
        Decoded::Complete(header) => header.tlvs().next().is_some(),
        _ => false,
    });
    let overrun = v2(0x11, &[&[0; 12], &[0x02, 0, 2, b'x']]);
    !has_tlvs || !matches!((entrant.answer)(&overrun), Answer::Complete(..))
}

/// What the contestant decodes an input to; [`Answer::Panicked`] if it panics.
pub(crate) fn answer<C: Contestant>(input: &[u8]) -> Answer {
    catch(|| C::decode(input)).unwrap_or(Answer::Panicked)
}

const fn entrant<C: Contestant>() -> Entrant {
    Entrant {
        name: C::NAME,
        answer: answer::<C>,
        check: check::<C>,
        work: work::<C>,
    }
}

fn work<C: Contestant>(row: &Row, out: &mut [u8]) {
    match &row.work {
        Work::Decode(inputs) => {
            for (bytes, _) in inputs {
                black_box(counted::decode::<C>(black_box(bytes)));
            }
        }
        Work::Walk(bytes, _) => {
            black_box(counted::walk::<C>(black_box(bytes)));
        }
        Work::Verify(bytes) => {
            black_box(counted::verify::<C>(black_box(bytes)));
        }
        Work::Encode(sample) => {
            black_box(counted::encode::<C>(black_box(sample), black_box(out)));
        }
    }
}

/// What is counted: each of these functions, from its call to its return. All inputs of a contestant
/// go through the one call of the library in it, and the check calls the library from a second place.
mod counted {
    use core::hint::black_box;

    use crate::{
        answer::Answer,
        peers::Contestant,
        rows::{Sample, Walk},
    };

    #[inline(never)]
    pub(super) fn decode<C: Contestant>(input: &[u8]) -> Answer {
        C::decode(input)
    }

    #[inline(never)]
    pub(super) fn walk<C: Contestant>(input: &[u8]) -> Option<Walk> {
        C::walk(input)
    }

    #[inline(never)]
    pub(super) fn verify<C: Contestant>(input: &[u8]) -> Option<bool> {
        C::verify(input)
    }

    #[inline(never)]
    pub(super) fn encode<C: Contestant>(sample: &Sample, out: &mut [u8]) -> Option<usize> {
        C::encode(sample, out).map(|bytes| black_box(bytes.as_ref()).len())
    }
}

/// Allocates little besides what the library does, as it also prepares the allocator for the count.
fn check<C: Contestant>(row: &Row) -> Result<(), Unfit> {
    match &row.work {
        Work::Decode(inputs) => {
            for (bytes, right) in inputs {
                compare(bytes, &answer::<C>(bytes), right)?;
            }
        }
        Work::Walk(bytes, right) => {
            let theirs = catch(|| C::walk(bytes)).flatten();
            compare(bytes, &theirs.ok_or(Unfit::Missing)?, right)?;
        }
        Work::Verify(bytes) => {
            let mut flawed = bytes.clone();
            *flawed.last_mut().unwrap() ^= 1;
            for (bytes, right) in [(&flawed, false), (bytes, true)] {
                let theirs = catch(|| C::verify(bytes)).flatten();
                compare(bytes, &theirs.ok_or(Unfit::Missing)?, &right)?;
            }
        }
        Work::Encode(sample) => {
            let mut out = [0xA5; OUT_LEN];
            let theirs = catch(|| C::encode(sample, &mut out).map(|bytes| bytes.as_ref().to_vec()));
            let theirs = theirs.flatten().ok_or(Unfit::Missing)?;
            if theirs != sample.bytes {
                let (theirs, right) = (hex(&theirs), hex(&sample.bytes));
                return Err(Unfit::Wrong(format!("{theirs}, not {right}")));
            }
        }
    }
    Ok(())
}

fn compare<T: Debug + PartialEq>(input: &[u8], theirs: &T, right: &T) -> Result<(), Unfit> {
    if theirs == right {
        return Ok(());
    }
    let input = hex(input);
    Err(Unfit::Wrong(format!(
        "{theirs:?}, not {right:?}, for {input}"
    )))
}

/// What `call` returns, or `None` if it panics; the panic prints nothing.
fn catch<T>(call: impl FnOnce() -> T) -> Option<T> {
    INSTALLED.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(call));
    QUIET.set(before);
    result.ok()
}

static INSTALLED: Once = Once::new();

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Room for every sample.
pub const OUT_LEN: usize = 512;
