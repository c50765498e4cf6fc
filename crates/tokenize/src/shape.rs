use unicode_normalization::char::is_combining_mark;

/// Shape class of a word: an index into [`SHAPES`], as in the model's shape embedding.
pub type Shape = u8;

/// Names of the shapes, in the order of the model's shape embedding.
///
/// The training code has the same list and the same rules; a bundle's `config.json` repeats it.
pub const SHAPES: [&str; 13] = [
    "special",
    "lower",
    "capitalised",
    "initial",
    "upper",
    "acronym",
    "mixed",
    "camel",
    "digits",
    "alnum-upper",
    "alnum-lower",
    "punct",
    "other",
];

const LOWER: Shape = 1;
const CAPITALISED: Shape = 2;
const INITIAL: Shape = 3;
const UPPER: Shape = 4;
const ACRONYM: Shape = 5;
const MIXED: Shape = 6;
const CAMEL: Shape = 7;
const DIGITS: Shape = 8;
const ALNUM_UPPER: Shape = 9;
const ALNUM_LOWER: Shape = 10;
const PUNCT: Shape = 11;
const OTHER: Shape = 12;

/// Classifies a word's shape; never 0, the shape of `[CLS]` and `[SEP]`.
///
/// Letters are of general category L, digits of Nd; the first matching rule decides.
///
/// ```
/// use pressmark_tokenize::{SHAPES, shape};
///
/// let name = |word| SHAPES[usize::from(shape(word))];
/// assert_eq!(["M23", "U.S.", "McDonald", "16th"].map(name), ["alnum-upper", "acronym", "mixed", "alnum-lower"]);
/// ```
#[must_use]
pub fn shape(word: &str) -> Shape {
    let (mut letters, mut upper, mut lower, mut digits) = (0_usize, 0_usize, 0_usize, false);
    for c in word.chars() {
        if is_letter(c) {
            letters += 1;
            upper += usize::from(c.is_uppercase());
            lower += usize::from(c.is_lowercase());
        } else {
            digits |= is_digit(c);
        }
    }
    if letters == 0 {
        return if digits { DIGITS } else { PUNCT };
    }
    if upper == 0 && lower == 0 {
        return OTHER;
    }
    if digits {
        return if upper > 0 { ALNUM_UPPER } else { ALNUM_LOWER };
    }
    let first_upper = word.chars().next().is_some_and(char::is_uppercase);
    match (upper, letters) {
        (0, _) => LOWER,
        (1, 2..) if first_upper => CAPITALISED,
        (_, 1) => INITIAL,
        (u, l) if u == l => {
            if word.contains('.') {
                ACRONYM
            } else {
                UPPER
            }
        }
        _ if first_upper => MIXED,
        _ => CAMEL,
    }
}

/// General category L: `char::is_alphabetic` also holds for vowel signs, letter numbers and circled letters.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || (!c.is_ascii()
            && c.is_alphabetic()
            && !c.is_numeric()
            && !is_combining_mark(c)
            && !matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}'))
}

/// General category Nd.
pub(crate) fn is_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    let c = u32::from(c);
    let after = ZEROS.partition_point(|&zero| zero <= c);
    after.checked_sub(1).and_then(|i| ZEROS.get(i)).is_some_and(|&zero| c - zero < 10)
}

/// Zero of every decimal script; its other nine digits follow it (Unicode 14, the version of the training code).
#[rustfmt::skip]
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
    0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0,
    0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50,
    0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950,
    0x1FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn agrees_with_the_training_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/training/shapes.json");
        let Ok(json) = std::fs::read(path) else {
            eprintln!("skipped: no {path}");
            return;
        };
        let cases: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            let word = case["word"].as_str().unwrap();
            assert_eq!(u64::from(shape(word)), case["shape"].as_u64().unwrap(), "{word:?}");
            assert_eq!(SHAPES[usize::from(shape(word))], case["name"].as_str().unwrap(), "{word:?}");
        }
    }

    #[test]
    fn digits_of_every_script() {
        for c in ['0', '9', '٠', '٩', '०', '９', '𝟗'] {
            assert!(is_digit(c), "{c:?}");
        }
        for c in ['a', '½', '²', 'Ⅷ', '٪', '\u{10FFFF}'] {
            assert!(!is_digit(c), "{c:?}");
        }
    }
}
