use std::sync::LazyLock;

use pressmark_lang::{Language, PagePhrase};

/// The phrases of a class in all languages: a page's interface may be in another language than its article, and a
/// table's headers in another language than its texts.
pub(crate) type Phrases = LazyLock<Vec<&'static str>>;

macro_rules! phrases {
    ($class:ident) => {
        std::sync::LazyLock::new(|| $crate::phrases::of_all_languages(pressmark_lang::PagePhrase::$class))
    };
}
pub(crate) use phrases;

pub(crate) fn of_all_languages(class: PagePhrase) -> Vec<&'static str> {
    Language::neutral().page_phrases(class).collect()
}

static BYLINE: Phrases = phrases!(Byline);
/// Words that join two names, such as "and".
pub(crate) static JOINERS: Phrases = phrases!(NameJoiner);
/// First words of a copyright claim, and of other lines about rights.
pub(crate) static COPYRIGHT: Phrases = phrases!(Copyright);
pub(crate) static RIGHTS: Phrases = phrases!(RightsReserved);

/// The text after the longest byline phrase that `text` begins with, and that phrase: "Ada Okoye" and "by" for "By Ada
/// Okoye".
pub(crate) fn behind_byline(text: &str) -> Option<(&str, &'static str)> {
    behind(text, &BYLINE)
}

/// The text after the longest of some phrases that `text` begins with, in any case, and that phrase.
pub(crate) fn behind<'a>(text: &'a str, phrases: &Phrases) -> Option<(&'a str, &'static str)> {
    let rest = |by: &str| {
        // A line may end behind it: "By" above the name.
        let rest = text.get(by.len()..).filter(|rest| rest.starts_with([' ', ':', '\u{a0}', '\n']))?;
        (text.get(..by.len())?.to_lowercase() == by).then(|| rest.trim_start_matches([' ', ':', '\u{a0}', '\n']))
    };
    phrases.iter().filter_map(|by| Some((rest(by)?, *by))).max_by_key(|(_, by)| by.len())
}

/// An author field without its byline phrase. Phrases of languages that have no pack of their own are removed only
/// before two words of which the first is capitalized, since "Von" and "Di" occur in names.
pub(crate) fn without_by(author: &str) -> &str {
    let is_sure =
        |by| Language::all().iter().any(|language| language.page_phrases(PagePhrase::Byline).any(|b| b == by));
    let found = behind_byline(author).filter(|(rest, by)| is_sure(*by) || is_full_name(rest));
    found.map_or(author, |(rest, _)| rest)
}

/// Splits a text at the words that join names. A short joiner also occurs inside names and phrases ("Ortega y Gasset",
/// "et al.") and splits only before a full name, and not in capitals, where it may be an initial ("JOHN E SMITH").
pub(crate) fn split_joined(text: &str) -> Vec<&str> {
    /// Bytes up to which a joiner is short. Joiners such as "and" and "und" have three; the ambiguous ones ("y", "e",
    /// "et") one or two.
    const SHORT: usize = 2;
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    for word in text.split_inclusive(' ') {
        let end = at + word.len();
        let joiner = word.trim_end();
        if at > from
            && joiner.len() < word.len()
            && match joiner.len() {
                ..=SHORT => JOINERS.contains(&joiner) && text.get(end..).is_some_and(is_full_name),
                _ => JOINERS.contains(&joiner.to_lowercase().as_str()),
            }
        {
            parts.extend(text.get(from..at));
            from = end;
        }
        at = end;
    }
    parts.extend(text.get(from..));
    parts
}

/// Whether a text has two words or more, the first of them capitalized.
fn is_full_name(text: &str) -> bool {
    text.starts_with(char::is_uppercase) && text.split_whitespace().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_are_parted_at_joiners_and_not_inside_names() {
        assert_eq!(split_joined("Ada Okoye and staff"), ["Ada Okoye ", "staff"]);
        assert_eq!(split_joined("Anne Petit et Paul Roux"), ["Anne Petit ", "Paul Roux"]);
        assert_eq!(split_joined("ADA OKOYE AND PAUL ROUX"), ["ADA OKOYE ", "PAUL ROUX"]);
        for whole in ["José Ortega y Gasset", "Ada Okoye et al.", "JOHN E SMITH JONES", "and Ada", "Ada and"] {
            assert_eq!(split_joined(whole), [whole]);
        }
    }

    #[test]
    fn the_word_before_an_author_goes_where_it_is_none_of_the_name() {
        let cases = ["By Reuters", "par Anne Petit", "Von Ada Lind", "Von Trapp", "von der Aa", "Written by: Ada"];
        assert_eq!(cases.map(without_by), ["Reuters", "Anne Petit", "Ada Lind", "Von Trapp", "von der Aa", "Ada"]);
    }
}
