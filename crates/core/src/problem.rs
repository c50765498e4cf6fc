use std::fmt;

use crate::Span;

/// Something that went wrong with one document; kept with the document, never fatal to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The stage that met it, such as `"ingest"` or `"ner"`.
    pub stage: &'static str,
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// For a person: a lowercase fragment without a full stop.
    pub message: String,
    /// Where in the document's text, when it has a place.
    pub span: Option<Span>,
}

/// How much a problem takes from a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; every stage still saw the whole text.
    Note,
    /// Some stage failed or saw only part of the text.
    Partial,
    /// No text could be had.
    Failed,
}

macro_rules! problem_kinds {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $severity:ident;)*) => {
        /// The closed list of what can be wrong with a document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ProblemKind { $($(#[$doc])* $name,)* }

        impl ProblemKind {
            /// Every kind, in the order of the list.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$name,)*];

            /// The name under which the kind is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(ProblemKind::$name => $wire,)* }
            }

            /// The kind that is written under this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
            }

            /// How much it takes from the document.
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
    /// There was not one character of text.
    Empty = "empty", Failed;
    /// The bytes are not text.
    Binary = "binary", Failed;
    /// The record is larger than the limit in force.
    TooLarge = "too_large", Failed;
    /// A compressed input is cut short, damaged, or unpacks past the limit in force.
    BadArchive = "bad_archive", Failed;
    /// The record does not follow its format (broken JSON, ragged CSV row, bad WARC header).
    Malformed = "malformed", Failed;
    /// The record has no text field, or one that is not a string.
    NoText = "no_text", Failed;
    /// The page holds no article.
    NoArticle = "no_article", Failed;
    /// The record holds only part of the page: whoever stored it cut it off.
    Incomplete = "incomplete", Partial;
    /// The page shows the start of an article to everybody and the rest to subscribers: the text is the start.
    Paywalled = "paywalled", Partial;
    /// The record holds several articles and nothing tells surely where one ends: they are one text.
    SeveralArticles = "several_articles", Partial;
    /// The field that was named for the date of publication holds something that is no date, or could be two.
    BadDate = "bad_date", Partial;
    /// Bytes that mean nothing in the character set were replaced.
    BadEncoding = "bad_encoding", Partial;
    /// The character set that the page declares is not the one it uses, or it declares none and the few bytes that are
    /// not UTF-8 hardly tell: the text is read by a guess.
    WrongCharset = "wrong_charset", Partial;
    /// Control characters, bidirectional overrides or zero-width characters inside words stood in the input; they
    /// were taken out.
    SuspiciousCharacters = "suspicious_characters", Partial;
    /// Another record of the run says that it has the same id; this one was given a suffix.
    DuplicateId = "duplicate_id", Partial;
    /// Most letters are of a script that the model was not trained on: what it finds is chance.
    UnsupportedScript = "unsupported_script", Partial;
    /// The record has a date, in a field that nobody named, that is none or could be two: it is in `extra` alone.
    UnreadDate = "unread_date", Note;
    /// The language is not one that the model was trained on.
    UnsupportedLanguage = "unsupported_language", Note;
    /// The model reads the language by transfer from those that it was trained on: no test says how well.
    UntestedLanguage = "untested_language", Note;
    /// The language could not be told.
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
