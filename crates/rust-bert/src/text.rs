//! Conversions between a document's text and rust-bert's tokenizers.

use std::ops::Range;

/// Neutralizes special tokens in a text: `[SEP]` becomes `(SEP)`, `</s>` becomes `(/s)`.
///
/// A page that contains `[SEP]` would otherwise inject sentence boundaries. Brackets are replaced by other one-byte
/// brackets, so that all offsets are preserved.
pub(crate) fn without_special_tokens(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for open in 0..bytes.len() {
        let close = match bytes[open] {
            b'[' => b']',
            b'<' => b'>',
            _ => continue,
        };
        let Some(length) = bytes[open + 1..].iter().take(LONGEST + 1).position(|&b| b == close) else { continue };
        let inner = open + 1..open + 1 + length;
        if is_special(&bytes[inner.clone()]) {
            (bytes[open], bytes[inner.end]) = (b'(', b')');
        }
    }
    // Only ASCII was replaced by ASCII.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Length in bytes of the longest special token between the brackets: `extra_id_99`.
const LONGEST: usize = 11;

/// Special tokens of BERT, RoBERTa, BART, XLM-R, DeBERTa, T5 and PEGASUS, without brackets.
fn is_special(inner: &[u8]) -> bool {
    const NAMED: &[&[u8]] = &[
        b"PAD", b"UNK", b"CLS", b"SEP", b"MASK", b"BOS", b"EOS", b"s", b"/s", b"pad", b"unk", b"mask", b"cls", b"sep",
        b"bos", b"eos",
    ];
    let numbered =
        |prefix: &[u8]| inner.strip_prefix(prefix).is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit));
    NAMED.contains(&inner) || numbered(b"extra_id_") || numbered(b"mask_") || numbered(b"unk_") || numbered(b"unused")
}

/// Byte offset of each character of a text, and the text's length at the end; rust-bert's offsets count characters.
pub(crate) fn char_starts(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

/// Splits a range of text near its middle, between words if there are two, else between characters.
///
/// `None` for a single character. Together, the halves cover the whole range.
pub(crate) fn halves(text: &str, range: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let slice = text.get(range.clone())?;
    let middle = slice.len() / 2;
    let cuts = |space: bool| {
        let mut best: Option<usize> = None;
        for (at, c) in slice.char_indices().skip(1) {
            if (!space || c.is_whitespace()) && best.is_none_or(|b| at.abs_diff(middle) < b.abs_diff(middle)) {
                best = Some(at);
            }
        }
        best
    };
    // Splitting at white space on the edge would leave a half without a word, and could repeat endlessly.
    let between_words = cuts(true).filter(|&at| !slice[..at].trim().is_empty() && !slice[at..].trim().is_empty());
    let at = range.start + between_words.or_else(|| cuts(false))?;
    Some((range.start..at, at..range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_tokens_are_made_ordinary() {
        let check = |text: &str, expected: &str| {
            assert_eq!(without_special_tokens(text), expected);
            assert_eq!(text.len(), expected.len());
        };
        check("a [SEP] b[CLS]", "a (SEP) b(CLS)");
        check("é </s> <s><mask>", "é (/s) (s)(mask)");
        check("<extra_id_7> <mask_1> <unk_42> [unused3]", "(extra_id_7) (mask_1) (unk_42) (unused3)");
        check("[[SEP]] [SEP <b> [1] <extra_id_x> [SEPT]", "[(SEP)] [SEP <b> [1] <extra_id_x> [SEPT]");
        check("", "");
        check("[", "[");
    }

    #[test]
    fn halves_hold_everything() {
        let check = |text: &str, expected: Option<(&str, &str)>| {
            let got = halves(text, 0..text.len());
            assert_eq!(got.map(|(a, b)| (&text[a], &text[b])), expected, "{text:?}");
        };
        check("one two three", Some(("one two", " three")));
        check("ééééé", Some(("éé", "ééé")));
        check("  éé", Some(("  ", "éé")));
        check("a", None);
        check("", None);
    }

    #[test]
    fn characters_and_bytes() {
        assert_eq!(char_starts("aé“"), [0, 1, 3, 6]);
    }
}
