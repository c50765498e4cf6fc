//! What a document is about: its entities, its words, its paragraphs, each as a hash with a count.

use std::collections::HashMap;

use pressmark_core::{EntityType, SegmentKind};
use pressmark_jsonl::Record;
use pressmark_lang::{Language, NameClass};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::words;

/// Entities of a document that are kept, those of most mentions first.
const MOST_ENTITIES: usize = 32;
/// Words of a document that are kept: those that stand most often and earliest.
const MOST_TERMS: usize = 96;
/// Paragraphs of a document that are kept.
const MOST_PARAGRAPHS: usize = 24;
/// A word of the title counts as so many of the text, as usual where titles are at hand.
const TITLE: f32 = 2.0;
/// A word of the lead counts as so many of the rest: the first paragraphs of news say what it is about.
const LEAD: f32 = 1.5;
/// Words of the lead.
const LEAD_WORDS: usize = 80;
/// Letters by which words are told apart: a stemmer for any language that writes endings (McNamee and Mayfield 2004
/// take four or five letters of a word; six keep more names of news apart).
const STEM: usize = 6;
/// Words from which on a paragraph that stands in two documents says that one is from the other.
pub(crate) const LONG_PARAGRAPH: usize = 15;

/// What tells a word, an entity or a paragraph.
pub(crate) type Hash = u32;

/// What one document is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Features {
    /// Entities with their mentions, by hash.
    pub(crate) entities: Vec<(Hash, f32)>,
    /// Words with how often they stand, by hash.
    pub(crate) terms: Vec<(Hash, f32)>,
    /// Paragraphs, in order.
    pub(crate) paragraphs: Vec<Hash>,
}

impl Features {
    pub(crate) fn of(record: &Record<'_>) -> Self {
        let mut entities: HashMap<Hash, f32> = HashMap::new();
        let language = Language::of(record.meta.language.as_deref());
        for entity in &record.entities {
            if let Some(key) = entity_key(&entity.name, &entity.label, language) {
                *entities.entry(hash(ENTITY, &key)).or_default() += entity.mentions as f32;
            }
        }
        let mut terms: HashMap<Hash, f32> = HashMap::new();
        for_each_term(record, |stem, _, weight| *terms.entry(hash(TERM, stem)).or_default() += weight);
        let paragraphs = record.text.split("\n\n").filter_map(paragraph_hash).take(MOST_PARAGRAPHS).collect();
        Self { entities: most(entities, MOST_ENTITIES), terms: most(terms, MOST_TERMS), paragraphs }
    }
}

/// The heaviest, sorted by hash.
fn most(counts: HashMap<Hash, f32>, limit: usize) -> Vec<(Hash, f32)> {
    let mut all: Vec<(Hash, f32)> = counts.into_iter().collect();
    all.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(limit);
    all.sort_unstable_by_key(|(hash, _)| *hash);
    all
}

/// Where the title ends, in code points; 0 without one.
pub(crate) fn title_end(record: &Record<'_>) -> usize {
    let title = record.segments.iter().find(|segment| segment.kind == SegmentKind::Title.as_str());
    title.and_then(|segment| segment.end).unwrap_or_default()
}

/// Calls `found` with each word that says something: its stem, the word in small letters, and how much it counts.
pub(crate) fn for_each_term(record: &Record<'_>, mut found: impl FnMut(&str, &str, f32)) {
    let language = Language::of(record.meta.language.as_deref());
    let title = title_end(record);
    let mut seen = 0;
    for word in words(&record.text) {
        let lower = word.text.to_lowercase();
        seen += 1;
        if let Some(stem) = term_stem(&lower, language) {
            let weight = match seen {
                _ if word.start < title => TITLE,
                ..=LEAD_WORDS => LEAD,
                _ => 1.0,
            };
            found(stem, &lower, weight);
        }
    }
}

/// The stem of a word in small letters; `None` where it says little.
pub(crate) fn term_stem<'a>(lower: &'a str, language: &Language) -> Option<&'a str> {
    if lower.chars().nth(2).is_none() || language.is_stop_word(lower) {
        return None;
    }
    let end = lower.char_indices().nth(STEM).map_or(lower.len(), |(at, _)| at);
    lower.get(..end)
}

