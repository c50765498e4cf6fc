use std::ops::Range;

use crate::named::named_enum;
use crate::{DropReason, Span};

/// A stretch of the input record, kept or dropped.
///
/// The segments of a document, in input order, tile the whole record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Place in the document's text; `None` when dropped.
    pub span: Option<Span>,
    /// Byte range of the input record as read, half-open.
    pub raw: Range<usize>,
    /// Kind of content.
    pub kind: SegmentKind,
    /// Reason for dropping it; `None` when kept.
    pub reason: Option<DropReason>,
    /// Differences between text and input inside a kept segment, in text order.
    ///
    /// Outside the edits, the decoded input bytes equal the text.
    pub edits: Vec<Edit>,
}

/// A place inside a kept segment where the text is not simply the decoded input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Span in the text; empty for a deletion.
    pub span: Span,
    /// Input bytes that it replaces.
    pub raw: Range<usize>,
    /// Reason for the edit.
    pub kind: EditKind,
}

named_enum! {
    /// Reason why text and input differ at an [`Edit`].
    #[non_exhaustive]
    pub enum EditKind {
        /// A soft hyphen, zero-width character, byte order mark or control character was removed.
        Invisible = "invisible",
        /// A line ending or run of white space became one character.
        Whitespace = "whitespace",
        /// A tag, comment or Markdown mark was removed.
        Markup = "markup",
        /// A character reference or escape (`&amp;`, `\n`, `""`) was decoded.
        Escape = "escape",
        /// Invalid bytes became U+FFFD.
        Replacement = "replacement",
        /// Page chrome inside a block (a site name in a dateline, a share link) was removed.
        Chrome = "chrome",
    }
}

named_enum! {
    /// Kind of content of a segment.
    #[derive(Default)]
    pub enum SegmentKind {
        /// The article's title.
        Title = "title",
        /// A heading inside the article.
        Heading = "heading",
        /// A paragraph.
        #[default]
        Body = "body",
        /// An item of a list.
        List = "list",
        /// A block quotation.
        Quote = "quote",
        /// A caption of an image or table.
        Caption = "caption",
        /// A row of a table.
        Table = "table",
        /// Dropped: not part of the article.
        Chrome = "chrome",
        /// Dropped: repeats text that is already in the article.
        Duplicate = "duplicate",
    }
}

impl SegmentKind {
    /// Whether segments of this kind are in the text.
    #[must_use]
    pub fn is_kept(self) -> bool {
        !matches!(self, Self::Chrome | Self::Duplicate)
    }

    /// Whether the kind is running text, as opposed to titles, headings, captions and tables.
    #[must_use]
    pub fn is_prose(self) -> bool {
        matches!(self, Self::Body | Self::List | Self::Quote)
    }
}
