use std::ops::Range;

use crate::named::named_enum;
use crate::{DropReason, Span};

/// A stretch of the input and what became of it.
///
/// The segments of a document, in input order, tile the whole input record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where it stands in the document's text; `None` when it was dropped.
    pub span: Option<Span>,
    /// Byte offsets into the input record as it was read, half-open.
    pub raw: Range<usize>,
    /// What it is.
    pub kind: SegmentKind,
    /// Why it was dropped; `None` when it was kept.
    pub reason: Option<DropReason>,
    /// Where text and input differ inside a kept segment, in text order.
    ///
    /// Outside of the edits, the input bytes, decoded, are the text.
    pub edits: Vec<Edit>,
}

/// A place inside a kept segment where the text is not simply the decoded input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What stands in the text; empty for a deletion.
    pub span: Span,
    /// The input bytes that it stands for.
    pub raw: Range<usize>,
    /// Why.
    pub kind: EditKind,
}

named_enum! {
    /// Why text and input differ at an [`Edit`].
    #[non_exhaustive]
    pub enum EditKind {
        /// A soft hyphen, zero-width character, byte order mark or control character was taken out.
        Invisible = "invisible",
        /// A line ending or run of white space became one character.
        Whitespace = "whitespace",
        /// A tag, comment or Markdown mark was taken out.
        Markup = "markup",
        /// A character reference or escape (`&amp;`, `\n`, `""`) was decoded.
        Escape = "escape",
        /// Bytes without a meaning became U+FFFD.
        Replacement = "replacement",
        /// Page chrome inside a block (a dateline's site name, a share link) was taken out.
        Chrome = "chrome",
    }
}

named_enum! {
    /// What a stretch of the input is.
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
        /// A quotation set apart as a block.
        Quote = "quote",
        /// A caption of a picture or table.
        Caption = "caption",
        /// A row of a table.
        Table = "table",
        /// Dropped: not the article.
        Chrome = "chrome",
        /// Dropped: stands in the article already.
        Duplicate = "duplicate",
    }
}

impl SegmentKind {
    /// Whether segments of this kind stand in the text.
    #[must_use]
    pub fn is_kept(self) -> bool {
        !matches!(self, Self::Chrome | Self::Duplicate)
    }

    /// Whether it is running text, as opposed to titles, headings, captions and tables.
    #[must_use]
    pub fn is_prose(self) -> bool {
        matches!(self, Self::Body | Self::List | Self::Quote)
    }
}
