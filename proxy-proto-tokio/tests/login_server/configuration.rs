//! Configurations: invalid ones, and one as for Dovecot.

use crate::support::{Client, ConfigFile, GREETING, Process, Server, failure};

#[test]
fn the_error_names_the_key_and_the_value() {
    for (config, named) in [
        ("", ["listener", "at least one"]),
        ("listener = []", ["listener", "at least one"]),
        (
            "haproxy_timout = 3",
            ["unknown field `haproxy_timout`", "`haproxy_timeout`"],
        ),
        (
            "haproxy_timeout = 0",
            ["haproxy_timeout = 0: ", "at most 3600"],
        ),
        (
            "haproxy_timeout = -1",
            ["haproxy_timeout = -1: ", "at most 3600"],
        ),
        (
            "haproxy_timeout = 3601",
            ["haproxy_timeout = 3601: ", "at most 3600"],
        ),
        (
            "haproxy_timeout = 99999999999999999999",
            ["haproxy_timeout", "99999999999999999999"],
        ),
        (
            "haproxy_timeout = inf",
            ["haproxy_timeout = inf: ", "at most 3600"],
        ),
        ("haproxy_timeout = \"3\"", ["haproxy_timeout", "\"3\""]),
        (
            "haproxy_trusted_networks = \"::1 10.0.0.1/8\"",
            [
                "\"10.0.0.1/8\" has host bits set",
                "did you mean 10.0.0.0/8?",
            ],
        ),
        (
            "haproxy_trusted_networks = \"10.0.0.0/33\"",
            ["haproxy_trusted_networks", "\"10.0.0.0/33\" is neither"],
        ),
        (
            "haproxy_trusted_networks = 7",
            ["haproxy_trusted_networks", "7"],
        ),
        ("[[listner]]", ["unknown field `listner`", "expected"]),
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
            "[[listener]]\nname = \"a\"\naddress = \"*\"\nport = 143",
            ["address = \"*\"", "not an IP address"],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"::1\"",
            ["address = \"::1\" has no port", "port is not set"],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"[::1]:143\"\nport = 144",
            ["address = \"[::1]:143\" has a port", "port = 144"],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nproxy = true",
            ["proxy", "true"],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nssl = \"on\"",
            ["\"on\"", "expected true, false, \"yes\" or \"no\""],
        ),
        (
            "[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nhaproxy = true",
            ["haproxy = true", "haproxy_trusted_networks is not set"],
        ),
        (
            "haproxy_trusted_networks = \" , \"\n[[listener]]\nname = \"a\"\naddress = \"127.0.0.1:0\"\nhaproxy = true",
            ["haproxy_trusted_networks: ", "everyone would be refused"],
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

#[test]
fn values_may_be_written_as_in_dovecot() {
    let server = Server::start(
        "haproxy_trusted_networks = \"127.0.0.1, ::1\"\nhaproxy_timeout = \"3 secs\"\n\
         [[listener]]\nname = \"a\"\naddress = \"127.0.0.1\"\nport = 0\n\
         haproxy = \"Yes\"\nssl = \"no\"",
    );
    let mut client = Client::connect(server.address("a"));
    client.send(b"PROXY UNKNOWN\r\n");
    assert_eq!(client.line(), GREETING);
    let mut silent = Client::connect(server.address("a"));
    assert_eq!(silent.rest(), "");
    let line = server.line();
    assert!(line.contains("no complete header within 3 s"), "{line}");
}
