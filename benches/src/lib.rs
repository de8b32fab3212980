//! Speed of proxy-proto against its peers and itself, and where the peers answer otherwise.
//!
//! - [`peers`]: every decoder and encoder behind one trait.
//! - [`disagreements`]: every row of the test tables on which a peer answers otherwise than we do.
//! - [`inputs`], [`samples`] and [`growth`]: what the benches measure; [`check`] comes before.
//! - [`results`]: what they measured, held against the goals.
//! - [`instructions`]: how many instructions we take, whatever the clock says.

pub mod answer;
pub mod check;
pub mod disagreements;
pub mod growth;
pub mod hex;
pub mod inputs;
pub mod instructions;
pub mod made;
pub mod peers;
pub mod results;
pub mod sample;
pub mod samples;
pub mod tables;
pub mod versions;
