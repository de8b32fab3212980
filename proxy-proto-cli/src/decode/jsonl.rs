//! Converts a line of hex digits to a line of JSON, in the shape that the library serializes.

use proxy_proto::{Decoded, decode};
use serde::Serialize;

use crate::{ascii, hex};

/// A verdict, or why there is none.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Decoded(Decoded<'a>),
    NotDecoded { status: &'static str, error: String },
}

/// The verdict on the bytes of a line; an empty line is an empty input.
pub(crate) fn decode_line(line: Result<&[u8], String>) -> serde_json::Result<Vec<u8>> {
    match line.and_then(hex::decode) {
        Ok(input) => ascii::json(&Answer::Decoded(decode(&input))),
        Err(error) => ascii::json(&Answer::NotDecoded {
            status: "error",
            error,
        }),
    }
}
