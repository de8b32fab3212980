//! Decodes and encodes headers without std, a heap or a runtime other than C's start files; exits
//! with 0 if every result is correct.
//!
//! A second panic handler, that of std, would not compile alongside the one here, and without a
//! global allocator nothing that allocates links. The `unsafe` is for the entry point, which
//! exports a symbol and names the C library, and in `heap.rs`.
//!
//! With the feature `no-panic` the same program proves more: see its panic handler. Both need
//! `--release`: unoptimized, the prebuilt `core` requires an unwinder.

#![no_std]
#![no_main]

mod answers;
mod calls;
#[cfg(feature = "heap")]
mod heap;

use core::{ffi::c_int, panic::PanicInfo};

// For the start files, whose `_start` calls `main`, and for copying memory.
#[link(name = "c")]
unsafe extern "C" {}

/// The exit status is the number of the first wrong result.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> c_int {
    calls::all();
    answers::first_wrong().unwrap_or(0)
}

#[panic_handler]
#[cfg(not(feature = "no-panic"))]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

/// Calls a function that does not exist: the program links only if the optimizer finds no path to
/// this handler.
#[panic_handler]
#[cfg(feature = "no-panic")]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn a_panic_path_is_left() -> !;
    }
    a_panic_path_is_left()
}
