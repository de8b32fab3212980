//! Policies in configuration files.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::time::Duration;

use proxy_proto::{
    Admission, DecodeOptions, HeaderMode, Policy, TrustedNetworks, Version, Versions,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[test]
fn an_absent_key_has_its_default() {
    let policy: Policy = serde_json::from_value(json!({ TRUSTED: "::1" })).unwrap();
    assert_eq!(policy, Policy::new("::1".parse().unwrap()));
    assert_eq!(policy.timeout(), Duration::from_secs(3));
    assert_eq!(policy.max_header_len(), 4096);
}

#[test]
fn a_policy_that_refuses_everyone_is_an_error() {
    for section in [
        json!({}),
        json!({ TRUSTED: "" }),
        json!({ TRUSTED: " , " }),
        json!({ TRUSTED: [] }),
        json!({ "haproxy_timeout": 5 }),
        json!({ "haproxy_mode": "optional" }),
    ] {
        let error = serde_json::from_value::<Policy>(section.clone()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "haproxy_trusted_networks: no network is listed, so everyone would be refused: \
             list those of your balancers, or set haproxy_mode = \"by_source\"",
            "{section}"
        );
    }
    let direct = json!({ "haproxy_mode": "by_source" });
    let policy: Policy = serde_json::from_value(direct).unwrap();
    assert!(policy.trusted_networks().is_empty());
}

#[test]
fn a_policy_is_refused_unless_it_is_a_map() {
    for value in [
        json!(["::1", 5]),
        json!([]),
        json!(null),
        json!("::1"),
        json!(5),
    ] {
        let error = serde_json::from_value::<Policy>(value.clone()).unwrap_err();
        let want = ", expected a map with keys such as haproxy_trusted_networks";
        assert!(error.to_string().ends_with(want), "{value}: {error}");
    }
}

#[test]
fn null_is_not_the_same_as_absent() {
    for key in KEYS {
        let error = policy(key, &Value::Null).unwrap_err();
        assert!(
            error.starts_with(&format!("{key}: invalid type: null")),
            "{error}"
        );
    }
}

#[test]
fn each_key_sets_its_value() {
    let options = DecodeOptions::new();
    let default = Policy::new("::1".parse().unwrap());
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
        (
            "haproxy_trusted_networks",
            json!(["10.0.0.0/8", "::1", "unix"]),
            Policy::new("10.0.0.0/8, ::1 unix".parse().unwrap()),
        ),
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
        "haproxy_max_header_len": 5360,
        "haproxy_versions": [2],
        "haproxy_checksum": false,
        "haproxy_v4_in_tcp6": true,
    }))
    .unwrap();
    let options = DecodeOptions::new()
        .with_versions(Versions::Only(Version::V2))
        .with_checksum(false)
        .with_v4_in_tcp6(true);
    let want = Policy::new("192.0.2.0/24".parse().unwrap())
        .with_timeout(Duration::from_millis(1500))
        .with_mode(HeaderMode::BySource)
        .with_max_header_len(5360)
        .with_decode_options(options);
    assert_eq!(policy, want);
    let peer: std::net::SocketAddr = "192.0.2.9:25".parse().unwrap();
    assert_eq!(policy.admit(peer.into()), Admission::ReadHeader);
}

/// The units are those of Dovecot, which accepts any beginning of them.
#[test]
fn a_timeout_may_be_a_number_with_a_unit() {
    let table = [
        ("3secs", 3_000),
        ("3 secs", 3_000),
        ("003   S", 3_000),
        ("1 second", 1_000),
        ("90 seconds", 90_000),
        ("2 m", 120_000),
        ("2 mi", 120_000),
        ("1 Min", 60_000),
        ("5minutes", 300_000),
        ("250 msecs", 250),
        ("250ms", 250),
        ("1500 mil", 1_500),
        ("1500 milliseconds", 1_500),
        ("60000 millisecs", 60_000),
        ("10 mseconds", 10),
        ("1 hour", 3_600_000),
    ];
    for (text, want) in table {
        let policy = policy("haproxy_timeout", &json!(text)).unwrap();
        assert_eq!(policy.timeout(), Duration::from_millis(want), "{text}");
    }
    for text in ["0 secs", "1 day", "1 week", "4294967295 weeks"] {
        let error = policy("haproxy_timeout", &json!(text)).unwrap_err();
        assert!(error.contains("must be more than 0"), "{error}");
    }
    for text in [
        "",
        " ",
        "3",
        "0",
        "secs",
        " 3 secs",
        "3 secs ",
        "3\tsecs",
        "3 secsx",
        "3 secondss",
        "3 é",
        "-3 secs",
        "+3 secs",
        "3.5 secs",
        "4294967296 secs",
    ] {
        let error = policy("haproxy_timeout", &json!(text)).unwrap_err();
        assert!(
            error.contains("not a number with a unit"),
            "{text:?}: {error}"
        );
    }
}

