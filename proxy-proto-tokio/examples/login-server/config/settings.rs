//! The settings of a listener, whose values may be written as in Dovecot's configuration: an address
//! and a port, and `"yes"` or `"no"`.

use core::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

use super::ListenerConfig;

/// A `[[listener]]` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListenerSettings {
    #[serde(deserialize_with = "name")]
    name: String,
    address: Address,
    port: Option<u16>,
    #[serde(default, deserialize_with = "yes_or_no")]
    haproxy: bool,
    #[serde(default, deserialize_with = "yes_or_no")]
    ssl: bool,
}

/// With a port of its own, or without.
enum Address {
    Whole(SocketAddr),
    Ip(IpAddr),
}

/// Why an address and a port are not one address to listen on.
#[derive(Debug)]
pub(super) enum AddressError {
    NoPort(IpAddr),
    TwoPorts(SocketAddr, u16),
}

impl TryFrom<ListenerSettings> for ListenerConfig {
    type Error = AddressError;

    fn try_from(settings: ListenerSettings) -> Result<Self, AddressError> {
        let address = match (settings.address, settings.port) {
            (Address::Whole(address), None) => address,
            (Address::Whole(address), Some(port)) => {
                return Err(AddressError::TwoPorts(address, port));
            }
            (Address::Ip(ip), Some(port)) => SocketAddr::new(ip, port),
            (Address::Ip(ip), None) => return Err(AddressError::NoPort(ip)),
        };
        Ok(Self {
            name: settings.name,
            address,
            haproxy: settings.haproxy,
            ssl: settings.ssl,
        })
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPort(ip) => write!(f, "address = \"{ip}\" has no port, and port is not set"),
            Self::TwoPorts(address, port) => {
                write!(
                    f,
                    "address = \"{address}\" has a port, and so has port = {port}"
                )
            }
        }
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let whole = text.parse().map(Self::Whole);
        whole.or_else(|_| text.parse().map(Self::Ip)).map_err(|_| {
            D::Error::custom(format_args!(
                "address = {text:?} is not an IP address, with a port or without"
            ))
        })
    }
}

/// A name that appears in log lines, so it must not contain anything that could break one.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_plain) {
        return Err(D::Error::custom(format_args!(
            "{name:?} is not made of letters, digits, \"_\", \"-\" and \".\""
        )));
    }
    Ok(name)
}

/// `true`, `false`, or a word that Dovecot accepts, in any letter case.
fn yes_or_no<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct YesOrNo;

    impl Visitor<'_> for YesOrNo {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false, \"yes\" or \"no\"")
        }

        fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
            match text.to_ascii_lowercase().as_str() {
                "yes" | "y" | "1" => Ok(true),
                "no" => Ok(false),
                _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
            }
        }
    }

    deserializer.deserialize_any(YesOrNo)
}
