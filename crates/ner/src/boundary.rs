//! Mention boundaries: trims marks and words that the tokens of a name drag along.

use pressmark_core::Span;
use pressmark_lang::{FunctionWord, Language, NameClass};

/// Opening brackets and quotation marks with their closing ones. Straight marks close themselves.
const PAIRS: &[(char, char)] =
    &[('(', ')'), ('[', ']'), ('{', '}'), ('“', '”'), ('«', '»'), ('‹', '›'), ('„', '“'), ('"', '"'), ('‘', '’')];

/// Marks that neither begin nor end a name.
const MARKS: &[char] =
    &[',', ';', ':', '!', '?', '…', '-', '‐', '–', '—', '·', '•', '*', '/', '\\', '|', '`', '_', '='];

/// Trims a mention: surrounding marks, unbalanced brackets and quotes, a final full stop that belongs to the sentence,
/// a possessive ending, a leading lowercase article and a trailing "and" or "or". `None` when no letter or digit is
/// left, or only the article.
///
/// Articles are trimmed because the data's convention leaves them out: 116 of the 33,000 mentions of
/// `worldwide_newswire` begin with one, nearly all of them titles ("The …"). None ends with a conjunction.
pub(crate) fn tidy(text: &str, span: Span, language: &Language) -> Option<Span> {
    let whole = span.slice(text);
    let mut name = whole;
    loop {
        let before = name.len();
        name = name.trim();
        name = name.trim_start_matches(MARKS).trim_end_matches(MARKS);
        name = without_brackets(without_possessive(name, language));
        name = without_stop(name.trim_start_matches('.'), language);
        name = without_conjunction(language.without_article(name), language);
        if name.len() == before {
            break;
        }
    }
    let start = span.start + (name.as_ptr() as usize - whole.as_ptr() as usize);
    (name.contains(char::is_alphanumeric) && !is_only_article(name, language))
        .then(|| Span::new(start, start + name.len()))
}

/// Whether a name is an article as it stands at the beginning of a sentence or inside: "The", "la". "LA" is a name.
fn is_only_article(name: &str, language: &Language) -> bool {
    let inner = name.chars().skip(1).collect::<String>();
    !inner.chars().any(char::is_uppercase) && language.is_article(&name.to_lowercase())
}

/// Strips one bracket or quotation mark from an end: one without its partner inside, or both of a pair around the
/// whole. An unclosed opening mark inside ends the name before it.
fn without_brackets(name: &str) -> &str {
    for &(open, close) in PAIRS {
        let (opened, closed) = if open == close {
            let count = name.matches(open).count();
            (count.div_ceil(2), count / 2)
        } else {
            (name.matches(open).count(), name.matches(close).count())
        };
        if let Some(inner) = name.strip_prefix(open).and_then(|n| n.strip_suffix(close))
            && (opened, closed) == (1, 1)
        {
            return inner;
        }
        if opened > closed {
            if let Some(rest) = name.strip_prefix(open) {
                return rest;
            }
            // Straight quotation marks inside a name are inches or an unusual nickname: leave them.
            if let Some(at) = name.rfind(open).filter(|_| open != close || name.ends_with(open)) {
                return &name[..at];
            }
        }
        // The apostrophe closes nothing in "O’Brien"; `without_possessive` handles a trailing one.
        if let Some(rest) = name.strip_suffix(close).filter(|_| closed > opened && close != '’') {
            return rest;
        }
    }
    name.trim_start_matches(['”', '’', ')', ']', '\'']).trim_end_matches(['“', '‘', '(', '['])
}

/// Strips "'s", and the bare apostrophe of a plural.
fn without_possessive<'a>(name: &'a str, language: &Language) -> &'a str {
    language.without_possessive(name).unwrap_or(name).trim_end_matches(['\'', '’'])
}

