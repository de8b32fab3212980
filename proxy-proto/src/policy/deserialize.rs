//! A policy from a configuration file, under the names that operators know from mail servers.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{any::type_name, fmt, marker::PhantomData, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::{
    header::Version,
    options::{DecodeOptions, Versions},
    policy::{
        HeaderMode, Policy, TrustedNetworks, key,
        time::{self, Time},
    },
    v1::V1_MAX_LEN,
    v2::V2_MAX_LEN,
};

/// From a map with these keys, each optional:
///
/// | key | value | default |
/// |---|---|---|
/// | `haproxy_trusted_networks` | addresses, CIDR ranges and `unix`, as an array of strings or in one string, separated by spaces or commas | none |
/// | `haproxy_timeout` | the time for the whole header, more than 0 and at most an hour: seconds as a number, or text with a unit, such as `"3 secs"`, `"500 msecs"` or `"1 min"` | 3 |
/// | `haproxy_mode` | `"required"`, `"by_source"` or `"optional"` | `"required"` |
/// | `haproxy_max_header_len` | bytes, from 107 to 65551 | 4096 |
/// | `haproxy_versions` | `[1, 2]`, `[1]` or `[2]` | both |
/// | `haproxy_checksum` | whether a CRC32C is verified | `true` |
/// | `haproxy_v4_in_tcp6` | whether IPv4 text is accepted after `TCP6` | `false` |
///
/// Errors name the key and the value. Any other key is an error, and so is a policy that would
/// [refuse everyone](Policy::refuses_everyone), such as that of an empty map.
///
/// Under `#[serde(flatten)]` an unknown key is an error if it starts with `haproxy_`; all others
/// belong to the enclosing struct, which must check them itself, because `deny_unknown_fields` does
/// not work there. Flatten a `Policy`, not an `Option<Policy>`, which serde turns into `None` on
/// any error.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
///
/// use proxy_proto::Policy;
///
/// let policy: Policy = serde_json::from_str(
///     r#"{ "haproxy_trusted_networks": ["10.0.0.0/8", "::1"], "haproxy_timeout": 5 }"#,
/// )?;
/// assert_eq!(policy.timeout(), Duration::from_secs(5));
/// assert_eq!(policy.trusted_networks().to_string(), "10.0.0.0/8 ::1/128");
///
/// let error = serde_json::from_str::<Policy>(r#"{ "haproxy_timeout": 0 }"#).unwrap_err();
/// assert!(error.to_string().starts_with(
///     "haproxy_timeout = 0: must be more than 0 and at most 3600 seconds"
/// ));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As a map: `flatten` passes a struct only the fields that it names, which would hide a
        // mistyped key. To a map it also passes the keys of the enclosing struct. Those must be
        // ignored, but in that case alone, and only the name of the deserializer's type
        // distinguishes it. If serde ever renames that type, those keys are refused, and a test
        // fails.
        let is_flattened = type_name::<D>().contains("FlatMapDeserializer");
        deserializer.deserialize_map(PolicyVisitor { is_flattened })
    }
}

/// From the string that [`FromStr`](core::str::FromStr) accepts, or a sequence of
/// [entries](Self::from_entries).
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl<'de> Deserialize<'de> for TrustedNetworks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let networks = NetworkList::deserialize(deserializer)?;
        networks.parse().map_err(Error::custom)
    }
}

struct PolicyVisitor {
    is_flattened: bool,
}

impl<'de> Visitor<'de> for PolicyVisitor {
    type Value = Policy;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a map with keys such as {}", key::TRUSTED_NETWORKS)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Policy, A::Error> {
        let (mut trusted, mut timeout, mut mode, mut max_header_len) = (None, None, None, None);
        let (mut versions, mut checksum, mut v4_in_tcp6) = (None, None, None);
        let seed = KeySeed {
            ignores_others: self.is_flattened,
        };
        while let Some(key) = map.next_key_seed(seed)? {
            match key {
                Some(key::TRUSTED_NETWORKS) => {
                    set(&mut trusted, &mut map, key::TRUSTED_NETWORKS, networks)?;
                }
                Some(key::TIMEOUT) => set(&mut timeout, &mut map, key::TIMEOUT, duration)?,
                Some(key::MODE) => set(&mut mode, &mut map, key::MODE, header_mode)?,
                Some(key::MAX_HEADER_LEN) => {
                    set(&mut max_header_len, &mut map, key::MAX_HEADER_LEN, len)?;
                }
                Some(key::VERSIONS) => set(&mut versions, &mut map, key::VERSIONS, allowed)?,
                Some(key::CHECKSUM) => set(&mut checksum, &mut map, key::CHECKSUM, Ok)?,
                Some(key::V4_IN_TCP6) => set(&mut v4_in_tcp6, &mut map, key::V4_IN_TCP6, Ok)?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let options = DecodeOptions::new()
            .with_versions(versions.unwrap_or_default())
            .with_checksum(checksum.unwrap_or(true))
            .with_v4_in_tcp6(v4_in_tcp6.unwrap_or(false));
        let policy = Policy::new(trusted.unwrap_or_default())
            .with_mode(mode.unwrap_or_default())
            .with_timeout(timeout.unwrap_or(Policy::DEFAULT_TIMEOUT))
            .with_max_header_len(max_header_len.unwrap_or(Policy::DEFAULT_MAX_HEADER_LEN))
            .with_decode_options(options);
        if policy.refuses_everyone() {
            return Err(Error::custom(format_args!(
                "{}: no network is listed, so everyone would be refused: \
                 list those of your balancers, or set {} = \"by_source\"",
                key::TRUSTED_NETWORKS,
                key::MODE
            )));
        }
        Ok(policy)
    }
}

/// A key of a policy; `None` for a key of the enclosing struct.
#[derive(Clone, Copy)]
struct KeySeed {
    ignores_others: bool,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        match key::ALL.iter().find(|key| **key == name) {
            Some(key) => Ok(Some(key)),
            None if self.ignores_others && !name.starts_with(key::PREFIX) => Ok(None),
            None => Err(E::unknown_field(name, key::ALL)),
        }
    }
}

