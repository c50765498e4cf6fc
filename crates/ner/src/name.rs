//! Normalisation of names for comparison.

use std::ops::RangeInclusive;

use pressmark_lang::{Language, NameClass};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Splits a name into folded words: no accents, case, full stops, apostrophes or articles; hyphens separate words. A
/// name of nothing but articles keeps them: "LA" is a name in French text.
pub(crate) fn fold(name: &str, language: &Language) -> Vec<String> {
    let all = fold_all(name, language);
    let is_name = |word: &String| !language.is_article(word);
    if all.iter().any(is_name) { all.into_iter().filter(is_name).collect() } else { all }
}

fn fold_all(name: &str, language: &Language) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in name.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '&' => word.push_str(language.and()),
            // Ligatures and letters with strokes, which have no decomposition.
            'ß' => word.push_str("ss"),
            'æ' | 'Æ' => word.push_str("ae"),
            'œ' | 'Œ' => word.push_str("oe"),
            'ø' | 'Ø' => word.push('o'),
            'ł' | 'Ł' => word.push('l'),
            'đ' | 'Đ' => word.push('d'),
            'ı' => word.push('i'),
            '\'' | '’' | '‘' | '`' | '.' | 'ʼ' => {}
            _ if c.is_alphanumeric() => word.extend(c.to_lowercase()),
            _ => finish(&mut word, &mut words),
        }
    }
    finish(&mut word, &mut words);
    words
}

