//! A call of every public function of the core, with arguments of which the optimizer knows nothing
//! but the type. None of them happens when the program runs.
//!
//! `forgotten` in the folder above compares what is called here with what is public. It reads the
//! text, so calls are written out: `Header::len(&header)`, not `header.len()`.

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

/// Any value of the type, for all that the optimizer knows. There is none when the program runs.
fn any<T>() -> Option<T> {
    black_box(None)
}

/// Keeps the call that made this value from being left out.
fn used<T>(value: T) {
    let _value = black_box(value);
}

/// Shows that a panic is noticed.
#[cfg(feature = "planted-panic")]
fn planted_panic() -> Option<()> {
    used(any::<&[u8]>()?[any::<usize>()?]);
    Some(())
}
