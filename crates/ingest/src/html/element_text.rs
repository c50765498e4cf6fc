//! The text of an element, and what of it is compared.

use super::tree::Tree;
use crate::markup::decode;

/// The text inside an element.
pub(super) fn inner(html: &str, tree: &Tree, index: u32) -> String {
    let parts: Vec<String> = tree.texts(index).filter_map(|t| html.get(t)).map(decode).collect();
    parts.concat().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters and digits in lower case: what is left of two names that should be the same.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
