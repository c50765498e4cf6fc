//! How the C library's allocator is to treat large blocks.

/// Blocks from here on are given back to the system when they are freed. By itself glibc raises this to 32 MiB with the
/// first such block that is freed, and then keeps what long documents held, once for each thread.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE_BLOCK: libc::c_int = 2 << 20;
/// Free memory at the end of a heap that is kept for the next document.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: libc::c_int = 16 << 20;

/// Sets both; with other libraries nothing.
pub(crate) fn give_back_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "the allocator is set by a call of C's")]
    // SAFETY: `mallopt` takes two numbers, keeps no pointer and may be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BLOCK);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}
