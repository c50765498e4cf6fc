use std::fmt;

use crate::Span;

/// A problem with one document; kept with the document, never fatal to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stage that met it, such as `"ingest"` or `"ner"`.
    pub stage: &'static str,
    /// Kind of problem.
    pub kind: ProblemKind,
    /// Message for readers: a lowercase fragment without a full stop.
    pub message: String,
    /// Place in the document's text, where there is one.
    pub span: Option<Span>,
}

/// How badly a problem affects a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Informational; every stage still saw the whole text.
    Note,
    /// Some stage failed or saw only part of the text.
    Partial,
    /// There is no text.
    Failed,
}

macro_rules! problem_kinds {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $severity:ident;)*) => {
        /// Closed list of the kinds of problems that a document can have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ProblemKind { $($(#[$doc])* $name,)* }

        impl ProblemKind {
            /// Every kind, in the order of the list.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$name,)*];

            /// Name of the kind on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(ProblemKind::$name => $wire,)* }
            }

            /// Looks up a kind by its name on the wire.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
            }

            /// Severity of a problem of this kind.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(ProblemKind::$name => Severity::$severity,)* }
            }
        }
    };
}

problem_kinds! {
    /// The file or stream could not be read (permission, vanished, device error).
    Unreadable = "unreadable", Failed;
    /// The record has not a single character of text.
    Empty = "empty", Failed;
    /// The bytes are not text.
    Binary = "binary", Failed;
    /// The record is larger than the limit in force.
    TooLarge = "too_large", Failed;
    /// A compressed input is truncated, damaged, or decompresses past the limit in force.
    BadArchive = "bad_archive", Failed;
    /// The record does not follow its format (broken JSON, ragged CSV row, bad WARC header).
    Malformed = "malformed", Failed;
    /// The record has no text field, or one that is not a string.
    NoText = "no_text", Failed;
    /// The page holds no article.
    NoArticle = "no_article", Failed;
    /// The record holds only part of the page: it was truncated when it was stored.
    Incomplete = "incomplete", Partial;
    /// The article is behind a paywall: the text is the part that everybody can read.
    Paywalled = "paywalled", Partial;
    /// The record holds several articles without reliable boundaries between them: they are one text.
    SeveralArticles = "several_articles", Partial;
    /// The field given for the date of publication holds something that is not a date, or is ambiguous.
    BadDate = "bad_date", Partial;
    /// Byte sequences that are invalid in the character set were replaced.
    BadEncoding = "bad_encoding", Partial;
    /// The declared character set is not the one in use, or none is declared and the few bytes that are not UTF-8 are
    /// too little evidence: the text is decoded by a guess.
    WrongCharset = "wrong_charset", Partial;
    /// Control characters, bidirectional overrides or zero-width characters inside words were removed from the input.
    SuspiciousCharacters = "suspicious_characters", Partial;
    /// Another record of the run has the same id; this one was given a suffix.
    DuplicateId = "duplicate_id", Partial;
    /// Most letters are of a script that the model was not trained on: its results are chance.
    UnsupportedScript = "unsupported_script", Partial;
    /// A field that was not given as the date holds one that is malformed or ambiguous: it is kept in `extra` only.
    UnreadDate = "unread_date", Note;
    /// The language is not one that the model was trained on.
    UnsupportedLanguage = "unsupported_language", Note;
    /// The model handles the language by transfer from its training languages; accuracy is unmeasured.
    UntestedLanguage = "untested_language", Note;
    /// The language could not be identified.
    UnknownLanguage = "unknown_language", Note;
    /// A quotation is opened and never closed.
    UnclosedQuote = "unclosed_quote", Note;
    /// A stage saw only part of the text; `coverage` says how much.
    Truncated = "truncated", Partial;
    /// The document took longer than the limit in force.
    Timeout = "timeout", Partial;
    /// A stage gave up on this document.
    StageFailed = "stage_failed", Partial;
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
