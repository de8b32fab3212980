//! The command `proxy-proto`.

use std::process::ExitCode;

fn main() -> ExitCode {
    proxy_proto_cli::run()
}