/// Reads and checks the value of a key. A second one is an error.
fn set<'de, T: Deserialize<'de>, V, A: MapAccess<'de>>(
    place: &mut Option<V>,
    map: &mut A,
    key: &'static str,
    check: fn(T) -> Result<V, String>,
) -> Result<(), A::Error> {
    if place.is_some() {
        return Err(Error::duplicate_field(key));
    }
    let seed = ValueSeed {
        key,
        check,
        from: PhantomData,
    };
    *place = Some(map.next_value_seed(seed)?);
    Ok(())
}

/// A value to be checked, with its key in errors. A seed, so that the format adds the place in the
/// file to errors of the check too.
struct ValueSeed<T, V> {
    key: &'static str,
    /// Its error starts with the value.
    check: fn(T) -> Result<V, String>,
    from: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, V> DeserializeSeed<'de> for ValueSeed<T, V> {
    type Value = V;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V, D::Error> {
        let key = self.key;
        let value = T::deserialize(deserializer)
            .map_err(|error| Error::custom(format_args!("{key}: {error}")))?;
        (self.check)(value).map_err(|error| Error::custom(format_args!("{key} = {error}")))
    }
}

fn networks(list: NetworkList) -> Result<TrustedNetworks, String> {
    list.parse().map_err(|error| format!("{list:?}: {error}"))
}

fn duration(time: Time) -> Result<Duration, String> {
    let timeout = match &time {
        Time::Seconds(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
        Time::Text(text) => Some(
            time::parse(text)
                .ok_or_else(|| format!("{time:?}: not a number with a unit, such as \"3 secs\""))?,
        ),
    };
    let timeout = timeout.filter(|timeout| !timeout.is_zero() && *timeout <= MAX_TIMEOUT);
    timeout.ok_or_else(|| {
        let max = MAX_TIMEOUT.as_secs();
        format!("{time:?}: must be more than 0 and at most {max} seconds")
    })
}

fn header_mode(name: String) -> Result<HeaderMode, String> {
    let modes = [
        HeaderMode::Required,
        HeaderMode::BySource,
        HeaderMode::Optional,
    ];
    let named = modes.into_iter().find(|mode| mode.to_string() == name);
    named.ok_or_else(|| format!("{name:?}: must be \"required\", \"by_source\" or \"optional\""))
}

fn len(len: usize) -> Result<usize, String> {
    match len {
        V1_MAX_LEN..=V2_MAX_LEN => Ok(len),
        _ => Err(format!(
            "{len}: must be from {V1_MAX_LEN} to {V2_MAX_LEN} bytes"
        )),
    }
}

fn allowed(versions: Vec<u8>) -> Result<Versions, String> {
    match versions.as_slice() {
        [1, 2] | [2, 1] => Ok(Versions::Both),
        [1] => Ok(Versions::Only(Version::V1)),
        [2] => Ok(Versions::Only(Version::V2)),
        _ => Err(format!("{versions:?}: must be [1], [2] or [1, 2]")),
    }
}

/// Networks as written.
enum NetworkList {
    Text(String),
    Entries(Vec<String>),
}

impl NetworkList {
    fn parse(&self) -> Result<TrustedNetworks, crate::NetworkError> {
        match self {
            Self::Text(list) => list.parse(),
            Self::Entries(entries) => TrustedNetworks::from_entries(entries),
        }
    }
}

impl fmt::Debug for NetworkList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(list) => list.fmt(f),
            Self::Entries(entries) => entries.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for NetworkList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NetworkListVisitor)
    }
}

struct NetworkListVisitor;

impl<'de> Visitor<'de> for NetworkListVisitor {
    type Value = NetworkList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of networks")
    }

    fn visit_str<E: Error>(self, list: &str) -> Result<Self::Value, E> {
        Ok(NetworkList::Text(list.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            list.push(entry);
        }
        Ok(NetworkList::Entries(list))
    }
}

/// No sender needs an hour for a header, so a longer time is a mistake.
const MAX_TIMEOUT: Duration = Duration::from_secs(60 * 60);
