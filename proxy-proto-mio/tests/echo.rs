//! The echo example, as a user runs it.

#[test]
fn the_echo_service_does_what_its_options_say() {
    proxy_proto_scenarios::test_echo(env!("CARGO_PKG_NAME"));
}

#[test]
#[ignore = "takes 20 seconds and 20,000 descriptors: `.ci/run silent`"]
fn silent_peers_cost_little_and_hold_up_no_one() {
    proxy_proto_scenarios::test_silent_peers(env!("CARGO_PKG_NAME"));
}
