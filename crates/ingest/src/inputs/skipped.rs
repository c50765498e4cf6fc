//! Inputs that give no document, and why.

use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Most entries kept by name; later ones are only counted. Set by hand: a hundred thousand paths are some 10 MB.
const MOST_NAMED: usize = 100_000;

/// An input that gives no document: a file, or records of one kind in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// Path of the file, as in [`Record::path`](crate::Record::path).
    pub path: String,
    /// Reason.
    pub reason: SkipReason,
    /// Description, a lowercase fragment such as `"a named pipe"` or `"a redirect"`.
    pub detail: String,
    /// Number of inputs: 1 for a file, the number of records for an archive.
    pub count: u64,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.detail)?;
        if self.count > 1 { write!(f, " ({} records)", self.count) } else { Ok(()) }
    }
}

/// Why an input gives no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SkipReason {
    /// The file's name does not identify its format.
    UnknownType,
    /// The file's name identifies a format that is not read: PDF, an office document, an archive of files.
    UnreadFormat,
    /// A named pipe, a device or a socket, which might never end.
    NotAFile,
    /// Rows, manifests, journals, schemas and dataset cards that pressmark itself wrote.
    OwnOutput,
    /// A folder that was already read by another path.
    AlreadyRead,
    /// An archive record without a page: a request, a picture, a redirect, an error.
    NotAPage,
    /// A part of an export that is no article: a table of contents, a summary of the search.
    NotAnArticle,
}

impl SkipReason {
    /// Every reason.
    pub const ALL: &'static [SkipReason] = &[
        Self::UnknownType,
        Self::UnreadFormat,
        Self::NotAFile,
        Self::OwnOutput,
        Self::AlreadyRead,
        Self::NotAPage,
        Self::NotAnArticle,
    ];

    /// The name of the reason in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownType => "unknown_type",
            Self::UnreadFormat => "unread_format",
            Self::NotAFile => "not_a_file",
            Self::OwnOutput => "own_output",
            Self::AlreadyRead => "already_read",
            Self::NotAPage => "not_a_page",
            Self::NotAnArticle => "not_an_article",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The list of skipped inputs, shared between the thread that reads and the one that reports.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Vec<Skipped>>);

impl Log {
    /// Adds one input; records of one archive skipped for the same reason are one entry.
    pub(super) fn note(&self, path: &str, reason: SkipReason, detail: &str) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Entries of one file are adjacent, and their details few.
        let of_file = entries.iter_mut().rev().take_while(|e| e.path == path);
        let known = of_file.into_iter().find(|e| e.reason == reason && e.detail == detail);
        if let Some(entry) = known {
            entry.count += 1;
        } else if entries.len() < MOST_NAMED {
            entries.push(Skipped { path: path.into(), reason, detail: detail.into(), count: 1 });
        }
    }

    pub(super) fn entries(&self) -> Vec<Skipped> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
