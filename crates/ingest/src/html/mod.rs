//! Extracts the blocks of a page's article, with their exact bytes, and the page's metadata.

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

/// The article and metadata of a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The blocks of the article in input order; empty if there is none.
    pub blocks: Vec<Block>,
    /// The other text of the page, in input order, as bytes of the page with the reason why it is left out.
    pub dropped: Vec<Dropped>,
    /// Metadata that the page declares or shows.
    pub meta: Meta,
    /// Canonical URL that the page declares.
    pub canonical: Option<String>,
    /// Problems of the page, with messages.
    pub problems: Vec<(ProblemKind, String)>,
}

/// Extracts the article of a page.
///
/// `url` is the address of the page, if known.
///
/// # Errors
/// When the page is larger than 4 GiB or the time limit has passed. Anything else is a page, however broken.
pub(crate) fn extract(html: &str, url: Option<&str>, options: &Options, clock: &Clock) -> Result<Page, Failure> {
    // Offsets are 32 bits wide.
    if u32::try_from(html.len()).is_err() {
        return failure(
            ProblemKind::TooLarge,
            format!("page of {} bytes is larger than the 4 GiB that can be read", html.len()),
        );
    }
    // Each step is linear and takes a second or two for the largest page, so checking the clock in between suffices.
    let tree = tree::Tree::parse(html);
    clock.check()?;
    let found = meta::read(html, &tree, url, options);
    clock.check()?;
    let select::Selection { blocks, mut dropped } = select::select(html, &tree, &found);
    clock.check()?;
    let blocks = match linked::body(html, &tree, &found, &blocks, clock)? {
        Some(whole) => {
            // The page's own copy of it is a duplicate.
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
        // The nesting of the deepest elements is lost.
        let message = "elements are nested deeper than browsers keep them: the deepest are taken for siblings";
        problems.push((ProblemKind::Malformed, message.to_owned()));
    }
    problems.extend(gate::paywalled(html, &tree, &found, &blocks));
    problems.extend(gate::several(&tree, &found, &blocks));
    Ok(Page { blocks, dropped, meta: found.meta, canonical: found.canonical, problems })
}
