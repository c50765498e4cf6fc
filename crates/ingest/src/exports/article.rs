use std::ops::Range;

/// Whether an article starts or ends at a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Border {
    /// An article starts with the line.
    Starts,
    /// An article ends with the line.
    Ends,
    /// Neither starts nor ends there.
    Within,
}

/// One article of an export; ranges are byte offsets into the text of its record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Article {
    pub title: Option<Range<usize>>,
    /// Ranges of running text, in order.
    pub body: Vec<Range<usize>>,
    pub site: Option<String>,
    /// Date as the export writes it.
    pub published: Option<String>,
    pub authors: Vec<String>,
    /// Name or code of the language.
    pub language: Option<String>,
    pub url: Option<String>,
    pub id: Option<String>,
    /// Section, length and the like, under normalized keys.
    pub extra: Vec<(&'static str, String)>,
    /// Whether the body is only an abstract.
    pub is_abstract: bool,
}

/// The part of an article seen so far, for layouts in which one line alone does not show that another article starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Nothing,
    /// Its head.
    Head,
    /// The label that comes last in every article.
    Last,
}
