//! What stands in the way of goals that are missed, or met in some runs only.

use crate::results::{Against, Goal};

/// What stands in the way of this goal: said of those that a run of the benches has missed. The
/// instructions are those of `INSTRUCTIONS.md`.
#[must_use]
pub fn obstacle(goal: &Goal) -> Option<&'static str> {
    Some(match (goal.group, goal.input, goal.against) {
        ("decode", "v2-ipv4" | "v2-ipv6", Against::Floor) => FLOOR,
        ("decode", "v2-ipv4" | "v2-ipv6" | "v2-local", _) => FIXED,
        ("decode", "v2-one-tlv" | "v2-tlvs" | "v2-certificate", _) => FRAMING,
        (
            "decode",
            "v1-tcp4-32" | "v1-tcp4-45" | "v1-tcp4-56" | "v1-tcp6-46" | "v1-tcp6-104",
            _,
        ) => LINES,
        ("decode", "reject-signature", _) => SIGNATURE,
        ("encode", "v1-tcp4-45" | "v1-tcp6-46" | "v1-tcp6-104", _) => WRITTEN_LINES,
        ("encode", "v1-unknown", _) => WRITTEN_UNKNOWN,
        _ => return None,
    })
}

const FLOOR: &str = "The floor knows two values of the 16 fixed bytes and compares them whole, in 36 to 51 \
    instructions; we take 173 to 175. About 70 are the price of taking command, family, transport and \
    length one by one, each refused at its own byte, under limits chosen at run time; about 60 of \
    writing a verdict that any of three answers fits and reading it back; the rest copies the \
    endpoints when they are asked for.";

const FIXED: &str = "A few instructions more or fewer than the fastest peer's, 173 to 176 and 175 to 181; of LOCAL 107 \
    to 94 of one that takes any 16 bytes so. Times of so little differ from run to run by more than \
    the goal asks for.";

const FRAMING: &str = "No peer looks at the TLVs before they are asked for. We follow their lengths to the end of the \
    header first, 67 instructions for one and 121 for four, each of which waits for the length \
    before it: 4 ns and 8 ns. Without TLVs the same header takes fewer instructions than with any peer. \
    That framing is checked is worth more to us than the goal.";

const LINES: &str = "What is left is one comparison for each byte that may be wrong, and one for each number that \
    may be too large. In instructions we take 0.37 to 0.45 of the fastest peer.";

const SIGNATURE: &str = "93 instructions to 36: the error names the first byte that differs, which takes a second look \
    at the twelve; out of line, so that whole headers do not pay for it.";

const WRITTEN_LINES: &str = "In instructions we take 0.15 to 0.24 of the fastest peer. The time goes into the copy: the line is \
    stored a number at a time, and read back as a whole before the last stores have arrived. Storing \
    into the caller's buffer would spare the copy and write past the end of the header.";

const WRITTEN_UNKNOWN: &str = "58 instructions to 78 of the fastest peer: nothing but a check of the room and a copy of 15 bytes \
    is left, and the rest is the call. A fifth of the peer's would be less than the call.";
