//! The intermediate form of an article, between a record and its document.

use pressmark_core::{Document, DropReason, EditKind, Meta, ProblemKind, SegmentKind};

use crate::assemble::{Assembled, Part};
use crate::block::{Block, Dropped, Hints, Judged, Piece};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::html::{self, Page};
use crate::map::OffsetMap;
use crate::{Options, clean};

/// Name of the stage in problems and explanations.
pub(crate) const STAGE: &str = "ingest";

/// A reader's result, to be turned into the document.
pub(crate) struct Found {
    pub assembled: Assembled,
    /// Metadata from the record's own fields or markup.
    pub meta: Meta,
    pub judged: Judged,
}

/// The blocks of a text or page with the cleaner's verdicts.
pub(crate) struct Article {
    blocks: Vec<Block>,
    /// Stretches of a page outside its blocks, and why each is left out.
    dropped: Vec<Dropped>,
    pub judged: Judged,
    pub meta: Meta,
    pub canonical: Option<String>,
    between: DropReason,
    /// Problems of the page.
    problems: Vec<(ProblemKind, String)>,
}

impl Article {
    pub(crate) fn of_text(
        text: &str,
        markdown: bool,
        title: Option<&str>,
        url: Option<&str>,
        clock: &Clock,
    ) -> Result<Self, Failure> {
        let blocks = clean::split(text, markdown, clock)?;
        let judged =
            clean::judge(&blocks, &Hints { title, url, declared: title.is_some(), ..Hints::default() }, clock)?;
        let problems = Vec::new();
        Ok(Self {
            blocks,
            dropped: Vec::new(),
            judged,
            meta: Meta::default(),
            canonical: None,
            between: DropReason::Markup,
            problems,
        })
    }

    pub(crate) fn of_page(
        text: &str,
        title: Option<&str>,
        url: Option<&str>,
        options: &Options,
        clock: &Clock,
    ) -> Result<Self, Failure> {
        let Page { blocks, dropped, meta, canonical, problems } = html::extract(text, url, options, clock)?;
        let declared = title.is_some();
        let title = title.or(meta.title.as_deref());
        let hints = Hints { title, site: meta.site.as_deref(), url, markup: true, declared };
        let judged = clean::judge(&blocks, &hints, clock)?;
        Ok(Self { blocks, dropped, judged, meta, canonical, between: DropReason::Markup, problems })
    }

    /// Reports the page's problems on the document.
    pub(crate) fn note(&self, doc: &mut Document) {
        for (kind, message) in &self.problems {
            doc.report(STAGE, *kind, message.clone(), None);
        }
    }

    pub(crate) fn part<'a>(&'a self, text: &'a str, map: Option<&'a OffsetMap>) -> Part<'a> {
        let Judged { verdicts, title, .. } = &self.judged;
        Part { text, map, blocks: &self.blocks, dropped: &self.dropped, verdicts, title: *title, between: self.between }
    }
}

/// Fills the gaps of `first` from `second`, field by field.
pub(crate) fn over(first: Meta, second: Meta) -> Meta {
    Meta {
        title: first.title.or(second.title),
        authors: if first.authors.is_empty() { second.authors } else { first.authors },
        published: first.published.or(second.published),
        site: first.site.or(second.site),
        language: first.language.or(second.language),
        language_score: first.language_score.or(second.language_score),
        credited_source: first.credited_source.or(second.credited_source),
    }
}

/// A title block from a field, with each run of white space collapsed to one space.
pub(crate) fn line_block(text: &str) -> Block {
    let mut block = Block { kind: Some(SegmentKind::Title), input: 0..text.len(), ..Block::default() };
    let mut at = 0;
    for word in text.split_whitespace() {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let len = block.text.len();
        if len > 0 {
            block.text.push(' ');
            let edit = (&text[at..start] != " ").then_some(EditKind::Whitespace);
            block.pieces.push(Piece { span: len..len + 1, input: at..start, edit });
        }
        let len = block.text.len();
        block.text.push_str(word);
        at = start + word.len();
        block.pieces.push(Piece { span: len..block.text.len(), input: start..at, edit: None });
    }
    block
}