/// Strips an "and" or "or" behind the last space.
fn without_conjunction<'a>(name: &'a str, language: &Language) -> &'a str {
    let Some((before, last)) = name.rsplit_once(' ') else { return name };
    let does = language.function_word(last);
    if does.contains(FunctionWord::And) || does.contains(FunctionWord::Or) { before } else { name }
}

/// Strips a final full stop unless it is part of an abbreviation: one that the language lists, a single capital, or a
/// form with an inner stop ("U.S.").
fn without_stop<'a>(name: &'a str, language: &Language) -> &'a str {
    let Some(body) = name.strip_suffix('.').map(str::trim_end) else { return name };
    let last = body.rsplit([' ', '\u{a0}', '\n', '-']).next().unwrap_or(body);
    let initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    let legal = language.name_word(&last.to_lowercase());
    let known = language.abbreviation(last).is_some()
        || [NameClass::Body, NameClass::Generation].into_iter().any(|class| legal.contains(class));
    // "U . S .", as some corpora tokenize it, counts as "U.S.".
    if !body.ends_with('.') && (initial || known || last.contains('.')) { name } else { body }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn english() -> &'static Language {
        Language::of(Some("en"))
    }

    #[test]
    fn french_names_lose_french_words() {
        let check = |dirty: &str, expected: Option<&str>| {
            let tidied = tidy(dirty, Span::new(0, dirty.len()), Language::of(Some("fr")));
            assert_eq!(tidied.map(|span| span.slice(dirty)), expected, "{dirty:?}");
        };
        check("la Banque centrale", Some("Banque centrale"));
        check("l’Union et", Some("Union"));
        check("Goma ou", Some("Goma"));
        check("Le Quai", Some("Le Quai"));
        check("Lloyd’s", Some("Lloyd’s"));
        check("la", None);
        check("Le", None);
        check("LE", Some("LE"));
        check("Goma and", Some("Goma and"));
    }

    #[test]
    fn a_name_is_left_with_what_belongs_to_it() {
        let check = |dirty: &str, expected: &str| {
            let text = format!("é {dirty} é");
            let tidied = tidy(&text, Span::new(3, 3 + dirty.len()), english());
            assert_eq!(tidied.map_or("", |s| s.slice(&text)), expected, "{dirty:?}");
        };
        check("Kenya’s", "Kenya");
        check("United States'", "United States");
        check("“Lagos", "Lagos");
        check("\"The Long Rain\"", "The Long Rain");
        check("Dwayne “The Rock” Johnson", "Dwayne “The Rock” Johnson");
        check("Dwayne \"The Rock\" Johnson", "Dwayne \"The Rock\" Johnson");
        check("(Lima)", "Lima");
        check("Ministry of Works (Transport)", "Ministry of Works (Transport)");
        check("River League (RL", "River League");
        check("Nairobi)", "Nairobi");
        check("U.S.", "U.S.");
        check("U.S..", "U.S.");
        check("U . S .", "U . S .");
        check("Acme Inc.", "Acme Inc.");
        check("John F.", "John F.");
        check("Lagos.", "Lagos");
        check("F16.", "F16");
        check("the Kremlin", "Kremlin");
        check("The Hindu", "The Hindu");
        check("— Accra,", "Accra");
        check("O’Brien", "O’Brien");
        check("‘Big Ben’", "Big Ben");
        check("$35 million", "$35 million");
        check("Lima and", "Lima");
        check("the", "");
        check("...", "");
        check("’s", "");
    }

    proptest! {
        #[test]
        fn a_tidied_span_lies_within_and_is_tidy(text in "[ .,'’“”\"()A-Za-zé0-9-]{0,24}") {
            let span = Span::new(0, text.len());
            if let Some(tidied) = tidy(&text, span, english()) {
                prop_assert!(span.contains(tidied) && !tidied.slice(&text).is_empty());
                prop_assert_eq!(tidy(&text, tidied, english()), Some(tidied));
            }
        }
    }
}
