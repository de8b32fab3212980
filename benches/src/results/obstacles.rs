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
        ("decode", "v1-unknown", _) => UNKNOWN,
        ("decode", "v2-tlvs-walked", _) => WALKED,
        ("decode", "reject-signature", _) => SIGNATURE,
        ("encode", "v1-tcp4-45" | "v1-tcp6-46" | "v1-tcp6-104", _) => WRITTEN_LINES,
        ("encode", "v1-unknown", _) => WRITTEN_UNKNOWN,
        _ => return None,
    })
}

const FLOOR: &str = "The floor compares all 16 fixed bytes with two values that it knows, in 36 to 51 instructions \
    with the copy. We take 173: 89 in the decoder, which takes command, family, transport and length \
    one by one and refuses each at its own byte, and the rest around it, where a verdict that any of \
    three answers fits is read and the endpoints are copied.";

const FIXED: &str = "Against the fastest peers 173 instructions stand to 176 (IPv4), 175 to 163 (IPv6) and 107 to 94 (LOCAL); \
    of the last, 72 are the decoder's. Times of so little differ from run to run by more than the goal \
    asks for.";

const FRAMING: &str = "The peers that are faster do not look at TLVs before they are asked for. We follow their lengths to \
    the end of the header first: 67 instructions for one, 121 for four, and each length waits for the \
    one before it. The peers that do look take 420 to 3430 instructions. Without TLVs the same header \
    meets the goal in most runs. That framing is checked first is worth more than the goal: who is \
    given a header can walk it without an error left to come.";

const WALKED: &str = "At the edge. Framing has been checked when the walk starts, and is followed once more by it; the \
    texts of SSL are checked to be UTF-8 or ASCII, which the peer does as well.";

const LINES: &str = "What is left is one comparison for each byte that may be wrong, and one for each number that \
    may be too large. In instructions we take 0.37 to 0.45 of the fastest peer.";

const UNKNOWN: &str = "70 instructions to 150 of the fastest peer: one comparison of 15 bytes, and the verdict that is written \
    and read back. Times of so little differ from run to run by more than the goal asks for.";

const SIGNATURE: &str = "93 instructions to 36 of the leanest peer: the error names the first byte that differs, which takes a second look \
    at the twelve; out of line, so that whole headers do not pay for it.";

const WRITTEN_LINES: &str = "In instructions we take 0.15 to 0.24 of the fastest peer. The time goes into the copy: the line is \
    stored a number at a time, and read back as a whole before the last stores have arrived. Storing \
    into the caller's buffer would spare the copy and write past the end of the header.";

const WRITTEN_UNKNOWN: &str = "58 instructions to 78 of the fastest peer: nothing but a check of the room and a copy of 15 bytes \
    is left, and the rest is the call. A fifth of the peer's would be less than the call.";
