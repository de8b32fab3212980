//! Values of options.

use std::{str::FromStr, time::Duration};

use crate::hex;

/// Bytes as hex digits; white space between them is skipped.
#[derive(Clone, Debug)]
pub(crate) struct HexBytes(pub(crate) Vec<u8>);

/// Text with the escapes `\r`, `\n`, `\t`, `\0`, `\\` and `\xNN`.
#[derive(Clone, Debug)]
pub(crate) struct Escaped(pub(crate) Vec<u8>);

impl FromStr for HexBytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits: String = text.split_whitespace().collect();
        hex::decode(digits.as_bytes()).map(Self)
    }
}

impl FromStr for Escaped {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const ERROR: &str = r"a backslash must be followed by r, n, t, 0, \ or xNN";
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let [first, tail @ ..] = rest {
            let (byte, len) = match (first, tail) {
                (b'\\', [b'r', ..]) => (b'\r', 2),
                (b'\\', [b'n', ..]) => (b'\n', 2),
                (b'\\', [b't', ..]) => (b'\t', 2),
                (b'\\', [b'0', ..]) => (b'\0', 2),
                (b'\\', [b'\\', ..]) => (b'\\', 2),
                (b'\\', [b'x', high, low, ..]) => match *hex::decode(&[*high, *low])? {
                    [byte] => (byte, 4),
                    _ => return Err(ERROR.into()),
                },
                (b'\\', _) => return Err(ERROR.into()),
                (byte, _) => (*byte, 1),
            };
            bytes.push(byte);
            rest = rest.get(len..).unwrap_or_default();
        }
        Ok(Self(bytes))
    }
}

/// A number of seconds, such as 3 or 0.25.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok();
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "not a number of seconds, such as 3 or 0.25".into())
}
