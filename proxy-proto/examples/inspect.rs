//! Shows what PROXY protocol headers contain, to people and to programs, and encodes them.
//!
//! ```text
//! inspect header.bin                  field by field
//! inspect --hex '0d0a0d0a 000d0a51'   the same, from hex digits
//! inspect --jsonl                     each line of hex digits to a line of JSON
//! inspect --encode                    each line of JSON to a line of hex digits
//! ```
//!
//! Exit status: 0 for a complete header, 1 for an invalid one, 2 if more bytes are needed, 64 for
//! wrong usage, 74 for an input or output error. `--jsonl` and `--encode` answer every line with
//! one line, errors included, and exit with 0.
//!
//! Its code is that of `proxy-proto decode` and `encode`, in the crate `proxy-proto-cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    proxy_proto_cli::inspect()
}