#[test]
fn an_error_names_the_invalid_value_and_its_key() {
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
            "haproxy_trusted_networks = \"10.0.0.1/8\": \"10.0.0.1/8\" has host bits set: \
             did you mean 10.0.0.0/8?",
        ),
        (
            "haproxy_trusted_networks",
            json!(["::1", "10.0.0.0/8 10.0.0.1"]),
            "haproxy_trusted_networks = [\"::1\", \"10.0.0.0/8 10.0.0.1\"]: \
             \"10.0.0.0/8 10.0.0.1\" is neither an IP address nor a CIDR range nor \"unix\"",
        ),
        ("haproxy_timeout", json!(0), TIMEOUT_0),
        ("haproxy_timeout", json!(0.0), TIMEOUT_0),
        (
            "haproxy_timeout",
            json!(-1.5),
            "haproxy_timeout = -1.5: must be more than 0 and at most 3600 seconds",
        ),
        (
            "haproxy_timeout",
            json!(3601),
            "haproxy_timeout = 3601: must be more than 0 and at most 3600 seconds",
        ),
        (
            "haproxy_timeout",
            json!(1e-10),
            "haproxy_timeout = 0.0000000001: must be more than 0 and at most 3600 seconds",
        ),
        (
            "haproxy_timeout",
            json!("2 hours"),
            "haproxy_timeout = \"2 hours\": must be more than 0 and at most 3600 seconds",
        ),
        (
            "haproxy_timeout",
            json!("5"),
            "haproxy_timeout = \"5\": not a number with a unit, such as \"3 secs\"",
        ),
        (
            "haproxy_mode",
            json!("sometimes"),
            "haproxy_mode = \"sometimes\": must be \"required\", \"by_source\" or \"optional\"",
        ),
        (
            "haproxy_max_header_len",
            json!(106),
            "haproxy_max_header_len = 106: must be from 107 to 65551 bytes",
        ),
        (
            "haproxy_max_header_len",
            json!(65552),
            "haproxy_max_header_len = 65552: must be from 107 to 65551 bytes",
        ),
        (
            "haproxy_versions",
            json!([]),
            "haproxy_versions = []: must be [1], [2] or [1, 2]",
        ),
        (
            "haproxy_versions",
            json!([3]),
            "haproxy_versions = [3]: must be [1], [2] or [1, 2]",
        ),
        (
            "haproxy_versions",
            json!([1, 1]),
            "haproxy_versions = [1, 1]: must be [1], [2] or [1, 2]",
        ),
    ];
    for (key, value, want) in table {
        let error = policy(key, &value).unwrap_err();
        assert_eq!(error, want, "{key} = {value}");
    }
}

