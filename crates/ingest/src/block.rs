//! Types passed from the text and page readers to the cleaner, and from the cleaner to the assembly.
//!
//! All ranges named `input` are byte offsets into the decoded input (the text field of a record,
//! after character set, JSON and CSV decoding), half-open and on character boundaries.

use std::ops::Range;

use pressmark_core::{DropReason, EditKind, SegmentKind};

/// One line or block of a page, before the cleaner has judged it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    /// The block as it would appear in the document's text, trimmed of white space.
    pub text: String,
    /// How the text maps to the decoded input: spans tile `text` in order, `input` ranges ascend without overlap.
    pub pieces: Vec<Piece>,
    /// Kind according to the markup; `None` for plain text.
    pub kind: Option<SegmentKind>,
    /// Number of blank lines before the block (plain text only).
    pub blank_before: usize,
    /// Indentation in columns.
    pub indent: usize,
    /// Share of the characters inside links, in [0, 1]; 0 for plain text.
    pub link_share: f32,
    /// Byte range of the decoded input that the block covers; blocks are in input order and do not overlap.
    pub input: Range<usize>,
}

/// `text[span]` came from `input[input]`; when `edit` is `None` the two are the same string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Byte offsets into the block's text; empty for a deletion.
    pub span: Range<usize>,
    /// Byte range of the decoded input it replaces.
    pub input: Range<usize>,
    /// Why the two differ.
    pub edit: Option<EditKind>,
}

/// The cleaner's decision about one block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// The block belongs to the article.
    Keep {
        /// Kind of the segment.
        kind: SegmentKind,
        /// Ranges of the block's text to cut, in order, each with its kind of edit.
        cuts: Vec<(Range<usize>, EditKind)>,
    },
    /// The block is left out.
    Drop {
        /// [`SegmentKind::Chrome`] or [`SegmentKind::Duplicate`].
        kind: SegmentKind,
        /// The reason recorded in the segment.
        reason: DropReason,
        /// Evidence for explanations.
        why: Why,
    },
}

/// Evidence for a decision to drop something, reported in explanations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Why {
    /// Name of the rule that decided, in kebab case.
    pub rule: &'static str,
    /// The numbers that the rule compared, by name; empty if a word, a mark or a tag decided.
    pub numbers: [Option<(&'static str, f32)>; 2],
}

impl Why {
    pub(crate) fn new(rule: &'static str) -> Self {
        Self { rule, numbers: [None; 2] }
    }

    pub(crate) fn with(mut self, name: &'static str, number: f32) -> Self {
        if let Some(free) = self.numbers.iter_mut().find(|number| number.is_none()) {
            *free = Some((name, number));
        }
        self
    }
}

/// A stretch of a page outside its blocks that is left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dropped {
    /// Byte offsets into the decoded input.
    pub input: Range<usize>,
    pub reason: DropReason,
    pub why: Why,
}

/// Facts about the page that do not come from its blocks.
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
    /// Whether the record declares its title in a field of its own, so that only a line that agrees with it can be the
    /// title.
    pub declared: bool,
}

/// The cleaner's verdicts on a page, and the metadata found in its lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Judged {
    /// One verdict per block.
    pub verdicts: Vec<Verdict>,
    /// Index of the title block.
    pub title: Option<usize>,
    /// The outlet that the page credits as the source of the story.
    pub credited_source: Option<String>,
    /// Name of the site, if a line gives it.
    pub site: Option<String>,
    /// Date of publication as written in the lines, not normalized.
    pub published: Option<String>,
    /// Author names as written in the lines.
    pub authors: Vec<String>,
}
