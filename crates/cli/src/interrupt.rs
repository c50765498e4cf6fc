use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// The exit code of a run that was told to stop: 128 and the number of SIGINT, as shells have it.
pub(crate) const EXIT: u8 = 130;

/// How long documents in flight may take to end. A stage looks every fraction of a second whether to go on; what
/// waits for an input that never comes would wait forever.
const GRACE: Duration = Duration::from_secs(5);

/// A flag that Ctrl-C, SIGTERM and SIGHUP set; see [`on_first`].
pub(crate) fn watch() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    on_first(move || {
        flag.store(true, Ordering::SeqCst);
        thread::spawn(|| {
            thread::sleep(GRACE);
            process::exit(i32::from(EXIT));
        });
    })?;
    Ok(stop)
}

/// Calls `stop` at the first of Ctrl-C, SIGTERM and SIGHUP, each unless it was ignored when the program started; the
/// second of them ends the program at once, which loses nothing that a journal tells of.
pub(crate) fn on_first(stop: impl Fn() + Send + 'static) -> Result<()> {
    let was_told = AtomicBool::new(false);
    let handler = move || {
        if was_told.swap(true, Ordering::SeqCst) {
            process::exit(i32::from(EXIT));
        }
        stop();
    };
    let ignored = ignored();
    ctrlc::set_handler(handler).context("failed to watch for Ctrl-C")?;
    ignore(&ignored);
    Ok(())
}

/// The signals that the program was started to ignore, as `nohup` and shells with `&` do.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library does not tell what becomes of a signal")]
fn ignored() -> Vec<i32> {
    let is_ignored = |signal: &i32| {
        let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: without a new action the call only writes the present one to memory of the right size.
        let read = unsafe { libc::sigaction(*signal, std::ptr::null(), action.as_mut_ptr()) } == 0;
        // SAFETY: the call has succeeded, so it has written all of it.
        read && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN
    };
    [libc::SIGHUP, libc::SIGINT, libc::SIGTERM].into_iter().filter(is_ignored).collect()
}

/// Goes on ignoring them: whoever ignores a signal for a program wants it to go on when it comes.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library cannot ignore a signal")]
fn ignore(signals: &[i32]) {
    for signal in signals {
        // SAFETY: to ignore a signal calls no code, and the number is one of the system's.
        unsafe { libc::signal(*signal, libc::SIG_IGN) };
    }
}

#[cfg(not(unix))]
fn ignored() -> Vec<i32> {
    Vec::new()
}

#[cfg(not(unix))]
fn ignore(_: &[i32]) {}
