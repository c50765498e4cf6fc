//! How the C library's allocator is to treat large blocks.

/// Has glibc give large blocks back to the system when they are freed; with other libraries nothing. By itself it raises
/// what counts as large to 32 MiB with the first such block that is freed, and then keeps what long documents held, once
/// for each thread.
pub(crate) fn give_back_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "the allocator is set by a call of C's")]
    // SAFETY: `mallopt` takes two numbers, keeps no pointer and may be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 2 << 20);
        // Free memory at the end of a heap that is kept for the next document.
        libc::mallopt(libc::M_TRIM_THRESHOLD, 16 << 20);
    }
}
