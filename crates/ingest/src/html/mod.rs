//! A page to the blocks of its article, each with its exact bytes, and what the page says of itself.

mod article;
mod charset;
mod meta;
mod select;
mod signs;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use pressmark_core::Meta;

use crate::block::Block;

pub(crate) use charset::declared_charset;

/// A page's article.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The blocks of the article in input order; empty when the page has none.
    pub blocks: Vec<Block>,
    /// What the page says of itself.
    pub meta: Meta,
    /// The address that the page gives as its own.
    pub canonical: Option<String>,
    /// Whether elements are nested deeper than any browser keeps them: what stands in what is told wrongly there.
    pub is_deep: bool,
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
pub(crate) fn extract(html: &str, url: Option<&str>) -> Result<Page, HtmlError> {
    if u32::try_from(html.len()).is_err() {
        return Err(HtmlError::TooLarge { bytes: html.len() });
    }
    let tree = tree::Tree::parse(html);
    let found = meta::read(html, &tree, url);
    let blocks = select::blocks(html, &tree, &found);
    Ok(Page { blocks, meta: found.meta, canonical: found.canonical, is_deep: tree.is_deep() })
}
