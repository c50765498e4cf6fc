//! Fragments of HTML in fields, as databases of articles and feeds hold them.

use std::borrow::Cow;
use std::ops::Range;

use pressmark_core::EditKind;

use crate::fields::FieldText;
use crate::map::OffsetMap;
use crate::references;

/// The tags that editors put into articles; other words between angle brackets may be anything.
const TAGS: [&str; 29] = [
    "a",
    "b",
    "blockquote",
    "br",
    "div",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "u",
    "ul",
];

/// Whether a text is HTML: it starts with a tag and has a closing tag or ends in `>`, or it contains a known tag that
/// is closed or needs no closing. An opening tag alone may be one that the text is about.
pub(crate) fn is_markup(text: &str) -> bool {
    let mut chars = text.trim_start().chars();
    let starts = chars.next() == Some('<') && chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '!');
    (starts && (text.contains("</") || text.trim_end().ends_with('>')))
        || tags(text).any(|tag| text[tag.clone()].starts_with("</") || ["br", "img"].contains(&name_of(&text[tag])))
}

/// Whether a text has its paragraphs apart by blank lines and tags only within them, as the editors of some content
/// management systems store it; as a page it would be one paragraph.
pub(crate) fn is_inline(text: &str) -> bool {
    const INLINE: [&str; 11] = ["a", "b", "em", "i", "img", "small", "span", "strong", "sub", "sup", "u"];
    let has_blank_line = text.trim().lines().any(|line| line.trim().is_empty());
    has_blank_line
        && !text.trim_start().starts_with("<!")
        && tags(text).all(|tag| INLINE.contains(&name_of(&text[tag]).to_ascii_lowercase().as_str()))
}

/// A headline, decoded and without tags: references may be encoded twice, and tags once.
pub(crate) fn headline(field: FieldText<'_>) -> FieldText<'_> {
    let field = references::decode_field(references::decode_field(field));
    if is_markup(&field.text) { without_tags(field) } else { field }
}

/// Cuts the known tags off a text.
pub(crate) fn without_tags(field: FieldText<'_>) -> FieldText<'_> {
    let (mut out, mut at) = (String::with_capacity(field.text.len()), 0);
    let mut map = OffsetMap::starting_at(field.map.source(0..field.text.len()).start);
    for tag in tags(&field.text) {
        references::copy(&field, at..tag.start, &mut out, &mut map);
        map.push(0, 1, field.map.source(tag.clone()).len(), Some(EditKind::Escape));
        at = tag.end;
    }
    references::copy(&field, at..field.text.len(), &mut out, &mut map);
    FieldText { text: Cow::Owned(out), map, malformed: field.malformed }
}

/// The inside of a section of character data, `<![CDATA[…]]>`, in which feeds hold their articles; other fields as they
/// are.
pub(crate) fn inside(field: FieldText<'_>) -> FieldText<'_> {
    let trimmed = field.text.trim();
    let Some(inside) = trimmed.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>")) else {
        return field;
    };
    let start = inside.as_ptr() as usize - field.text.as_ptr() as usize;
    let range = start..start + inside.len();
    let (mut out, mut map) = (String::new(), OffsetMap::starting_at(field.map.source(range.clone()).start));
    references::copy(&field, range, &mut out, &mut map);
    FieldText { text: Cow::Owned(out), map, malformed: field.malformed }
}

/// The known tags of a text.
fn tags(text: &str) -> impl Iterator<Item = Range<usize>> {
    let opened = memchr::memchr_iter(b'<', text.as_bytes());
    opened.filter_map(|start| {
        // Quoted values may hold any character, but seldom a bracket.
        let end = start + memchr::memchr2(b'>', b'<', text.as_bytes().get(start + 1..)?)? + 2;
        let tag = text.get(start..end).filter(|tag| tag.ends_with('>'))?;
        TAGS.contains(&name_of(tag).to_ascii_lowercase().as_str()).then_some(start..end)
    })
}

/// The name in a tag, in its own case.
fn name_of(tag: &str) -> &str {
    let inside = tag.trim_start_matches('<').trim_start_matches('/');
    let end = inside.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(inside.len());
    &inside[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::of_json;

    #[test]
    fn known_tags_make_a_text_markup() {
        for text in [
            "<div>Rain fell.</div>",
            "Rain fell.<br>Wind rose.",
            "Rain fell.<br/>Wind rose.",
            "Rain <b>fell</b> on Alder.",
            "Rain fell.</p><p>Wind rose.</p>",
            "Rain fell. <a href='https://alder.example'>More</a>",
            "Alder <img src=\"a.jpg\"> in the rain",
        ] {
            assert!(is_markup(text), "{text}");
        }
        for text in [
            "The form said <not found> and a < b or c > d.",
            "Write <b> for bold and <i> for italics.",
            "Ada <ada@alder.example> wrote.",
            "I <3 rain.",
            "Rain fell.",
        ] {
            assert!(!is_markup(text), "{text}");
        }
    }

    #[test]
    fn a_headline_has_no_tags_and_goes_back_to_its_bytes() {
        let line = r#"{"title": "<em>R\u00e9gn</em> &amp;amp; &lt;i class=\"x\"&gt;wind&lt;/i&gt;!"}"#;
        let field = headline(of_json(line).unwrap()[0].value.text().unwrap());
        assert_eq!(field.text, "Régn & wind!");
        let raw = |out: &str| {
            let at = field.text.find(out).unwrap();
            &line[field.map.source(at..at + out.len())]
        };
        assert_eq!((raw("é"), raw("&"), raw("wind"), raw("!")), ("\\u00e9", "&amp;amp;", "wind", "!"));
    }
}
