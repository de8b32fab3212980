//! Bytes in hexadecimal.

/// The bytes in hexadecimal; of more than [`SHOWN`] the first ones, and how many there are.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    let mut text: String = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    if shown.len() < bytes.len() {
        text.push_str(&format!("… ({} bytes)", bytes.len()));
    }
    text
}

/// The bytes that hexadecimal digits stand for, or `None` if they stand for none.
#[must_use]
pub fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// The longest input that is shown whole, in bytes.
pub const SHOWN: usize = 128;
