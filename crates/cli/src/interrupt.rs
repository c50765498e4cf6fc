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

/// A flag that Ctrl-C, SIGTERM and SIGHUP set; the second of them ends the program at once, which loses nothing
/// that the journal tells of.
pub(crate) fn watch() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::SeqCst) {
            process::exit(i32::from(EXIT));
        }
        thread::spawn(|| {
            thread::sleep(GRACE);
            process::exit(i32::from(EXIT));
        });
    };
    ctrlc::set_handler(handler).context("failed to watch for Ctrl-C")?;
    Ok(stop)
}
