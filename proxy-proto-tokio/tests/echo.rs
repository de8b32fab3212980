//! The echo example, as a user runs it.

#[test]
fn the_echo_service_does_what_its_options_say() {
    proxy_proto_scenarios::test_echo(env!("CARGO_PKG_NAME"));
}
