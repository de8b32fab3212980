//! Wrong configurations.

use crate::support::{ConfigFile, Process, failure};

#[test]
fn a_wrong_configuration_is_named_by_key_and_value() {
    for (config, named) in [
        ("", ["listener", "at least one"]),
        ("listener = []", ["listener", "at least one"]),
        ("haproxy_timout = 3", ["haproxy_timout", "3"]),
        ("haproxy_timeout = 0", ["haproxy_timeout", "0 is not"]),
        ("haproxy_timeout = -1", ["haproxy_timeout", "-1 is not"]),
        ("haproxy_timeout = 3601", ["haproxy_timeout", "3601 is not"]),
        (
            "haproxy_timeout = 99999999999999999999",
            ["haproxy_timeout", "99999999999999999999"],
        ),
        ("haproxy_timeout = 1.5", ["haproxy_timeout", "1.5"]),
        ("haproxy_timeout = \"3\"", ["haproxy_timeout", "\"3\""]),
        (
            "haproxy_trusted_networks = \"::1 10.0.0.1/8\"",
            ["haproxy_trusted_networks", "\"10.0.0.1/8\" has bits set"],
        ),
        (
            "haproxy_trusted_networks = \"10.0.0.0/33\"",
            ["haproxy_trusted_networks", "\"10.0.0.0/33\" is neither"],
        ),
        (
            "haproxy_trusted_networks = 7",
            ["haproxy_trusted_networks", "7"],
        ),
        ("[[listener]]\nname = \"a\"", ["listener", "address"]),
        (
            "[[listener]]\naddress = \"127.0.0.1:0\"",
            ["listener", "name"],
        ),
        (
            "[[listener]]\nname = \"a, b\"\naddress = \"127.0.0.1:0\"",
            ["name", "\"a, b\" is not"],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"localhost:143\"",
            ["address", "\"localhost:143\""],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nproxy = true",
            ["proxy", "true"],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nssl = \"yes\"",
            ["ssl", "\"yes\""],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nhaproxy = true",
            ["haproxy = true", "haproxy_trusted_networks = \"\""],
        ),
        (
            "haproxy_trusted_networks = \" , \"\n[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nhaproxy = true",
            ["haproxy = true", "haproxy_trusted_networks = \"\""],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:1143\"\n\
             [[listener]]\nname = \"b\"\naddress = \"127.0.0.1:1143\"",
            [
                "listener \"b\": address = \"127.0.0.1:1143\"",
                "listener \"a\"",
            ],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\n\
             [[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"",
            ["name = \"a\"", "twice"],
        ),
    ] {
        let file = ConfigFile::new(config);
        let error = failure(Process::spawn(&["--config", &file.path()]));
        for part in named {
            assert!(
                error.contains(part),
                "{part:?} in the error of {config:?}: {error}"
            );
        }
    }
}
