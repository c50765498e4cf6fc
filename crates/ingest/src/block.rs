//! What the readers of text and pages hand to the cleaner, and the cleaner to the assembly.
//!
//! All ranges named `input` are byte offsets into the decoded input (the text field of a record,
//! after character set, JSON and CSV decoding), half-open and on character boundaries.

use std::ops::Range;

use pressmark_core::{DropReason, EditKind, SegmentKind};

/// One line or block of a page before it is judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    /// What would stand in the document's text, without surrounding white space.
    pub text: String,
    /// How the text maps to the decoded input: spans tile `text` in order, `input` ranges ascend without overlap.
    pub pieces: Vec<Piece>,
    /// What the markup says it is; `None` for plain text.
    pub kind: Option<SegmentKind>,
    /// Blank lines before it (plain text).
    pub blank_before: usize,
    /// Indentation in columns.
    pub indent: usize,
    /// Share of the characters inside links, in [0, 1]; 0 for plain text.
    pub link_share: f32,
    /// The decoded input that it covers; blocks come in input order and do not overlap.
    pub input: Range<usize>,
}

/// `text[span]` came from `input[input]`; when `edit` is `None` the two are the same string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Byte offsets into the block's text; empty for a deletion.
    pub span: Range<usize>,
    /// What it stands for in the decoded input.
    pub input: Range<usize>,
    /// Why the two differ.
    pub edit: Option<EditKind>,
}

/// What becomes of a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It belongs to the article.
    Keep {
        /// What it is.
        kind: SegmentKind,
        /// Ranges of the block's text to take out, in order, and why.
        cuts: Vec<(Range<usize>, EditKind)>,
    },
    /// It does not.
    Drop {
        /// [`SegmentKind::Chrome`] or [`SegmentKind::Duplicate`].
        kind: SegmentKind,
        /// Why.
        reason: DropReason,
        /// What that rests on.
        why: Why,
    },
}

/// The grounds of a decision to drop something, for [`Options::explain`](crate::Options::explain).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Why {
    /// The name of the rule, in kebab case.
    pub rule: &'static str,
    /// The numbers that the rule compared, each with its name; empty where a word, a mark or a tag decided.
    pub numbers: Vec<(&'static str, f32)>,
}

impl Why {
    pub(crate) fn new(rule: &'static str) -> Self {
        Self { rule, numbers: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, number: f32) -> Self {
        self.numbers.push((name, number));
        self
    }
}

/// A stretch of a page between its blocks that is left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dropped {
    /// Byte offsets into the decoded input.
    pub input: Range<usize>,
    pub reason: DropReason,
    pub why: Why,
}

/// What is known of the page from outside its blocks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hints<'a> {
    /// The title, from metadata or a field of the record.
    pub title: Option<&'a str>,
    /// Name of the site.
    pub site: Option<&'a str>,
    /// Address of the page.
    pub url: Option<&'a str>,
    /// Whether the blocks come from HTML.
    pub markup: bool,
    /// Whether the record itself says its title, in a field of its own: no other line is it.
    pub declared: bool,
}

/// What the cleaner made of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Judged {
    /// One for each block.
    pub verdicts: Vec<Verdict>,
    /// The block that is the title.
    pub title: Option<usize>,
    /// The outlet that the page says it took the story from.
    pub credited_source: Option<String>,
    /// Name of the site, where the lines tell it.
    pub site: Option<String>,
    /// When it was published, as it stands in the lines.
    pub published: Option<String>,
    /// Who wrote it, as it stands in the lines.
    pub authors: Vec<String>,
}
