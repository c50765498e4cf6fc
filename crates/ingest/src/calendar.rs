//! Names of months, weekdays and time zones in the supported languages.

use pressmark_lang::Language;

/// Time zone abbreviations that are unambiguous enough to be read, in whole hours ahead of UTC. Ambiguous ones (`IST`,
/// `CST`, `BST`) are left out.
const ZONES: &[(&str, i8)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("CET", 1),
    ("CEST", 2),
    ("MEZ", 1),
    ("MESZ", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
    ("EST", -5),
    ("EDT", -4),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("WAT", 1),
    ("CAT", 2),
    ("SAST", 2),
    ("EAT", 3),
    ("HKT", 8),
    ("SGT", 8),
    ("JST", 9),
    ("KST", 9),
    ("AEST", 10),
    ("AEDT", 11),
    ("NZST", 12),
    ("NZDT", 13),
];

/// The month that a word names in any language, 1 to 12.
pub(crate) fn month_named(word: &str) -> Option<i8> {
    number(word, |word| Language::of(None).short_month(word))
}

/// The weekday that a word names in any language, 1 (Monday) to 7 (Sunday).
pub(crate) fn weekday_named(word: &str) -> Option<i8> {
    number(word, |word| Language::of(None).weekday(word))
}

fn number(word: &str, find: impl Fn(&str) -> Option<u8>) -> Option<i8> {
    // In bytes. The longest name has twelve letters, of at most three bytes each; a number is never a name.
    let may_be = (2..=40).contains(&word.len()) && !word.starts_with(|c: char| c.is_ascii_digit());
    may_be.then(|| find(word).and_then(|n| i8::try_from(n).ok())).flatten()
}

/// Hours that a time zone is ahead of UTC, by its abbreviation in capitals.
pub(crate) fn offset_named(word: &str) -> Option<i8> {
    ZONES.iter().find(|(name, _)| *name == word).map(|(_, hours)| *hours)
}

/// Lower-cases a word and removes its accents.
pub(crate) fn unaccented(word: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;
    word.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whole_and_nothing_else() {
        for (word, month) in
            [("May", Some(5)), ("SEPT", Some(9)), ("März", Some(3)), ("août", Some(8)), ("Mayor", None), ("Marc", None)]
        {
            assert_eq!(month_named(word), month, "{word}");
        }
        assert_eq!(weekday_named("Miércoles"), Some(3));
        assert_eq!((offset_named("PDT"), offset_named("IST")), (Some(-7), None));
    }
}
