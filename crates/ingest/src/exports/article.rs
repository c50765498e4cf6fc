use std::ops::Range;

/// What a line says of where articles start and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Border {
    /// An article starts with this line.
    Starts,
    /// An article ends with this line.
    Ends,
    /// Neither.
    Within,
}

/// One article of an export; ranges are byte offsets into its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Article {
    pub title: Option<Range<usize>>,
    /// Stretches of running text, in order.
    pub body: Vec<Range<usize>>,
    pub site: Option<String>,
    /// As the export writes it.
    pub published: Option<String>,
    pub authors: Vec<String>,
    /// A name or code.
    pub language: Option<String>,
    pub url: Option<String>,
    pub id: Option<String>,
    /// Section, length and the like, under plain names.
    pub extra: Vec<(&'static str, String)>,
    /// Whether the body is only an abstract.
    pub is_abstract: bool,
}

/// What was seen of an article, where one line alone does not tell that another starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Nothing,
    /// Its first lines.
    Head,
    /// What stands in each before its end.
    Last,
}
