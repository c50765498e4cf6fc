use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::Instant;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use pressmark::peak_memory;
use pressmark_core::{Document, ProblemKind, Status};
use pressmark_ingest::{SkipReason, Skipped};
use pressmark_jsonl::DocumentCounts;
use pressmark_pipeline::StageTime;
use pressmark_run::{FailureGroup, Failures};

use crate::progress::EVERY;
use crate::terminal;

/// Progress and closing summary of a run, on standard error.
pub(crate) struct Report {
    bar: Option<ProgressBar>,
    quiet: bool,
    start: Instant,
    last_line: Instant,
    /// Documents done before the run was resumed.
    before: u64,
    documents: u64,
    counts: DocumentCounts,
    words: u64,
}

impl Report {
    /// Starts a report; `bytes` is the total input size if known, `done` counts documents from before.
    pub(crate) fn start(quiet: bool, bytes: Option<u64>, done: DocumentCounts) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let (bar, template) = match bytes {
                Some(bytes) => (ProgressBar::new(bytes), "{bar:30} {percent}% {msg}, {eta} left"),
                None => (ProgressBar::new_spinner(), "{spinner} {msg}"),
            };
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self {
            bar,
            quiet,
            start: Instant::now(),
            last_line: Instant::now(),
            before: done.ok + done.partial + done.failed,
            documents: 0,
            counts: done,
            words: 0,
        }
    }

    /// Counts a document; `bytes_read` is the reader's position in the input.
    pub(crate) fn document(&mut self, doc: &Document, bytes_read: u64) {
        self.documents += 1;
        if !self.quiet {
            self.words += words(&doc.text);
        }
        self.counts.duplicates += u64::from(doc.duplicate_of.is_some());
        match doc.status() {
            Status::Ok => self.counts.ok += 1,
            Status::Partial => self.counts.partial += 1,
            Status::Failed => self.counts.failed += 1,
        }
        if let Some(bar) = &self.bar {
            bar.set_position(bytes_read);
            bar.set_message(self.rate());
        } else if !self.quiet && self.last_line.elapsed() >= EVERY {
            self.last_line = Instant::now();
            terminal::say(&self.rate());
        }
    }

    fn rate(&self) -> String {
        let all = self.before + self.documents;
        let rate = self.documents as f64 / self.start.elapsed().as_secs_f64().max(1e-3);
        format!("{all} documents, {rate:.1} a second")
    }

    /// Removes the progress bar.
    pub(crate) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Prints the closing summary.
    pub(crate) fn finish(self, stages: &[StageTime], failures: &str) {
        if self.quiet {
            return;
        }
        let (DocumentCounts { partial, failed, duplicates, .. }, words) = (self.counts, self.words);
        let documents = self.before + self.documents;
        let elapsed = self.start.elapsed();
        let mut text = format!(
            "{}, {failed} failed, {partial} partial, {} in {} ({}",
            plural(documents, "document"),
            plural(duplicates, "duplicate"),
            HumanDuration(elapsed),
            plural(words, "word")
        );
        // For few words the rate would mostly measure start-up time.
        if words >= ENOUGH_WORDS {
            let _ = write!(text, ", {:.0} a second", words as f64 / elapsed.as_secs_f64().max(1e-3));
        }
        text.push(')');
        if self.before > 0 {
            let _ = write!(text, "\n{} of the documents done in an earlier run", self.before);
        }
        text.push_str(failures);
        text.push_str("\nseconds, over all threads:");
        for StageTime { stage, time } in stages {
            let _ = write!(text, " {stage} {:.2}", time.as_secs_f64());
        }
        if let Some(bytes) = peak_memory() {
            let _ = write!(text, "; peak memory {} MB", bytes >> 20);
        }
        terminal::say(&text);
    }
}

/// Number of words, as `wc` counts them: runs of characters without white space.
pub(crate) fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

/// Minimum words for which a rate is printed. Set by hand: below it, start-up time dominates.
const ENOUGH_WORDS: u64 = 1000;

/// Formats a count with its noun: `1 word`, `2 words`.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// Returns the short name of a bundled model trained on a language.
fn model_for(language: &str) -> Option<&'static str> {
    let models = pressmark::bundled_models().ok()?;
    models.iter().find(|model| model.languages.iter().any(|code| code == language)).map(|model| model.short)
}

/// Describes what went wrong: one line per kind, each preceded by a line feed, with an example and the option that
/// fixes it.
pub(crate) fn failures(failures: &Failures, skipped: &[Skipped]) -> String {
    let mut text = String::new();
    for FailureGroup { kind, documents, path, record, message, .. } in failures.groups() {
        let place = format!("record {} of {path}", record + 1);
        let _ = write!(text, "\n{}: {kind}, such as {place}: {message}", plural(*documents, "document"));
        if let Some(remedy) = remedy(*kind) {
            let _ = write!(text, "; {remedy}");
        }
    }
    let languages: Vec<String> = failures.languages().map(|(code, count)| format!("{code} ({count})")).collect();
    if !languages.is_empty() {
        let _ = write!(text, "\ndocuments in languages that the model does not know: {}", languages.join(", "));
        for (code, short) in failures.languages().filter_map(|(code, _)| Some((code, model_for(code)?))) {
            let _ = write!(text, "\n--model {short} reads {code}");
        }
    }
    for reason in SkipReason::ALL {
        let of_reason = || skipped.iter().filter(|skipped| skipped.reason == *reason);
        let Some(first) = of_reason().next() else { continue };
        let count = of_reason().map(|skipped| skipped.count).sum();
        let Skipped { path, detail, .. } = first;
        let _ = write!(text, "\n{} skipped: {reason}, such as {path}: {detail}", plural(count, "input"));
        if *reason == SkipReason::UnknownType {
            text.push_str("; name their format with --input-format");
        }
    }
    text
}

/// Returns the option that fixes a kind of problem, if there is one.
fn remedy(kind: ProblemKind) -> Option<&'static str> {
    Some(match kind {
        ProblemKind::TooLarge => "allow larger records with --max-bytes",
        ProblemKind::BadArchive => {
            "if it merely unpacks to too many bytes, allow more with --max-ratio or --max-unpacked"
        }
        ProblemKind::Malformed => "if it is in another format, name that with --input-format",
        ProblemKind::NoText => "name the text field with --text-field",
        ProblemKind::BadDate => "give the format of dates with --date-format or --day-first",
        ProblemKind::BadEncoding | ProblemKind::WrongCharset => "name the character set with --encoding",
        ProblemKind::DuplicateId => "name another field with --id-field",
        ProblemKind::Truncated => "allow longer documents with --max-tokens",
        ProblemKind::Timeout => "allow more time with --timeout",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_is_no_word() {
        assert_eq!(words("“Rain,” she said -- twice.\n\nIt's over."), 7);
        assert_eq!(words(" \n"), 0);
    }

    #[test]
    fn a_model_inside_that_reads_a_language_is_named() {
        assert_eq!(model_for("fr"), cfg!(feature = "bundled-model").then_some("news"));
        assert_eq!(model_for("nl"), None);
    }
}
