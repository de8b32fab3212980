//! How the connections of all seeds ended.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) served: usize,
    pub(super) refused: usize,
    pub(super) timed_out: usize,
    pub(super) had_no_place: usize,
}

impl Tally {
    /// Each outcome, and not just once.
    pub(super) fn assert_has_everything(&self) {
        let counts = [self.served, self.refused, self.timed_out, self.had_no_place];
        assert!(counts.iter().all(|count| *count > 100), "{self:?}");
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.served += other.served;
        self.refused += other.refused;
        self.timed_out += other.timed_out;
        self.had_no_place += other.had_no_place;
    }
}
