//! A policy from a configuration file, under the names that operators know from mail servers.
//!
//! | key | value | default |
//! |---|---|---|
//! | `haproxy_trusted_networks` | addresses, CIDR ranges and `unix`, separated by spaces or commas | nobody |
//! | `haproxy_timeout` | seconds for the whole header, more than 0 and up to 3600 | 3 |
//! | `haproxy_mode` | `"required"`, or `"by_source"` | `"required"` |
//! | `haproxy_max_header_len` | bytes, 107 to 65551 | 4096 |
//! | `haproxy_versions` | `[1, 2]`, `[1]` or `[2]` | both |
//! | `haproxy_checksum` | whether a CRC32C is compared | `true` |
//! | `haproxy_v4_in_tcp6` | whether IPv4 text is taken after `TCP6` | `false` |

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use core::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

use crate::{
    header::Version,
    options::{DecodeOptions, Versions},
    policy::{HeaderMode, Policy, TrustedNetworks},
    v1::V1_MAX_LEN,
    v2::V2_MAX_LEN,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFields {
    #[serde(default, deserialize_with = "named_networks")]
    haproxy_trusted_networks: TrustedNetworks,
    #[serde(default, deserialize_with = "haproxy_timeout")]
    haproxy_timeout: Option<f64>,
    #[serde(default, deserialize_with = "haproxy_mode")]
    haproxy_mode: Option<String>,
    #[serde(default, deserialize_with = "haproxy_max_header_len")]
    haproxy_max_header_len: Option<usize>,
    #[serde(default, deserialize_with = "haproxy_versions")]
    haproxy_versions: Option<Vec<u8>>,
    #[serde(default, deserialize_with = "haproxy_checksum")]
    haproxy_checksum: Option<bool>,
    #[serde(default, deserialize_with = "haproxy_v4_in_tcp6")]
    haproxy_v4_in_tcp6: Option<bool>,
}

/// From a map with the keys `haproxy_trusted_networks`, `haproxy_timeout` (seconds), `haproxy_mode`
/// (`"required"` or `"by_source"`), `haproxy_max_header_len` (bytes), `haproxy_versions` (`[1, 2]`),
/// `haproxy_checksum` and `haproxy_v4_in_tcp6` (whether), each optional. An unknown key is an error,
/// and errors name key and value.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
///
/// use proxy_proto::Policy;
///
/// let policy: Policy = serde_json::from_str(
///     r#"{ "haproxy_trusted_networks": "10.0.0.0/8 ::1", "haproxy_timeout": 5 }"#,
/// )?;
/// assert_eq!(policy.timeout(), Duration::from_secs(5));
/// assert_eq!(policy.trusted_networks().to_string(), "10.0.0.0/8 ::1/128");
///
/// let error = serde_json::from_str::<Policy>(r#"{ "haproxy_timeout": 0 }"#).unwrap_err();
/// assert!(error.to_string().starts_with("haproxy_timeout = 0: "));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = PolicyFields::deserialize(deserializer)?;
        let policy = Self::new(fields.haproxy_trusted_networks.clone())
            .with_mode(fields.mode().map_err(Error::custom)?)
            .with_timeout(fields.timeout().map_err(Error::custom)?);
        Ok(policy
            .with_max_header_len(fields.max_header_len().map_err(Error::custom)?)
            .with_decode_options(fields.decode_options().map_err(Error::custom)?))
    }
}

/// From the string that [`FromStr`](core::str::FromStr) takes.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl<'de> Deserialize<'de> for TrustedNetworks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?
            .parse()
            .map_err(Error::custom)
    }
}

/// As above, with the key in the error.
fn named_networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TrustedNetworks, D::Error> {
    let Some(list) = haproxy_trusted_networks(deserializer)? else {
        return Ok(TrustedNetworks::new());
    };
    let named = |error| Error::custom(format!("haproxy_trusted_networks = {list:?}: {error}"));
    list.parse().map_err(named)
}

/// For each key a function that takes its value, and names the key where that is of the wrong type.
macro_rules! named {
    ($($key:ident: $value:ty,)*) => {$(
        fn $key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<$value>, D::Error> {
            let named = |error| Error::custom(format!("{}: {error}", stringify!($key)));
            Option::deserialize(deserializer).map_err(named)
        }
    )*};
}

named! {
    haproxy_trusted_networks: String,
    haproxy_timeout: f64,
    haproxy_mode: String,
    haproxy_max_header_len: usize,
    haproxy_versions: Vec<u8>,
    haproxy_checksum: bool,
    haproxy_v4_in_tcp6: bool,
}

impl PolicyFields {
    fn timeout(&self) -> Result<Duration, String> {
        match self.haproxy_timeout {
            None => Ok(Policy::DEFAULT_TIMEOUT),
            Some(seconds) if (SHORTEST_TIMEOUT..=LONGEST_TIMEOUT).contains(&seconds) => {
                Ok(Duration::from_secs_f64(seconds))
            }
            Some(seconds) => Err(format!(
                "haproxy_timeout = {seconds}: not more than 0 and up to {LONGEST_TIMEOUT} seconds"
            )),
        }
    }

    fn mode(&self) -> Result<HeaderMode, String> {
        match self.haproxy_mode.as_deref() {
            None | Some("required") => Ok(HeaderMode::Required),
            Some("by_source") => Ok(HeaderMode::BySource),
            Some("optional") => Ok(HeaderMode::Optional),
            Some(mode) => Err(format!(
                "haproxy_mode = {mode:?}: neither \"required\" nor \"by_source\""
            )),
        }
    }

    fn decode_options(&self) -> Result<DecodeOptions, String> {
        let mut options = DecodeOptions::new().with_versions(self.versions()?);
        if self.haproxy_checksum == Some(false) {
            options = options.with_checksum(false);
        }
        if self.haproxy_v4_in_tcp6 == Some(true) {
            options = options.with_v4_in_tcp6(true);
        }
        Ok(options)
    }

    fn versions(&self) -> Result<Versions, String> {
        match self.haproxy_versions.as_deref() {
            None | Some([1, 2] | [2, 1]) => Ok(Versions::Both),
            Some([1]) => Ok(Versions::Only(Version::V1)),
            Some([2]) => Ok(Versions::Only(Version::V2)),
            Some(versions) => Err(format!(
                "haproxy_versions = {versions:?}: not [1], [2] or [1, 2]"
            )),
        }
    }

    fn max_header_len(&self) -> Result<usize, String> {
        match self.haproxy_max_header_len {
            None => Ok(Policy::DEFAULT_MAX_HEADER_LEN),
            Some(len @ V1_MAX_LEN..=V2_MAX_LEN) => Ok(len),
            Some(len) => Err(format!(
                "haproxy_max_header_len = {len}: not {V1_MAX_LEN} to {V2_MAX_LEN} bytes"
            )),
        }
    }
}

/// In seconds: what a [`Duration`] can tell from 0.
const SHORTEST_TIMEOUT: f64 = 1e-9;

/// In seconds. A header that takes an hour is none, and a greater number is a slip.
const LONGEST_TIMEOUT: f64 = 3600.0;
