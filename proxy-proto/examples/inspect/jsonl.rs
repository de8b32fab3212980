//! A line of hex digits to a line of JSON, in the shape that the library serializes.

use proxy_proto::decode;

use crate::hex;

/// The verdict on the bytes of a line; an empty line is an empty input.
pub(crate) fn decode_line(line: &[u8]) -> String {
    let answer = match hex::decode(line) {
        Ok(input) => serde_json::to_string(&decode(&input)).map_err(|error| error.to_string()),
        Err(error) => Err(error),
    };
    answer.unwrap_or_else(|error| {
        serde_json::json!({ "status": "error", "error": error }).to_string()
    })
}
