//! Bytes as hex digits.

use std::fmt::Write;

/// The bytes that these digits stand for.
pub(crate) fn decode(digits: &[u8]) -> Result<Vec<u8>, String> {
    if let Some(place) = digits.iter().position(|digit| !digit.is_ascii_hexdigit()) {
        return Err(format!("not a hex digit at character {place}"));
    }
    if digits.len() % 2 == 1 {
        return Err(format!("an odd number of hex digits: {}", digits.len()));
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default();
    let byte = |pair: &[u8]| {
        pair.iter()
            .fold(0, |byte, &digit| byte << 4 | nibble(digit))
    };
    Ok(digits
        .chunks_exact(2)
        .map(|pair| byte(pair).to_le_bytes()[0])
        .collect())
}

/// Whether this consists of hex digits and white space only, with at least one digit.
pub(crate) fn is_digits(text: &[u8]) -> bool {
    let mut digits = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    text.iter().any(u8::is_ascii_hexdigit) && digits.all(u8::is_ascii_hexdigit)
}

/// Digits with `separator` between the bytes.
pub(crate) fn encode(bytes: &[u8], separator: &str) -> String {
    let mut text = String::new();
    for byte in bytes {
        if !text.is_empty() {
            text.push_str(separator);
        }
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
