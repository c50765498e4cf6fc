use std::fs;

/// Peak resident memory of this process in bytes; `None` where `/proc` is missing (other systems than Linux).
#[must_use]
pub fn peak_memory() -> Option<u64> {
    of_status("VmHWM:")
}

/// Current resident memory of this process in bytes; `None` where `/proc` is missing (other systems than Linux).
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

/// Makes glibc return large blocks to the system when they are freed; does nothing with other C libraries.
///
/// By default, glibc raises its threshold for large blocks (up to 32 MiB) when the first such block is freed, and then
/// retains the memory of long documents, once per thread. The setting is process-wide, so it is the program's decision,
/// not the library's: call it first in `main` if memory must stay bounded by [`Settings`](crate::Settings).
pub fn give_back_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "the allocator is set by a call of C's")]
    // SAFETY: `mallopt` takes two numbers, keeps no pointer and may be called at any time.
    unsafe {
        // Set by hand, like the other limit: blocks of 2 MiB and more are mapped by themselves, and so returned when
        // freed.
        libc::mallopt(libc::M_MMAP_THRESHOLD, 2 << 20);
        // Free memory kept at the end of a heap for the next document.
        libc::mallopt(libc::M_TRIM_THRESHOLD, 16 << 20);
    }
}

/// Length of a text, in bytes, above which memory is returned after it. Set by hand: trimming takes a few milliseconds,
/// little beside what a text of this length takes to annotate.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LONG: usize = 1 << 20;

/// After a long text, makes glibc return all free memory to the system, including pages between small live blocks.
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
