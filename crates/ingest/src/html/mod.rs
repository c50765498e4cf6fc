//! A page to the blocks of its article, each with its exact bytes, and what the page says of itself.

mod analysis;
mod byline;
mod candidate;
mod charset;
mod dated;
mod gate;
mod hints;
#[cfg(test)]
mod kinds;
mod linked;
mod meta;
mod select;
#[cfg(test)]
mod tests;
mod text;
mod title;
mod tree;

use std::ops::Range;

use pressmark_core::{DropReason, Meta, ProblemKind};

use crate::Options;
use crate::block::Block;

pub(crate) use charset::declared_charset;
pub(crate) use text::decode;

/// A page's article.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The blocks of the article in input order; empty when the page has none.
    pub blocks: Vec<Block>,
    /// What else the page says, in input order, and why it is not the article: bytes of the page.
    pub dropped: Vec<(Range<usize>, DropReason)>,
    /// What the page says of itself.
    pub meta: Meta,
    /// The address that the page gives as its own.
    pub canonical: Option<String>,
    /// What is wrong with the page, for a person.
    pub problems: Vec<(ProblemKind, String)>,
}

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum HtmlError {
    /// Offsets are kept in 32 bits.
    #[error("page of {bytes} bytes is larger than the 4 GiB that can be read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// Finds the article of a page.
///
/// `url` is where the page was found, when that is known.
///
/// # Errors
/// When the page is larger than 4 GiB. Anything smaller is a page, however broken.
pub(crate) fn extract(html: &str, url: Option<&str>, options: &Options) -> Result<Page, HtmlError> {
    if u32::try_from(html.len()).is_err() {
        return Err(HtmlError::TooLarge { bytes: html.len() });
    }
    let tree = tree::Tree::parse(html);
    let found = meta::read(html, &tree, url, options);
    let select::Selection { blocks, mut dropped } = select::select(html, &tree, &found);
    let blocks = match linked::body(html, &tree, &found, &blocks) {
        Some(whole) => {
            // What the page shows of it stands in the text already.
            dropped.extend(blocks.into_iter().map(|b| (b.input, DropReason::DoubledParagraph)));
            dropped.sort_by_key(|(range, _)| range.start);
            whole
        }
        None => blocks,
    };
    let mut problems = Vec::new();
    if tree.is_deep() {
        // What stands in what is told wrongly there.
        let message = "elements are nested deeper than browsers keep them: the deepest are taken for siblings";
        problems.push((ProblemKind::Malformed, message.to_owned()));
    }
    problems.extend(gate::paywalled(html, &tree, &found, &blocks));
    problems.extend(gate::several(&tree, &found, &blocks));
    Ok(Page { blocks, dropped, meta: found.meta, canonical: found.canonical, problems })
}