fn finish(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Strips titles before and generational suffixes after a person's folded words; never empty unless `words` is.
pub(crate) fn personal(mut words: Vec<String>, language: &Language) -> Vec<String> {
    let titles = titles(&words, language);
    words.drain(..titles.min(words.len().saturating_sub(1)));
    while words.len() > 1 && words.last().is_some_and(|w| is_generation(w, language)) {
        words.pop();
    }
    words
}

/// The generational suffix behind a person's folded words: the "jr" of "John Park Jr.".
pub(crate) fn generation(words: &[String], language: &Language) -> Option<String> {
    words.last().filter(|w| words.len() > 1 && is_generation(w, language)).cloned()
}

fn is_generation(word: &str, language: &Language) -> bool {
    language.name_word(word).contains(NameClass::Generation)
}

/// Whether a name is nothing but titles: "Sen.", "Prime Minister".
pub(crate) fn is_title(name: &str, language: &Language) -> bool {
    let words = fold(name, language);
    !words.is_empty() && titles(&words, language) == words.len()
}

/// Words of the longest title looked up: "Lt Col", "Premier ministre".
const MAX_TITLE: usize = 2;

/// Number of leading words that are titles.
fn titles(words: &[String], language: &Language) -> usize {
    let mut at = 0;
    while let Some(length) = (1..=MAX_TITLE.min(words.len() - at)).rev().find(|&length| {
        let title = words[at..at + length].join(" ");
        // "M. Night Shyamalan" has an initial, though "M." stands for "Monsieur".
        title.chars().count() > 1 && language.title(&title).is_some()
    }) {
        at += length;
    }
    at
}

/// Whether acronyms leave the word out.
pub(crate) fn is_small(word: &str, language: &Language) -> bool {
    language.name_word(word).contains(NameClass::Small)
}

/// Whether a word states the kind of body that a name is of ("Party", "Group").
pub(crate) fn is_body(word: &str, language: &Language) -> bool {
    language.name_word(word).contains(NameClass::Body)
}

/// Possible acronyms of a name of several words: the initials of all words, of the content words, and of the content
/// words without the kind of body. Words with a digit are included whole.
pub(crate) fn acronyms(words: &[String], language: &Language) -> Vec<String> {
    let whole = |w: &str| w.chars().any(|c| c.is_ascii_digit());
    let initials = |keep: &dyn Fn(&str) -> bool| -> Option<String> {
        let kept: Vec<&str> = words.iter().map(String::as_str).filter(|w| keep(w)).collect();
        (kept.len() > 1).then(|| kept.into_iter().map(|w| if whole(w) { w } else { initial(w) }).collect())
    };
    let weighs = |w: &str| !is_small(w, language);
    let variants = [initials(&|_| true), initials(&weighs), initials(&|w| weighs(w) && !is_body(w, language))];
    let mut all: Vec<String> = variants.into_iter().flatten().collect();
    all.dedup();
    all
}

fn initial(word: &str) -> &str {
    word.chars().next().map_or("", |c| &word[..c.len_utf8()])
}

/// Letters and digits of an acronym. Set by hand: a longer word in capitals is more often shouted.
const ACRONYM: RangeInclusive<usize> = 2..=10;

/// Folded acronym when `name`, as written, looks like one: a single word that begins with a capital, at least two and
/// half of its letters and digits capitals or digits ("UNHCR", "U.N.", "M19", "CoE").
pub(crate) fn as_acronym(name: &str, language: &Language) -> Option<String> {
    let letters: Vec<char> = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let capitals = letters.iter().filter(|c| c.is_uppercase() || c.is_numeric()).count();
    let one_word = !name.contains(char::is_whitespace);
    let capital_first = name.starts_with(char::is_uppercase);
    (ACRONYM.contains(&letters.len()) && capitals >= 2 && 2 * capitals >= letters.len() && one_word && capital_first)
        .then(|| fold(name, language).concat())
}

/// How well an acronym in brackets fits the name before it.
pub(crate) fn introduces(words: &[String], acronym: &str, language: &Language) -> Fit {
    if acronyms(words, language).iter().any(|a| a == acronym) {
        return Fit::Exact;
    }
    let mut initials: Vec<&str> = words.iter().map(|w| initial(w)).collect();
    let mut hits = 0;
    for c in acronym.chars() {
        if let Some(at) = initials.iter().position(|i| i.starts_with(c)) {
            initials.swap_remove(at);
            hits += 1;
        }
    }
    // Acronyms of another language or word order share most letters: "OTAN" beside "NATO" spelt out.
    if 2 * hits >= acronym.chars().count() { Fit::Loose } else { Fit::None }
}

/// Fit of an acronym to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// Fewer than half of its letters are initials of the name.
    None,
    /// At least half of its letters are initials of the name, in any order.
    Loose,
    /// It is the initials of the name.
    Exact,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english() -> &'static Language {
        Language::of(Some("en"))
    }

    #[test]
    fn folding_leaves_what_names_share() {
        let check = |name: &str, expected: &str| assert_eq!(fold(name, english()).join(" "), expected, "{name:?}");
        check("José", "jose");
        check("The U.S. State Department", "us state department");
        check("Marie-Claire O’Hara", "marie claire ohara");
        check("Johnson & Johnson", "johnson and johnson");
        check("Łódź", "lodz");
        check("  ", "");
    }

    #[test]
    fn french_names_lose_french_articles() {
        let french = Language::of(Some("fr"));
        let check = |name: &str, expected: &str| assert_eq!(fold(name, french).join(" "), expected, "{name:?}");
        check("Banque de la République", "banque de republique");
        check("Le Quai", "quai");
        check("Quais & Ports", "quais et ports");
        check("LA", "la");
    }

    #[test]
    fn acronyms_may_leave_small_words_out() {
        let check = |name: &str, expected: &[&str]| {
            assert_eq!(acronyms(&fold(name, english()), english()), expected, "{name:?}")
        };
        check("United Nations", &["un"]);
        check("Bank of Ghana", &["bog", "bg"]);
        check("Médecins Sans Frontières", &["msf"]);
        check("May 19 Movement", &["m19m", "m19"]);
        check("Kenya", &[]);
    }

    #[test]
    fn acronyms_are_told_by_their_capitals() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(as_acronym(name, english()).as_deref(), expected, "{name:?}")
        };
        check("U.N.", Some("un"));
        check("M19", Some("m19"));
        check("ECOSOC-WG", Some("ecosocwg"));
        check("Kenya", None);
        check("UN Women", None);
        check("A", None);
    }

    #[test]
    fn brackets_introduce_what_shares_letters() {
        let check = |name: &str, acronym: &str, expected| {
            assert_eq!(introduces(&fold(name, english()), acronym, english()), expected, "{name}")
        };
        check("World Food Programme", "wfp", Fit::Exact);
        check("River League of the North", "lrn", Fit::Loose);
        check("Manchester United", "epl", Fit::None);
    }

    #[test]
    fn titles_and_generations_are_no_names() {
        let check = |name: &str, expected: &str| {
            assert_eq!(personal(fold(name, english()), english()).join(" "), expected, "{name:?}")
        };
        check("Mr. Osei", "osei");
        check("Gen. Sir John Park Jr.", "john park");
        check("President", "president");
        check("Maj Gen Tom Hale", "tom hale");
        check("M. Night Bell", "m night bell");
    }
}
