//! The vectors and the captures as JSON.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use serde_json::Value;

use crate::common::{text, unhex};

/// The rows of both tables as their files have them.
pub(crate) fn rows() -> Vec<Value> {
    let vectors = include_str!("../../../../proxy-proto-cli/vectors/vectors.json");
    let captures = include_str!("../data/captures.json");
    let vectors = serde_json::from_str::<Value>(vectors).unwrap()["vectors"].take();
    let tables = [vectors, serde_json::from_str(captures).unwrap()];
    let rows = tables.map(|table| serde_json::from_value::<Vec<Value>>(table).unwrap());
    let rows = rows.concat();
    assert_eq!(rows.len(), 381);
    rows
}

/// Name, input and wanted verdict of each row.
pub(crate) fn tables() -> Vec<(String, Vec<u8>, Value)> {
    let rows = rows().into_iter().map(|mut row| {
        let input = unhex(text(&row, "hex"));
        (text(&row, "id").to_owned(), input, row["want"].take())
    });
    rows.collect()
}

/// Removes what the tables do not have: the names and meanings of TLVs, and the text of errors.
pub(crate) fn without_meanings(mut verdict: Value) -> Value {
    let object = verdict.as_object_mut().unwrap();
    if object["status"] == "invalid" {
        let error = object.remove("error").unwrap();
        let place = format!(" at byte {}", object["offset"]);
        assert!(error.as_str().unwrap().ends_with(&place), "{error}");
    }
    if let Some(tlvs) = object.get_mut("tlvs") {
        for tlv in tlvs.as_array_mut().unwrap() {
            let tlv = tlv.as_object_mut().unwrap();
            assert!(tlv.remove("name").is_some());
            let meanings = [tlv.remove("decoded"), tlv.remove("error")];
            assert!(meanings.contains(&None), "{meanings:?}");
        }
    }
    verdict
}
