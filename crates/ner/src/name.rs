//! Names as they are compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that an acronym may leave out, in the languages whose names news in English carry.
const SMALL_WORDS: &[&str] = &[
    "of", "the", "and", "for", "in", "on", "at", "to", "by", "with", "de", "la", "le", "les", "des", "du", "et",
    "pour", "del", "los", "las", "el", "y", "e", "da", "do", "dos", "das", "di", "der", "die", "und", "fur",
];

/// Words that say what sort of body a name is of, and that are left off when it is short.
const BODIES: &[&str] = &[
    "inc",
    "corp",
    "corporation",
    "co",
    "company",
    "ltd",
    "limited",
    "plc",
    "llc",
    "ag",
    "sa",
    "gmbh",
    "nv",
    "spa",
    "group",
    "holdings",
    "worldwide",
    "party",
    "movement",
    "rebels",
    "militia",
    "fighters",
    "forces",
    "fc",
    "afc",
    "cf",
    "sc",
];

/// Forms of address and rank that may stand before a person's name.
const HONORIFICS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "lord",
    "lady",
    "rev",
    "fr",
    "sheikh",
    "gen",
    "general",
    "col",
    "colonel",
    "lt",
    "maj",
    "major",
    "capt",
    "captain",
    "sgt",
    "cpl",
    "sen",
    "senator",
    "rep",
    "gov",
    "president",
    "minister",
    "pm",
    "judge",
    "justice",
    "hon",
    "madame",
    "monsieur",
];

/// Ends of a person's name that tell generations apart, not families.
const GENERATIONS: &[&str] = &["jr", "sr", "ii", "iii", "iv"];

/// The words of a name without accents, case, stops, apostrophes and "the"; hyphens part words.
pub(crate) fn fold(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in name.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '&' => word.push_str("and"),
            // Ligatures and strokes that have no decomposition.
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
    if !word.is_empty() && word != "the" {
        words.push(std::mem::take(word));
    }
    word.clear();
}

/// A person's folded words without forms of address before and generations after; never empty
/// unless `words` is.
pub(crate) fn personal(mut words: Vec<String>) -> Vec<String> {
    let titles = words.iter().take_while(|w| HONORIFICS.contains(&w.as_str())).count();
    words.drain(..titles.min(words.len().saturating_sub(1)));
    while words.len() > 1 && words.last().is_some_and(|w| GENERATIONS.contains(&w.as_str())) {
        words.pop();
    }
    words
}

/// Whether a word is one that acronyms leave out.
pub(crate) fn is_small(word: &str) -> bool {
    SMALL_WORDS.contains(&word)
}

/// Whether a word says what sort of body a name is of ("Party", "Group").
pub(crate) fn is_body(word: &str) -> bool {
    BODIES.contains(&word)
}

/// The acronyms that a name of several words may have: the initials of all words, of those that are
/// not small, and of those that do not say what sort of body it is either. Words with a digit or that are acronyms themselves come in whole.
pub(crate) fn acronyms(words: &[String]) -> Vec<String> {
    let whole = |w: &str| w.chars().any(|c| c.is_ascii_digit());
    let initials = |keep: fn(&str) -> bool| -> Option<String> {
        let kept: Vec<&str> = words.iter().map(String::as_str).filter(|w| keep(w)).collect();
        (kept.len() > 1).then(|| kept.into_iter().map(|w| if whole(w) { w } else { initial(w) }).collect())
    };
    let variants = [initials(|_| true), initials(|w| !is_small(w)), initials(|w| !is_small(w) && !is_body(w))];
    let mut all: Vec<String> = variants.into_iter().flatten().collect();
    all.dedup();
    all
}

fn initial(word: &str) -> &str {
    word.chars().next().map_or("", |c| &word[..c.len_utf8()])
}

/// The folded acronym when `name`, as written, looks like one: a single word of two to ten letters
/// and digits, most of them capitals ("UNHCR", "U.N.", "M19", "CoE").
pub(crate) fn as_acronym(name: &str) -> Option<String> {
    let letters: Vec<char> = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let capitals = letters.iter().filter(|c| c.is_uppercase() || c.is_numeric()).count();
    let one_word = !name.contains(char::is_whitespace);
    let capital_first = name.starts_with(char::is_uppercase);
    ((2..=10).contains(&letters.len()) && capitals >= 2 && 2 * capitals >= letters.len() && one_word && capital_first)
        .then(|| fold(name).concat())
}

/// How well an acronym in brackets fits the name before it.
pub(crate) fn introduces(words: &[String], acronym: &str) -> Fit {
    if acronyms(words).iter().any(|a| a == acronym) {
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

/// How well an acronym fits a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It is made of other letters.
    None,
    /// At least half of its letters are initials of the name.
    Loose,
    /// It is the initials of the name.
    Exact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_leaves_what_names_share() {
        let check = |name: &str, expected: &str| assert_eq!(fold(name).join(" "), expected, "{name:?}");
        check("José", "jose");
        check("The U.S. State Department", "us state department");
        check("Marie-Claire O’Hara", "marie claire ohara");
        check("Johnson & Johnson", "johnson and johnson");
        check("Łódź", "lodz");
        check("  ", "");
    }

    #[test]
    fn acronyms_may_leave_small_words_out() {
        let check = |name: &str, expected: &[&str]| assert_eq!(acronyms(&fold(name)), expected, "{name:?}");
        check("United Nations", &["un"]);
        check("Bank of Ghana", &["bog", "bg"]);
        check("Médecins Sans Frontières", &["msf"]);
        check("May 19 Movement", &["m19m", "m19"]);
        check("Kenya", &[]);
    }

    #[test]
    fn acronyms_are_told_by_their_capitals() {
        let check = |name: &str, expected: Option<&str>| assert_eq!(as_acronym(name).as_deref(), expected, "{name:?}");
        check("U.N.", Some("un"));
        check("M19", Some("m19"));
        check("ECOSOC-WG", Some("ecosocwg"));
        check("Kenya", None);
        check("UN Women", None);
        check("A", None);
    }

    #[test]
    fn brackets_introduce_what_shares_letters() {
        let check =
            |name: &str, acronym: &str, expected| assert_eq!(introduces(&fold(name), acronym), expected, "{name}");
        check("World Food Programme", "wfp", Fit::Exact);
        check("River League of the North", "lrn", Fit::Loose);
        check("Manchester United", "epl", Fit::None);
    }

    #[test]
    fn titles_and_generations_are_no_names() {
        let check = |name: &str, expected: &str| assert_eq!(personal(fold(name)).join(" "), expected, "{name:?}");
        check("Mr. Osei", "osei");
        check("Gen. Sir John Park Jr.", "john park");
        check("President", "president");
    }
}
