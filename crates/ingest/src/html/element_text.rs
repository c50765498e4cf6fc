//! The text of an element, and its key for comparisons.

use super::tree::{Tag, Tree};
use crate::markup::decode;

/// The text inside an element, with white space collapsed.
pub(super) fn inner(html: &str, tree: &Tree, index: u32) -> String {
    lines(html, tree, index).join(" ")
}

/// The lines of text inside an element, with white space collapsed: `br` and the edges of blocks part words that no
/// space parts in the page's source.
pub(super) fn lines(html: &str, tree: &Tree, index: u32) -> Vec<String> {
    let mut text = String::new();
    let mut blocks: Vec<u32> = Vec::new();
    for at in index..tree.node(index).end {
        while blocks.pop_if(|end| *end <= at).is_some() {
            text.push('\n');
        }
        let node = tree.node(at);
        if node.tag == Tag::Text {
            let source = html.get(node.bytes.start as usize..node.bytes.end as usize).unwrap_or_default();
            text.extend(decode(source).chars().map(|c| if c == '\n' { ' ' } else { c }));
        } else if node.tag == Tag::Br {
            text.push('\n');
        } else if node.tag.is_block() {
            text.push('\n');
            blocks.push(node.end);
        }
    }
    let lines = text.split('\n').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}

/// Lower-case letters and digits only: equal for two spellings of one title or name.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_two_lines_stay_apart() {
        let check = |html: &str, expected: &[&str]| {
            let tree = Tree::parse(html);
            let element = tree.nodes().iter().position(|n| n.tag == Tag::Section).expect("a section") as u32;
            assert_eq!(lines(html, &tree, element), expected, "{html}");
        };
        check("<section>Ida Falk<br>Sports Editor</section>", &["Ida Falk", "Sports Editor"]);
        check("<section><div>By</div><div>Ida\nFalk</div> for us</section>", &["By", "Ida Falk", "for us"]);
        check("<section>Ida <b>Fa</b>lk &amp; <i>Ole</i> Rask</section>", &["Ida Falk & Ole Rask"]);
    }
}
