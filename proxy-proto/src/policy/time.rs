//! A time in a configuration file: seconds, or text as mail servers write it, such as `3 secs`.

use alloc::string::String;
use core::{fmt, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IntoDeserializer, Visitor},
};

/// A time as written.
pub(super) enum Time {
    Seconds(f64),
    Text(String),
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => fmt::Display::fmt(seconds, f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = Time;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds, or a string such as \"3 secs\"")
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Self::Value, E> {
        Ok(Time::Seconds(seconds))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Self::Value, E> {
        f64::deserialize(seconds.into_deserializer()).map(Time::Seconds)
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Self::Value, E> {
        f64::deserialize(seconds.into_deserializer()).map(Time::Seconds)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Time::Text(text.into()))
    }
}

/// The time that this text stands for; `None` if it is not a number with a unit.
///
/// As in Dovecot, a unit may be abbreviated, in any letter case, and spaces before it are optional. A
/// number alone would be ambiguous, so it is not a time.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(end)?;
    let (number, unit) = (number.parse::<u32>().ok()?, unit.trim_start_matches(' '));
    let (_, len) = UNITS.iter().find(|(name, _)| is_start(unit, name))?;
    len.checked_mul(number)
}

/// Whether `unit` is `name` or its first letters.
fn is_start(unit: &str, name: &str) -> bool {
    let start = name.get(..unit.len());
    !unit.is_empty() && start.is_some_and(|start| start.eq_ignore_ascii_case(unit))
}

/// The first that an abbreviation fits counts: `m` is for minutes.
const UNITS: &[(&str, Duration)] = &[
    ("seconds", Duration::from_secs(1)),
    ("secs", Duration::from_secs(1)),
    ("minutes", Duration::from_secs(60)),
    ("mins", Duration::from_secs(60)),
    ("milliseconds", Duration::from_millis(1)),
    ("millisecs", Duration::from_millis(1)),
    ("mseconds", Duration::from_millis(1)),
    ("msecs", Duration::from_millis(1)),
    ("hours", Duration::from_secs(60 * 60)),
    ("days", Duration::from_secs(24 * 60 * 60)),
    ("weeks", Duration::from_secs(7 * 24 * 60 * 60)),
];
