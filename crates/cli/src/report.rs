use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use pressmark_core::{Document, Status};
use pressmark_pipeline::StageTime;

use crate::terminal;

/// What a run has done so far, shown while it runs and summed up at its end; all on standard error.
pub(crate) struct Report {
    bar: Option<ProgressBar>,
    quiet: bool,
    start: Instant,
    last_line: Instant,
    counts: Counts,
}

/// Documents and words.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) documents: u64,
    pub(crate) partial: u64,
    pub(crate) failed: u64,
    pub(crate) duplicates: u64,
    words: u64,
}

/// Time between two plain lines of progress, where there is no terminal for a bar.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

impl Report {
    /// A report over inputs of `bytes` in all, when that is known.
    pub(crate) fn start(quiet: bool, bytes: Option<u64>) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let (bar, template) = match bytes {
                Some(bytes) => (ProgressBar::new(bytes), "{bar:30} {percent}% {msg}, {eta} left"),
                None => (ProgressBar::new_spinner(), "{spinner} {msg}"),
            };
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, quiet, start: Instant::now(), last_line: Instant::now(), counts: Counts::default() }
    }

    /// Counts a document; `bytes_read` is how far the reader is.
    pub(crate) fn document(&mut self, doc: &Document, bytes_read: u64) {
        self.counts.documents += 1;
        self.counts.words += doc.tokens.len() as u64;
        self.counts.duplicates += u64::from(doc.duplicate_of.is_some());
        match doc.status() {
            Status::Ok => {}
            Status::Partial => self.counts.partial += 1,
            Status::Failed => self.counts.failed += 1,
        }
        if let Some(bar) = &self.bar {
            bar.set_position(bytes_read);
            bar.set_message(self.rate());
        } else if !self.quiet && self.last_line.elapsed() >= PLAIN_EVERY {
            self.last_line = Instant::now();
            terminal::say(&self.rate());
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    fn rate(&self) -> String {
        let documents = self.counts.documents;
        format!(
            "{documents} documents, {:.1} a second",
            documents as f64 / self.start.elapsed().as_secs_f64().max(1e-3)
        )
    }

    /// Takes the bar away and says how the run went.
    pub(crate) fn finish(self, ingest: Duration, stages: &[StageTime], skipped: u64) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if self.quiet {
            return;
        }
        let Counts { documents, partial, failed, duplicates, words } = self.counts;
        let elapsed = self.start.elapsed();
        let per_second = words as f64 / elapsed.as_secs_f64().max(1e-3);
        let mut text = format!(
            "{documents} documents, {failed} failed, {partial} partial, {duplicates} duplicates in {} ({words} words, {per_second:.0} a second)",
            HumanDuration(elapsed)
        );
        if skipped > 0 {
            let _ = write!(text, "\n{skipped} files of unknown type skipped");
        }
        text.push_str("\nseconds, over all threads:");
        let stages = stages.iter().map(|s| (s.stage, s.time));
        for (stage, time) in std::iter::once(("ingest", ingest)).chain(stages) {
            let _ = write!(text, " {stage} {:.2}", time.as_secs_f64());
        }
        terminal::say(&text);
    }
}
