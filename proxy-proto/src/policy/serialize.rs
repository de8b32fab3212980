//! A policy as a configuration file would hold it.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    header::Version,
    options::Versions,
    policy::{Policy, TrustedNetworks, key},
    serialize::Text,
    v2::V2_MAX_LEN,
};

/// As a map with all the keys from which a policy is deserialized; deserializing it returns an
/// equal policy.
///
/// Two kinds of policy are serialized, but refused when they are read back: one with a timeout of 0
/// or over an hour, and one that [refuses everyone](Policy::refuses_everyone). A maximum header length
/// beyond that of the protocol becomes that of the protocol, 65551.
///
/// # Examples
///
/// ```
/// use proxy_proto::Policy;
///
/// let policy = Policy::new("10.0.0.0/8 ::1".parse().unwrap());
/// assert_eq!(
///     serde_json::to_string(&policy)?,
///     r#"{"haproxy_trusted_networks":"10.0.0.0/8 ::1/128","haproxy_timeout":3.0,"haproxy_mode":"required","haproxy_max_header_len":4096,"haproxy_versions":[1,2],"haproxy_checksum":true,"haproxy_v4_in_tcp6":false}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let options = self.decode_options();
        let mut map = serializer.serialize_map(Some(key::ALL.len()))?;
        map.serialize_entry(key::TRUSTED_NETWORKS, self.trusted_networks())?;
        map.serialize_entry(key::TIMEOUT, &self.timeout().as_secs_f64())?;
        map.serialize_entry(key::MODE, &Text(self.mode()))?;
        map.serialize_entry(key::MAX_HEADER_LEN, &self.max_header_len().min(V2_MAX_LEN))?;
        map.serialize_entry(key::VERSIONS, numbers(options.versions()))?;
        map.serialize_entry(key::CHECKSUM, &options.checksum())?;
        map.serialize_entry(key::V4_IN_TCP6, &options.v4_in_tcp6())?;
        map.end()
    }
}

/// As its `Display` text.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for TrustedNetworks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

const fn numbers(versions: Versions) -> &'static [u8] {
    match versions {
        Versions::Both => &[1, 2],
        Versions::Only(Version::V1) => &[1],
        Versions::Only(Version::V2) => &[2],
    }
}
