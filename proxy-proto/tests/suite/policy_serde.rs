//! Policies and lists of networks from configuration files.

use core::time::Duration;

use proxy_proto::{
    Admission, DecodeOptions, HeaderMode, Policy, TrustedNetworks, Version, Versions,
};
use serde_json::{Value, json};

#[test]
fn nothing_said_is_the_default() {
    let policy: Policy = serde_json::from_str("{}").unwrap();
    assert_eq!(policy, Policy::new(TrustedNetworks::new()));
    assert!(policy.refuses_everyone());
    assert_eq!(policy.timeout(), Duration::from_secs(3));
    assert_eq!(policy.decode_options().max_header_len(), 4096);
}

#[test]
fn each_key_sets_its_value() {
    let options = DecodeOptions::new().with_max_header_len(4096);
    let default = Policy::new(TrustedNetworks::new());
    let with = |options| default.clone().with_decode_options(options);
    let only = |version| options.with_versions(Versions::Only(version));
    let seconds = |seconds| {
        default
            .clone()
            .with_timeout(Duration::from_secs_f64(seconds))
    };
    let table = [
        (
            "haproxy_trusted_networks",
            json!("10.0.0.0/8, ::1 unix"),
            Policy::new("10.0.0.0/8, ::1 unix".parse().unwrap()),
        ),
        ("haproxy_trusted_networks", json!(""), default.clone()),
        ("haproxy_timeout", json!(5), seconds(5.0)),
        ("haproxy_timeout", json!(0.25), seconds(0.25)),
        ("haproxy_timeout", json!(1e-9), seconds(1e-9)),
        ("haproxy_timeout", json!(3600), seconds(3600.0)),
        ("haproxy_mode", json!("required"), default.clone()),
        (
            "haproxy_mode",
            json!("by_source"),
            default.clone().with_mode(HeaderMode::BySource),
        ),
        (
            "haproxy_mode",
            json!("optional"),
            default.clone().with_mode(HeaderMode::Optional),
        ),
        (
            "haproxy_max_header_len",
            json!(107),
            default.clone().with_max_header_len(107),
        ),
        (
            "haproxy_max_header_len",
            json!(65551),
            default.clone().with_max_header_len(65551),
        ),
        ("haproxy_versions", json!([1]), with(only(Version::V1))),
        ("haproxy_versions", json!([2]), with(only(Version::V2))),
        ("haproxy_versions", json!([1, 2]), default.clone()),
        ("haproxy_versions", json!([2, 1]), default.clone()),
        ("haproxy_checksum", json!(true), default.clone()),
        (
            "haproxy_checksum",
            json!(false),
            with(options.with_checksum(false)),
        ),
        ("haproxy_v4_in_tcp6", json!(false), default.clone()),
        (
            "haproxy_v4_in_tcp6",
            json!(true),
            with(options.with_v4_in_tcp6(true)),
        ),
    ];
    for (key, value, want) in table {
        let policy = policy(key, &value);
        assert_eq!(policy.ok(), Some(want), "{key} = {value}");
    }
}

#[test]
fn all_keys_together() {
    let policy: Policy = serde_json::from_value(json!({
        "haproxy_trusted_networks": "192.0.2.0/24",
        "haproxy_timeout": 1.5,
        "haproxy_mode": "by_source",
        "haproxy_max_header_len": 536,
        "haproxy_versions": [2],
        "haproxy_checksum": false,
        "haproxy_v4_in_tcp6": true,
    }))
    .unwrap();
    let options = DecodeOptions::new()
        .with_max_header_len(536)
        .with_versions(Versions::Only(Version::V2))
        .with_checksum(false)
        .with_v4_in_tcp6(true);
    let want = Policy::new("192.0.2.0/24".parse().unwrap())
        .with_timeout(Duration::from_millis(1500))
        .with_mode(HeaderMode::BySource)
        .with_decode_options(options);
    assert_eq!(policy, want);
    let peer: std::net::SocketAddr = "192.0.2.9:25".parse().unwrap();
    assert_eq!(policy.admit(peer.into()), Admission::ReadHeader);
}