#[test]
fn an_error_names_a_value_of_the_wrong_type_and_its_key() {
    let table = [
        ("haproxy_trusted_networks", json!([10]), "10"),
        ("haproxy_trusted_networks", json!([["::1"]]), "sequence"),
        ("haproxy_trusted_networks", json!({}), "map"),
        ("haproxy_trusted_networks", json!(10), "10"),
        ("haproxy_timeout", json!({}), "map"),
        ("haproxy_timeout", json!(true), "true"),
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
fn an_unknown_key_and_a_repeated_one_are_errors() {
    for key in ["haproxy_trusted_network", "haproxy_", "timeout"] {
        let error = policy(key, &json!(null)).unwrap_err();
        let want = format!("unknown field `{key}`, expected one of `haproxy_trusted_networks`, ");
        assert!(error.starts_with(&want), "{error}");
    }
    let twice = r#"{ "haproxy_timeout": 1, "haproxy_timeout": 2 }"#;
    let error = serde_json::from_str::<Policy>(twice).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("duplicate field `haproxy_timeout`"),
        "{error}"
    );
}

/// A service with a policy among its own keys.
#[derive(Debug, Deserialize)]
struct Service {
    name: String,
    #[serde(flatten)]
    policy: Policy,
    #[serde(default)]
    timeout: u32,
}

/// The service as JSON and as TOML.
fn service(keys: &Value) -> [Result<Service, String>; 2] {
    let toml = toml::to_string(keys).unwrap();
    [
        serde_json::from_value(keys.clone()).map_err(|error| error.to_string()),
        toml::from_str(&toml).map_err(|error| error.to_string()),
    ]
}

#[test]
fn a_flattened_policy_leaves_other_keys_to_the_struct_around_it() {
    for service in service(&json!({
        "name": "imap",
        "timeout": 60,
        "unrelated": { "haproxy_timout": 1 },
        TRUSTED: ["10.0.0.0/8", "unix"],
        "haproxy_timeout": 5,
        "haproxy_versions": [2],
    })) {
        let Service {
            name,
            policy,
            timeout,
        } = service.unwrap();
        assert_eq!((name.as_str(), timeout), ("imap", 60));
        assert_eq!(policy.trusted_networks().to_string(), "10.0.0.0/8 unix");
        assert_eq!(policy.timeout(), Duration::from_secs(5));
        let only_v2 = Versions::Only(Version::V2);
        assert_eq!(policy.decode_options().versions(), only_v2);
    }
}

#[test]
fn a_flattened_policy_refuses_what_it_would_refuse_alone() {
    for (keys, want) in [
        (
            json!({ "name": "imap", TRUSTED: "::1", "haproxy_timout": 30 }),
            "unknown field `haproxy_timout`, expected one of `haproxy_trusted_networks`, ",
        ),
        (
            json!({ "name": "imap", TRUSTED: "::1", "haproxy_timeout": 0 }),
            TIMEOUT_0,
        ),
        (
            json!({ "name": "imap", TRUSTED: "10.0.0.1/8" }),
            "haproxy_trusted_networks = \"10.0.0.1/8\": \"10.0.0.1/8\" has host bits set: \
             did you mean 10.0.0.0/8?",
        ),
        (
            json!({ "name": "imap" }),
            "haproxy_trusted_networks: no network is listed, so everyone would be refused",
        ),
    ] {
        for service in service(&keys) {
            let error = service.unwrap_err();
            assert!(error.contains(want), "{keys}: {error}");
        }
    }
}

#[test]
fn a_serialized_policy_deserializes_to_an_equal_one() {
    let default = Policy::new("10.0.0.0/8, ::1 unix".parse().unwrap());
    let options = DecodeOptions::new();
    for policy in [
        default.clone(),
        default.clone().with_mode(HeaderMode::Optional),
        Policy::new(TrustedNetworks::new()).with_mode(HeaderMode::BySource),
        default.clone().with_timeout(Duration::from_nanos(1)),
        default.clone().with_timeout(Duration::from_secs(3600)),
        default
            .clone()
            .with_timeout(Duration::new(3599, 999_999_999)),
        default.clone().with_max_header_len(107),
        default.clone().with_max_header_len(65_551),
        default
            .clone()
            .with_decode_options(options.with_max_header_len(536)),
        default.clone().with_decode_options(
            options
                .with_versions(Versions::Only(Version::V1))
                .with_v4_in_tcp6(true),
        ),
        default.with_decode_options(
            options
                .with_versions(Versions::Only(Version::V2))
                .with_checksum(false),
        ),
    ] {
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
        let toml = toml::to_string(&policy).unwrap();
        assert_eq!(toml::from_str::<Policy>(&toml).unwrap(), policy);
        let keys: Vec<_> = toml
            .lines()
            .filter_map(|line| line.split_once(" ="))
            .collect();
        assert_eq!(keys.iter().map(|(key, _)| *key).collect::<Vec<_>>(), KEYS);
    }
    // No limit is the protocol's own.
    let unlimited = Policy::new("::1".parse().unwrap()).with_max_header_len(usize::MAX);
    let value = serde_json::to_value(&unlimited).unwrap();
    assert_eq!(value["haproxy_max_header_len"], 65_551);
}

#[test]
fn an_error_in_a_file_reports_its_line() {
    let text = "{\n  \"haproxy_timeout\": true\n}";
    let error = serde_json::from_str::<Policy>(text).unwrap_err();
    assert_eq!(error.line(), 2, "{error}");
    assert!(
        error.to_string().starts_with("haproxy_timeout: "),
        "{error}"
    );
    for line in [
        "haproxy_timeout = \"5\"",
        "haproxy_timeout = 0",
        "haproxy_timout = 30",
        "haproxy_trusted_networks = \"10.0.0.1/8\"",
    ] {
        let error = toml::from_str::<Policy>(&format!("\n{line}\n")).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("at line 2, "), "{line}: {error}");
        assert!(error.contains(line), "{line}: {error}");
    }
}

/// The policy of this one key and a trusted network, or the error's text.
fn policy(key: &str, value: &Value) -> Result<Policy, String> {
    let mut section = json!({ TRUSTED: "::1" });
    section[key] = value.clone();
    serde_json::from_value(section).map_err(|error| error.to_string())
}

const TRUSTED: &str = "haproxy_trusted_networks";

const KEYS: [&str; 7] = [
    TRUSTED,
    "haproxy_timeout",
    "haproxy_mode",
    "haproxy_max_header_len",
    "haproxy_versions",
    "haproxy_checksum",
    "haproxy_v4_in_tcp6",
];

const TIMEOUT_0: &str = "haproxy_timeout = 0: must be more than 0 and at most 3600 seconds";
