//! The test tables of the core, as the benches need them.

use serde::Deserialize;

use crate::hex;

/// A row of a table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// Its name.
    pub id: String,
    /// What it is, in a few words.
    pub what: String,
    /// The input.
    pub bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    why: String,
    clause: String,
    hex: String,
}

#[derive(Deserialize)]
struct Capture {
    id: String,
    producer: String,
    how: String,
    hex: String,
}

/// The made inputs.
///
/// # Panics
///
/// If the table is not what its README says.
#[must_use]
pub fn vectors() -> Vec<Row> {
    let rows: Vec<Vector> = read(include_str!(
        "../../proxy-proto/tests/suite/data/vectors.json"
    ));
    rows.into_iter()
        .map(|row| Row {
            what: format!("{} (§{})", row.why, row.clause),
            bytes: bytes(&row.hex),
            id: row.id,
        })
        .collect()
}

/// What real senders put on the wire.
///
/// # Panics
///
/// As [`vectors`].
#[must_use]
pub fn captures() -> Vec<Row> {
    let rows: Vec<Capture> = read(include_str!(
        "../../proxy-proto/tests/suite/data/captures.json"
    ));
    rows.into_iter()
        .map(|row| Row {
            what: format!("sent by {}: {}", row.producer, row.how),
            bytes: bytes(&row.hex),
            id: row.id,
        })
        .collect()
}

#[expect(clippy::expect_used, reason = "the tables are part of the repository")]
fn read<T: for<'a> Deserialize<'a>>(table: &str) -> Vec<T> {
    serde_json::from_str(table).expect("a table is an array of rows")
}

#[expect(clippy::expect_used, reason = "the tables are part of the repository")]
fn bytes(digits: &str) -> Vec<u8> {
    hex::bytes(digits).expect("a row is in hexadecimal")
}
