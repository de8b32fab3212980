//! An allocator to link with, for the features of the core that need a heap. It has no memory: the
//! functions that `calls` calls must not allocate.

use core::{
    alloc::{GlobalAlloc, Layout},
    ptr,
};

struct Nothing;

#[global_allocator]
static NOTHING: Nothing = Nothing;

unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
