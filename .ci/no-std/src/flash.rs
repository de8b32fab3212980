//! What the core occupies in the flash memory of a microcontroller: a program that calls `decode`
//! alone or, with the feature `everything`, every public function that does not allocate.
//!
//! It is linked for its size and never run.

#![no_std]
#![no_main]

#[cfg(feature = "everything")]
mod calls;
#[cfg(feature = "heap")]
mod heap;

use core::panic::PanicInfo;

#[unsafe(no_mangle)]
pub extern "C" fn main() {
    #[cfg(feature = "everything")]
    calls::all();
    #[cfg(not(feature = "everything"))]
    decode_alone();
}

/// What a receiver needs of a header: the client's address, and where the payload starts.
#[cfg(not(feature = "everything"))]
fn decode_alone() {
    use core::hint::black_box;
    use proxy_proto::{Decoded, decode};

    match decode(black_box(&[])) {
        Decoded::Complete(header) => _ = black_box((header.source(), header.len())),
        Decoded::NeedMore(more) => _ = black_box(more.at_least()),
        Decoded::Invalid(error) => _ = black_box(error),
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
