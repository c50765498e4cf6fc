use std::fs;

/// The most memory that this process has had so far, in bytes, where the system tells it in a file (Linux).
#[must_use]
pub fn peak_memory() -> Option<u64> {
    of_status("VmHWM:")
}

/// The memory that this process has now, in bytes, where the system tells it in a file (Linux).
#[must_use]
pub fn resident_memory() -> Option<u64> {
    of_status("VmRSS:")
}

fn of_status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// Has glibc give large blocks back to the system when they are freed; with other libraries nothing.
///
/// By itself it raises what counts as large to 32 MiB with the first such block that is freed, and then keeps what long
/// documents held, once per thread. It is a setting of the whole process, so a program makes it, not the library: call
/// it first in `main` where memory must stay bounded by [`Settings`](crate::Settings).
pub fn give_back_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "the allocator is set by a call of C's")]
    // SAFETY: `mallopt` takes two numbers, keeps no pointer and may be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 2 << 20);
        // Free memory at the end of a heap that is kept for the next document.
        libc::mallopt(libc::M_TRIM_THRESHOLD, 16 << 20);
    }
}

/// Text from which on it is worth a few milliseconds to give back what it took, in bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LONG: usize = 1 << 20;

/// Has glibc give back, after work on a long text, all that is free, also where it lies between small blocks that are not.
pub(crate) fn give_back_after(text: &str) {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if text.len() > LONG {
        trim();
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _ = text;
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator is told by a call of C's")]
fn trim() {
    // SAFETY: `malloc_trim` takes a number, keeps no pointer and may be called at any time, from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}
