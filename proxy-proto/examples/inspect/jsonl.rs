//! A line of hex digits to a line of JSON, in the shape that the library serializes.

use proxy_proto::{Decoded, decode};
use serde::Serialize;

use crate::hex;

/// An answer: a verdict, or why the line is no input.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Decoded(Decoded<'a>),
    NotHex { status: &'static str, error: String },
}

/// The verdict on the bytes of a line; an empty line is an empty input.
pub(crate) fn decode_line(line: &[u8]) -> serde_json::Result<String> {
    match hex::decode(line) {
        Ok(input) => serde_json::to_string(&Answer::Decoded(decode(&input))),
        Err(error) => serde_json::to_string(&Answer::NotHex {
            status: "error",
            error,
        }),
    }
}