#[test]
fn a_wrong_value_is_named_with_its_key() {
    let table = [
        (
            "haproxy_trusted_networks",
            json!("10.0.0.0/8 host"),
            "haproxy_trusted_networks = \"10.0.0.0/8 host\": \
             \"host\" is neither an IP address nor a CIDR range nor \"unix\"",
        ),
        (
            "haproxy_trusted_networks",
            json!("10.0.0.1/8"),
            "haproxy_trusted_networks = \"10.0.0.1/8\": \"10.0.0.1/8\" has bits set behind its prefix",
        ),
        ("haproxy_timeout", json!(0), TIMEOUT_0),
        ("haproxy_timeout", json!(0.0), TIMEOUT_0),
        (
            "haproxy_timeout",
            json!(-1.5),
            "haproxy_timeout = -1.5: not more than 0 and up to 3600 seconds",
        ),
        (
            "haproxy_timeout",
            json!(3601),
            "haproxy_timeout = 3601: not more than 0 and up to 3600 seconds",
        ),
        (
            "haproxy_timeout",
            json!(1e-10),
            "haproxy_timeout = 0.0000000001: not more than 0 and up to 3600 seconds",
        ),
        (
            "haproxy_mode",
            json!("sometimes"),
            "haproxy_mode = \"sometimes\": neither \"required\" nor \"by_source\"",
        ),
        (
            "haproxy_max_header_len",
            json!(106),
            "haproxy_max_header_len = 106: not 107 to 65551 bytes",
        ),
        (
            "haproxy_max_header_len",
            json!(65552),
            "haproxy_max_header_len = 65552: not 107 to 65551 bytes",
        ),
        (
            "haproxy_versions",
            json!([]),
            "haproxy_versions = []: not [1], [2] or [1, 2]",
        ),
        (
            "haproxy_versions",
            json!([3]),
            "haproxy_versions = [3]: not [1], [2] or [1, 2]",
        ),
        (
            "haproxy_versions",
            json!([1, 1]),
            "haproxy_versions = [1, 1]: not [1], [2] or [1, 2]",
        ),
    ];
    for (key, value, want) in table {
        let error = policy(key, &value).unwrap_err();
        assert_eq!(error, want, "{key} = {value}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_named_with_its_key() {
    let table = [
        (
            "haproxy_trusted_networks",
            json!(["10.0.0.0/8"]),
            "sequence",
        ),
        ("haproxy_trusted_networks", json!(10), "10"),
        ("haproxy_timeout", json!("5"), "\"5\""),
        ("haproxy_timeout", json!({}), "map"),
        ("haproxy_mode", json!(true), "true"),
        ("haproxy_max_header_len", json!(-1), "-1"),
        ("haproxy_max_header_len", json!(107.5), "107.5"),
        ("haproxy_versions", json!(2), "2"),
        ("haproxy_versions", json!([300]), "300"),
        ("haproxy_versions", json!(["v2"]), "\"v2\""),
        ("haproxy_checksum", json!("no"), "\"no\""),
        ("haproxy_v4_in_tcp6", json!(1), "1"),
    ];
    for (key, value, found) in table {
        let error = policy(key, &value).unwrap_err();
        let (named, reason) = error.split_once(": ").unwrap();
        assert_eq!(named, key, "{error}");
        assert!(reason.contains(found), "{error}");
    }
}

#[test]
fn an_unknown_key_and_one_said_twice_are_errors() {
    let error = policy("haproxy_trusted_network", &json!("::1")).unwrap_err();
    assert!(
        error.contains("unknown field `haproxy_trusted_network`"),
        "{error}"
    );
    let twice = r#"{ "haproxy_timeout": 1, "haproxy_timeout": 2 }"#;
    let error = serde_json::from_str::<Policy>(twice).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("duplicate field `haproxy_timeout`"),
        "{error}"
    );
}

#[test]
fn an_error_in_a_file_says_where() {
    let text = "{\n  \"haproxy_timeout\": \"5\"\n}";
    let error = serde_json::from_str::<Policy>(text).unwrap_err();
    assert_eq!(error.line(), 2, "{error}");
    assert!(
        error.to_string().starts_with("haproxy_timeout: "),
        "{error}"
    );
}

#[test]
fn networks_are_what_their_text_says() {
    for list in [
        "",
        "unix",
        "192.0.2.0/25,192.0.2.128/25 ::1",
        "::ffff:10.0.0.0/104",
    ] {
        let networks: TrustedNetworks = serde_json::from_value(json!(list)).unwrap();
        assert_eq!(Ok(networks), list.parse(), "{list}");
    }
    for list in ["192.0.2.1/24", "example.com", "10.0.0.0/33"] {
        let error = serde_json::from_value::<TrustedNetworks>(json!(list)).unwrap_err();
        let want = list.parse::<TrustedNetworks>().unwrap_err();
        assert_eq!(error.to_string(), want.to_string());
    }
    assert!(serde_json::from_value::<TrustedNetworks>(json!([])).is_err());
}

/// The policy of this one key, or the error's text.
fn policy(key: &str, value: &Value) -> Result<Policy, String> {
    serde_json::from_value(json!({ key: value })).map_err(|error| error.to_string())
}

const TIMEOUT_0: &str = "haproxy_timeout = 0: not more than 0 and up to 3600 seconds";
