//! A page to the blocks of its article, each with its exact bytes, and what the page says of itself.

mod analysis;
mod byline;
mod candidate;
mod charset;
mod dated;
mod element_text;
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

use pressmark_core::{DropReason, Meta, ProblemKind};

use crate::Options;
use crate::block::{Block, Dropped, Why};
use crate::clock::Clock;
use crate::failure::{Failure, failure};

pub(crate) use charset::declared_charset;

/// A page's article.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The blocks of the article in input order; empty when the page has none.
    pub blocks: Vec<Block>,
    /// What else the page says, in input order, and why it is not the article: bytes of the page.
    pub dropped: Vec<Dropped>,
    /// What the page says of itself.
    pub meta: Meta,
    /// The address that the page gives as its own.
    pub canonical: Option<String>,
    /// What is wrong with the page, for a person.
    pub problems: Vec<(ProblemKind, String)>,
}

/// Finds the article of a page.
///
/// `url` is where the page was found, when that is known.
///
/// # Errors
/// When the page is larger than 4 GiB, or the record has taken longer than it may. Anything else is a page, however broken.
pub(crate) fn extract(html: &str, url: Option<&str>, options: &Options, clock: &Clock) -> Result<Page, Failure> {
    // Offsets are kept in 32 bits.
    if u32::try_from(html.len()).is_err() {
        return failure(
            ProblemKind::TooLarge,
            format!("page of {} bytes is larger than the 4 GiB that can be read", html.len()),
        );
    }
    // Each step is linear in the page, the largest of which takes a second or two: between them is often enough.
    let tree = tree::Tree::parse(html);
    clock.check()?;
    let found = meta::read(html, &tree, url, options);
    clock.check()?;
    let select::Selection { blocks, mut dropped } = select::select(html, &tree, &found);
    clock.check()?;
    let blocks = match linked::body(html, &tree, &found, &blocks, clock) {
        Some(whole) => {
            // What the page shows of it stands in the text already.
            let shown = |b: Block| Dropped {
                input: b.input,
                reason: DropReason::DoubledParagraph,
                why: Why::new("linked-data"),
            };
            dropped.extend(blocks.into_iter().map(shown));
            dropped.sort_by_key(|d| d.input.start);
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
