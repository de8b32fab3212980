//! The keys of a policy in a configuration file.

pub(super) const PREFIX: &str = "haproxy_";

pub(super) const TRUSTED_NETWORKS: &str = "haproxy_trusted_networks";
pub(super) const TIMEOUT: &str = "haproxy_timeout";
pub(super) const MODE: &str = "haproxy_mode";
pub(super) const MAX_HEADER_LEN: &str = "haproxy_max_header_len";
pub(super) const VERSIONS: &str = "haproxy_versions";
pub(super) const CHECKSUM: &str = "haproxy_checksum";
pub(super) const V4_IN_TCP6: &str = "haproxy_v4_in_tcp6";

pub(super) const ALL: &[&str] = &[
    TRUSTED_NETWORKS,
    TIMEOUT,
    MODE,
    MAX_HEADER_LEN,
    VERSIONS,
    CHECKSUM,
    V4_IN_TCP6,
];
