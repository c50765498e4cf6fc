//! Character references (`&amp;`, `&#8217;`) in text that is not markup, as database exports contain them.

use std::borrow::Cow;

use pressmark_core::EditKind;

use crate::fields::FieldText;
use crate::map::OffsetMap;
use crate::markup;

/// Longest reference looked for, in bytes. The longest name in HTML, `&CounterClockwiseContourIntegral;`, has 33 with
/// its marks.
const LONGEST: usize = 34;

/// Decodes the references of a text; one without a closing semicolon, or with an unknown name, stays as it is.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    match next(text, 0) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let (mut out, mut at) = (String::with_capacity(text.len()), 0);
            while let Some((start, end, chars)) = next(text, at) {
                out.push_str(text.get(at..start).unwrap_or_default());
                out.push_str(&chars);
                at = end;
            }
            out.push_str(text.get(at..).unwrap_or_default());
            Cow::Owned(out)
        }
    }
}

/// Decodes the references of a field, keeping the map from its characters to their bytes.
pub(crate) fn decode_field(field: FieldText<'_>) -> FieldText<'_> {
    if next(&field.text, 0).is_none() {
        return field;
    }
    let start = field.map.source(0..0).start;
    let (mut out, mut map, mut at) = (String::with_capacity(field.text.len()), OffsetMap::starting_at(start), 0);
    while let Some((start, end, chars)) = next(&field.text, at) {
        copy(&field, at..start, &mut out, &mut map);
        out.push_str(&chars);
        let raw = field.map.source(start..end);
        map.push(width(chars.len()), width(raw.len()), 1, Some(EditKind::Escape));
        at = end;
    }
    copy(&field, at..field.text.len(), &mut out, &mut map);
    FieldText { text: Cow::Owned(out), map, malformed: field.malformed }
}

pub(crate) fn copy(field: &FieldText<'_>, range: std::ops::Range<usize>, out: &mut String, map: &mut OffsetMap) {
    for stretch in field.map.stretches(range.clone()) {
        match stretch.edit {
            None if stretch.out.len() == stretch.src.len() => map.push(1, 1, stretch.out.len(), None),
            edit if stretch.out.is_empty() => map.push(0, 1, stretch.src.len(), edit),
            edit => map.push(width(stretch.out.len()), width(stretch.src.len()), 1, edit),
        }
    }
    out.push_str(field.text.get(range).unwrap_or_default());
}

fn width(len: usize) -> u8 {
    u8::try_from(len).unwrap_or(u8::MAX)
}

/// The next reference at or after byte `at`: its start, its end (exclusive) and the decoded characters.
fn next(text: &str, mut at: usize) -> Option<(usize, usize, String)> {
    let bytes = text.as_bytes();
    loop {
        let start = at + memchr::memchr(b'&', bytes.get(at..)?)?;
        let head = bytes.get(start..bytes.len().min(start + LONGEST))?;
        let end = memchr::memchr(b';', head).filter(|end| {
            let name = head.get(1..*end).unwrap_or_default();
            !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#')
        });
        if let Some(end) = end {
            let reference = text.get(start..=start + end)?;
            let chars = markup::decode(reference);
            if chars != reference && !chars.contains(';') {
                return Some((start, start + end + 1, chars));
            }
        }
        at = start + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{Value, of_json};

    #[test]
    fn closed_references_are_decoded_and_nothing_else() {
        for (text, expected) in [
            ("Tom &amp; Ada", "Tom & Ada"),
            ("O&#39;Dowd &#8211; it&rsquo;s", "O'Dowd – it’s"),
            ("A < B & C; &nosuch; &copy 2024", "A < B & C; &nosuch; &copy 2024"),
            ("&amp;lt;", "&lt;"),
            ("&", "&"),
        ] {
            assert_eq!(decode(text), expected);
        }
    }

    #[test]
    fn what_is_decoded_goes_back_to_its_bytes() {
        let line = r#"{"text": "a\u00e9 \u0026amp; b &lt; \n c"}"#;
        let fields = of_json(line).unwrap();
        let Value::JsonString { .. } = fields[0].value else { panic!("a string") };
        let field = decode_field(fields[0].value.text().unwrap());
        assert_eq!(field.text, "aé & b < \n c");
        let raw = |out: &str| {
            let at = field.text.find(out).unwrap();
            &line[field.map.source(at..at + out.len())]
        };
        assert_eq!((raw("é"), raw("&"), raw("<"), raw("c")), ("\\u00e9", "\\u0026amp;", "&lt;", "c"));
    }
}
