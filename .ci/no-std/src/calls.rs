//! A call of every public function of the core, with arguments of which the optimizer knows nothing
//! but the type. None of these calls is executed at run time.
//!
//! `forgotten`, one directory up, compares the functions called here with the public ones. It reads
//! the source text, so calls are written out: `Header::len(&header)`, not `header.len()`.

mod address;
mod decode;
mod encode;
#[cfg(feature = "heap")]
mod gate;
mod header;
#[cfg(feature = "heap")]
mod heap;
mod ssl;
mod text;
mod tlv;

use core::hint::black_box;

pub(crate) fn all() {
    address::calls();
    decode::calls();
    encode::calls();
    header::calls();
    #[cfg(feature = "heap")]
    gate::calls();
    #[cfg(feature = "heap")]
    heap::calls();
    ssl::calls();
    text::calls();
    tlv::calls();
    #[cfg(feature = "planted-panic")]
    planted_panic();
}

/// For the optimizer, any value of the type; at run time, always `None`.
fn any<T>() -> Option<T> {
    black_box(None)
}

/// Keeps the call that produced this value from being optimized away.
fn used<T>(value: T) {
    let _value = black_box(value);
}

/// Shows that the proof notices a panic.
#[cfg(feature = "planted-panic")]
fn planted_panic() -> Option<()> {
    used(any::<&[u8]>()?[any::<usize>()?]);
    Some(())
}
