//! What the benches measured, held against the goals.

mod chart;
mod goals;
mod growth;
mod machine;
mod measured;
mod obstacles;
mod report;
mod row;
mod svg;

pub use chart::chart;
pub use goals::{Against, Goal, goals};
pub use growth::growth_chart;
pub use measured::Measured;
pub use obstacles::obstacle;
pub use report::report;
pub use row::{Entry, Row, decode_rows, encode_rows};
