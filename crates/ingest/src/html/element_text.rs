//! The text of an element, and its key for comparisons.

use super::tree::Tree;
use crate::markup::decode;

/// The text inside an element, with white space collapsed.
pub(super) fn inner(html: &str, tree: &Tree, index: u32) -> String {
    let parts: Vec<String> = tree.texts(index).filter_map(|t| html.get(t)).map(decode).collect();
    parts.concat().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lower-case letters and digits only: equal for two spellings of one title or name.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