/// What tells an entity in any document: the surname of a person, the usual name of a country, the name of anything
/// else, in small letters.
pub(crate) fn entity_key(name: &str, label: &EntityType, language: &Language) -> Option<String> {
    if label.is_value() {
        return None;
    }
    let lower = name.to_lowercase().replace('.', "");
    let bare = language.without_article(&lower).trim_end_matches(['’', '\'']);
    let bare = language.without_possessive(bare).unwrap_or(bare);
    let key = if label.is_person() { surname(bare, language) } else { country(bare, language).unwrap_or(bare) };
    (key.chars().nth(1).is_some() && key.chars().any(char::is_alphanumeric)).then(|| key.to_owned())
}

/// The usual name of the country that goes by a name in small letters; accents, hyphens and articles do not count.
fn country(name: &str, language: &Language) -> Option<&'static str> {
    language.country(name).or_else(|| {
        let plain: String = name.nfd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’')).collect();
        let words = plain.split([' ', '-']).filter(|word| !language.is_article(word));
        language.country(&words.collect::<Vec<_>>().join(" "))
    })
}

/// The last word of a name that is no generational suffix.
fn surname<'a>(name: &'a str, language: &Language) -> &'a str {
    let is_suffix = |word: &str| language.name_word(word.trim_end_matches(',')).contains(NameClass::Generation);
    name.split_whitespace().rfind(|word| !is_suffix(word)).unwrap_or(name).trim_matches(',')
}

/// What a paragraph is told by, however its marks are written and with a word changed at times: the least hash of its
/// sequences of four words (MinHash, Broder 1997). `None` where it is short.
fn paragraph_hash(paragraph: &str) -> Option<Hash> {
    let words: Vec<String> = words(paragraph).map(|word| word.text.to_lowercase()).collect();
    if words.len() < LONG_PARAGRAPH {
        return None;
    }
    words.windows(4).map(|four| hash(PARAGRAPH, &four.join(" "))).min()
}

const ENTITY: u8 = b'e';
const TERM: u8 = b't';
const PARAGRAPH: u8 = b'p';

/// The hash of an entity's key.
pub(crate) fn entity_hash(key: &str) -> Hash {
    hash(ENTITY, key)
}

/// The hash of a word's stem.
pub(crate) fn term_hash(stem: &str) -> Hash {
    hash(TERM, stem)
}

/// FNV-1a of 64 bits, its halves folded: the same on every machine, and among a million words one in 4,000 has the
/// hash of another one.
fn hash(kind: u8, text: &str) -> Hash {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in std::iter::once(kind).chain(text.bytes()) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state ^= state >> 29;
    state = state.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (state >> 32) as Hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_key_in_all_documents() {
        let check = |name: &str, label: &str, expected: Option<&str>| {
            assert_eq!(entity_key(name, &label.into(), Language::of(Some("en"))).as_deref(), expected, "{name}");
        };
        check("Ingrid Solberg", "PERSON", Some("solberg"));
        check("Solberg", "PERSON", Some("solberg"));
        check("Martin Okoro Jr.", "PERSON", Some("okoro"));
        check("the U.N.", "ORG", Some("un"));
        check("Harbour Authority’s", "ORG", Some("harbour authority"));
        check("U.S.", "LOC", Some("united states"));
        check("the United States of America", "LOC", Some("united states"));
        check("Côte d’Ivoire", "LOC", Some("cote divoire"));
        check("Monday", "DATE", None);
        check("X", "ORG", None);
        check("la Cour", "ORG", Some("la cour"));
        let french = |name: &str| entity_key(name, &EntityType::Loc, Language::of(Some("fr")));
        assert_eq!(french("la RDC"), french("République démocratique du Congo"));
        assert_eq!(french("l’Allemagne").as_deref(), Some("allemagne"));
    }

    #[test]
    fn a_paragraph_keeps_its_hash_with_other_marks() {
        let text =
            "The ferry to the islands will stop on Friday, the harbour office said, and nobody knows for how long.";
        let other = text.replace(", the harbour office said,", " – the harbour office said –");
        assert!(paragraph_hash(text).is_some());
        assert_eq!(paragraph_hash(text), paragraph_hash(&other));
        assert_eq!(paragraph_hash("Too short."), None);
    }
}
