//! Memory: where there is none left, that is an error with words and a status, not an abort. What is free goes back, and
//! what is far away is sent for.

use std::alloc::{GlobalAlloc, Layout, System};
use std::panic;

/// The system's memory; when there is none left, the program says so and ends with status 1.
///
/// Results have no name before they are complete, so ending at once leaves nothing behind.
#[derive(Debug)]
pub struct Memory;

/// A block of so many bytes at most moves when it grows. The C library has such blocks at hand for each thread; to make
/// one longer it would lock the memory that the block once came from, and another thread would wait.
const SMALL: usize = 1 << 10;

// SAFETY: everything comes from and goes back to the system's own allocator, unchanged; where that gives nothing, no
// caller sees it.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps this method's own promises.
        some(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        some(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > SMALL {
            // SAFETY: as above.
            return some(unsafe { System.realloc(old, layout, size) });
        }
        // SAFETY: the caller promises that size and alignment make a layout, and that `old` is of this one; the new
        // block is another one, and as long as what is copied.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            new.copy_from_nonoverlapping(old, size.min(layout.size()));
            self.dealloc(old, layout);
            new
        }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(old, layout) }
    }
}

/// Has what is large given back to the system as soon as it is free. By itself the C library soon keeps blocks of up to
/// 32 MiB, between which others stand by then, so that two steps take memory that only one of them uses.
pub fn keep_nothing_large() {
    #[cfg(target_env = "gnu")]
    {
        const MMAP_THRESHOLD: std::ffi::c_int = -3;
        const LARGE: std::ffi::c_int = 8 << 20;
        // What is free at the end of a thread's memory is kept up to so much: without a word it would be next to nothing
        // now, and every step would ask for it again.
        const TRIM_THRESHOLD: std::ffi::c_int = -1;
        const KEPT: std::ffi::c_int = 8 << 20;
        unsafe extern "C" {
            fn mallopt(what: std::ffi::c_int, value: std::ffi::c_int) -> std::ffi::c_int;
        }
        // SAFETY: it has no conditions, and changes how memory is found, not what is in it.
        unsafe {
            mallopt(MMAP_THRESHOLD, LARGE);
            mallopt(TRIM_THRESHOLD, KEPT);
        }
    }
}

/// Gives back to the system what is free: the C library keeps it for each thread that was, and a step that needs little of
/// what the last one needed would have both.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    {
        unsafe extern "C" {
            fn malloc_trim(kept: usize) -> std::ffi::c_int;
        }
        // SAFETY: it has no conditions, and touches nothing that is in use.
        unsafe { malloc_trim(0) };
    }
}

/// Sends for memory that is wanted soon and far away.
#[inline]
pub fn fetch<T>(wanted: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: it changes nothing that a program can see, wherever it points.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(wanted).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = wanted;
}

/// A new thread asks the system for a stack of its signals before any of our code runs in it. Where there is none, the
/// standard library panics: from now on that ends in the same words as everything else that wants memory.
pub fn also_in_new_threads() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |told| {
        let what = told.payload().downcast_ref::<String>().map(String::as_str).unwrap_or_default();
        if what.starts_with("failed to allocate an alternative stack")
            || what.starts_with("failed to set up alternative stack guard page")
        {
            give_up();
        }
        usual(told);
    }));
}

fn some(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        give_up();
    }
    memory
}

/// Says so without asking for memory.
#[cold]
#[expect(clippy::disallowed_methods, reason = "main cannot be reached without memory")]
fn give_up() -> ! {
    let _ = rustix::io::write(rustix::stdio::stderr(), b"error: out of memory\n");
    std::process::exit(1)
}
