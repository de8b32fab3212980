//! The test tables of the core.

use proxy_proto_fuzz::unhex;
use serde_json::Value;

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name.
    pub id: String,
    /// What it is, in a few words.
    pub what: String,
    /// The input.
    pub bytes: Vec<u8>,
}

/// Inputs that were made.
pub fn vectors() -> Vec<Input> {
    let table = include_str!("../../proxy-proto-cli/vectors/vectors.json");
    let mut table: Value = serde_json::from_str(table).expect("an object");
    read(table["vectors"].take(), |row| {
        format!("{} (§{})", text(row, "why"), text(row, "clause"))
    })
}

/// What real senders put on the wire.
pub fn captures() -> Vec<Input> {
    let table = include_str!("../../proxy-proto/tests/suite/data/captures.json");
    let table = serde_json::from_str(table).expect("an array");
    read(table, |row| {
        format!("sent by {}: {}", text(row, "producer"), text(row, "how"))
    })
}

fn read(table: Value, what: fn(&Value) -> String) -> Vec<Input> {
    let rows: Vec<Value> = serde_json::from_value(table).expect("an array of rows");
    let input = |row| Input {
        id: text(&row, "id").into(),
        what: what(&row),
        bytes: unhex(text(&row, "hex")).expect("hexadecimal digits"),
    };
    rows.into_iter().map(input).collect()
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().expect("a text")
}
