//! An input with the times of all contestants.

use crate::{
    check::{self, Unfit},
    inputs::{self, Input},
    peers::{Contestant, Floor, Ours, Visitor, visit_peers},
    results::{Against, Measured},
    sample::Sample,
    samples,
};

/// An input with the times of all contestants.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// The input.
    pub input: &'static str,
    /// Bytes of its headers.
    pub len: usize,
    /// Ours, the peers', and where it knows the input the floor's.
    pub entries: Vec<Entry>,
}

/// A contestant and its time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The contestant.
    pub name: &'static str,
    /// Nanoseconds, if it was measured; or why it was not.
    pub time: Result<Option<f64>, Unfit>,
}

/// The rows of decoding.
///
/// # Panics
///
/// If an input is written wrongly.
#[must_use]
pub fn decode_rows(measured: &Measured) -> Vec<Row> {
    let inputs = inputs::all();
    let rows = inputs.iter().map(|input| {
        let mut collector = DecodeRow(measured, input, Vec::new());
        collector.visit::<Ours>();
        visit_peers(&mut collector);
        if check::decoding::<Floor>(input).is_ok() {
            collector.visit::<Floor>();
        }
        Row {
            input: input.name,
            len: input.header_len(),
            entries: collector.2,
        }
    });
    rows.collect()
}

/// The rows of encoding.
///
/// # Panics
///
/// As [`decode_rows`].
#[must_use]
pub fn encode_rows(measured: &Measured) -> Vec<Row> {
    let samples = samples::all();
    let rows = samples.iter().map(|sample| {
        let mut collector = EncodeRow(measured, sample, Vec::new());
        collector.visit::<Ours>();
        visit_peers(&mut collector);
        Row {
            input: sample.name,
            len: sample.bytes.len(),
            entries: collector.2,
        }
    });
    rows.collect()
}

struct DecodeRow<'a>(&'a Measured, &'a Input, Vec<Entry>);

impl Visitor for DecodeRow<'_> {
    fn visit<C: Contestant>(&mut self) {
        let time = self.0.nanoseconds("decode", self.1.name, C::NAME);
        self.2.push(Entry {
            name: C::NAME,
            time: check::decoding::<C>(self.1).map(|()| time),
        });
    }
}

struct EncodeRow<'a>(&'a Measured, &'a Sample, Vec<Entry>);

impl Visitor for EncodeRow<'_> {
    fn visit<C: Contestant>(&mut self) {
        let time = self.0.nanoseconds("encode", self.1.name, C::NAME);
        self.2.push(Entry {
            name: C::NAME,
            time: check::encoding::<C>(self.1).map(|()| time),
        });
    }
}

impl Row {
    /// Our time.
    #[must_use]
    pub fn ours(&self) -> Option<f64> {
        self.time_of(Ours::NAME)
    }

    /// The contestant to hold ours against, and its time.
    #[must_use]
    pub fn against(&self, against: Against) -> Option<(&'static str, f64)> {
        match against {
            Against::Fastest => self.fastest_peer(),
            Against::Peer(name) => Some((name, self.time_of(name)?)),
            Against::Floor => Some((Floor::NAME, self.time_of(Floor::NAME)?)),
        }
    }

    /// The fastest peer that is right, and its time.
    #[must_use]
    pub fn fastest_peer(&self) -> Option<(&'static str, f64)> {
        self.times()
            .filter(|&(name, _)| name != Ours::NAME && name != Floor::NAME)
            .min_by(|(_, one), (_, other)| one.total_cmp(other))
    }

    /// Who was measured, and the times.
    pub fn times(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let entries = self.entries.iter();
        entries.filter_map(|entry| Some((entry.name, entry.time.clone().ok()??)))
    }

    /// The time of this contestant.
    #[must_use]
    pub fn time_of(&self, name: &str) -> Option<f64> {
        let mut times = self.times();
        times.find_map(|(one, time)| (one == name).then_some(time))
    }
}
