//! Decodes and encodes headers with no std, no heap and no runtime but C's start files; exits 0 if
//! all is right.
//!
//! A second panic handler, std's, would not compile beside the one here, and without a global
//! allocator nothing that allocates links. The `unsafe` is for the entry point, which exports a
//! symbol and names the C library, and in `heap.rs`.
//!
//! With the feature `no-panic` the same program proves more: see its panic handler. Both need
//! `--release`: unoptimized, the prebuilt `core` asks for an unwinder.

#![no_std]
#![no_main]

mod answers;
mod calls;
#[cfg(feature = "heap")]
mod heap;

use core::{ffi::c_int, panic::PanicInfo};

// What `_start` of the start files calls before `main`, and the bytes of memory are moved with.
#[link(name = "c")]
unsafe extern "C" {}

/// The status says which answer was the first wrong one.
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

/// Calls what does not exist: the program links only if the optimizer found no way to get here.
#[panic_handler]
#[cfg(feature = "no-panic")]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn a_panic_path_is_left() -> !;
    }
    a_panic_path_is_left()
}
