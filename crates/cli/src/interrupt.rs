use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// Exit code of an interrupted run: 128 plus the number of SIGINT, the convention of shells.
pub(crate) const EXIT: u8 = 130;

/// Time for documents in flight to finish. Set by hand: stages check the stop flag every fraction of a second, but a
/// thread blocked on input would wait forever.
const GRACE: Duration = Duration::from_secs(5);

/// Returns a flag set by Ctrl-C, SIGTERM and SIGHUP; see [`on_first`]. The process exits if the command has not ended
/// within [`GRACE`].
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

/// Calls `stop` on the first Ctrl-C, SIGTERM or SIGHUP, each unless it was ignored when the program started. The second
/// ends the process at once; documents in the journal are not lost.
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

/// Returns the signals ignored at program start, as under `nohup` or for background jobs of some shells.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library does not tell what becomes of a signal")]
fn ignored() -> Vec<i32> {
    let is_ignored = |signal: &i32| {
        let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: with a null new action the call only writes the current one, to memory of the right size.
        let read = unsafe { libc::sigaction(*signal, std::ptr::null(), action.as_mut_ptr()) } == 0;
        // SAFETY: the call succeeded, so the structure is initialised.
        read && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN
    };
    [libc::SIGHUP, libc::SIGINT, libc::SIGTERM].into_iter().filter(is_ignored).collect()
}

/// Restores ignoring of these signals: whoever started the program so wants it to survive them.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library cannot ignore a signal")]
fn ignore(signals: &[i32]) {
    for signal in signals {
        // SAFETY: ignoring a signal runs no code, and the number is a valid signal.
        unsafe { libc::signal(*signal, libc::SIG_IGN) };
    }
}

#[cfg(not(unix))]
fn ignored() -> Vec<i32> {
    Vec::new()
}

#[cfg(not(unix))]
fn ignore(_: &[i32]) {}
