//! Features of a document: its entities, terms and paragraphs, each as a hash with a weight.

use std::collections::HashMap;

use pressmark_core::{EntityType, SegmentKind};
use pressmark_jsonl::Record;
use pressmark_lang::{Language, NameClass};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::words;

/// Most entities kept per document, by mentions. Like the two limits below, set by hand: together they bound a document
/// to about 1 KB.
const MOST_ENTITIES: usize = 32;
/// Most terms kept per document, by weight, which favours frequent and early words.
const MOST_TERMS: usize = 96;
/// Most paragraphs kept per document, from the start.
const MOST_PARAGRAPHS: usize = 24;
/// Weight of a word in the title. Set by hand; a factor of about two is customary where titles are known.
const TITLE: f32 = 2.0;
/// Weight of a word in the lead. Set by hand: the first paragraphs of news say what it is about.
const LEAD: f32 = 1.5;
/// Words in the lead. Set by hand: two or three paragraphs.
const LEAD_WORDS: usize = 80;
/// Characters that a stem keeps: truncation as a stemmer for any suffixing language (McNamee and Mayfield 2004 use four
/// or five letters; six keep more names in the news apart).
const STEM: usize = 6;
/// Words from which a paragraph in two documents proves copying. Set by hand: shorter paragraphs recur by chance.
pub(crate) const LONG_PARAGRAPH: usize = 15;
/// Words per shingle. Set by hand: shorter ones match by chance, longer ones miss edited copies.
pub(crate) const SHINGLE: usize = 4;

/// Hash of a term, entity or paragraph.
pub(crate) type Hash = u32;

/// Features of one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Features {
    /// Entity hashes with mention counts, sorted by hash.
    pub(crate) entities: Vec<(Hash, f32)>,
    /// Term hashes with weighted counts, sorted by hash.
    pub(crate) terms: Vec<(Hash, f32)>,
    /// Hashes of long paragraphs, in text order.
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

/// The `limit` heaviest, sorted by hash.
fn most(counts: HashMap<Hash, f32>, limit: usize) -> Vec<(Hash, f32)> {
    let mut all: Vec<(Hash, f32)> = counts.into_iter().collect();
    all.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(limit);
    all.sort_unstable_by_key(|(hash, _)| *hash);
    all
}

/// End of the title in code points; 0 without one.
pub(crate) fn title_end(record: &Record<'_>) -> usize {
    let title = record.segments.iter().find(|segment| segment.kind == SegmentKind::Title.as_str());
    title.and_then(|segment| segment.end).unwrap_or_default()
}

/// Calls `found` with each content word: its stem, the lower-cased word and its weight.
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

/// The stem of a lower-cased word; `None` for stop words and words below three characters.
pub(crate) fn term_stem<'a>(lower: &'a str, language: &Language) -> Option<&'a str> {
    if lower.chars().nth(2).is_none() || language.is_stop_word(lower) {
        return None;
    }
    let end = lower.char_indices().nth(STEM).map_or(lower.len(), |(at, _)| at);
    lower.get(..end)
}

/// Key that identifies an entity across documents, in lower case: a person's surname, a country's canonical name, or
/// else the name itself. `None` for values and names without letters or digits.
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

/// Canonical name of the country with this lower-cased name, ignoring accents, hyphens and articles.
fn country(name: &str, language: &Language) -> Option<&'static str> {
    language.country(name).or_else(|| {
        let plain: String = name.nfd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’')).collect();
        let words = plain.split([' ', '-']).filter(|word| !language.is_article(word));
        language.country(&words.collect::<Vec<_>>().join(" "))
    })
}

/// The last word of a name that is no generational suffix ("Jr").
fn surname<'a>(name: &'a str, language: &Language) -> &'a str {
    let is_suffix = |word: &str| language.name_word(word.trim_end_matches(',')).contains(NameClass::Generation);
    name.split_whitespace().rfind(|word| !is_suffix(word)).unwrap_or(name).trim_matches(',')
}

/// Fingerprint of a paragraph that survives changed punctuation and usually a changed word: the minimum hash of its
/// shingles (MinHash, Broder 1997). `None` for paragraphs below [`LONG_PARAGRAPH`] words.
fn paragraph_hash(paragraph: &str) -> Option<Hash> {
    let words: Vec<String> = words(paragraph).map(|word| word.text.to_lowercase()).collect();
    if words.len() < LONG_PARAGRAPH {
        return None;
    }
    words.windows(SHINGLE).map(|words| hash(PARAGRAPH, &words.join(" "))).min()
}

/// Prefixes of the hashed text, which keep the three kinds of features apart.
const ENTITY: u8 = b'e';
const TERM: u8 = b't';
const PARAGRAPH: u8 = b'p';

/// Hash of an entity's key.
pub(crate) fn entity_hash(key: &str) -> Hash {
    hash(ENTITY, key)
}

/// Hash of a term's stem.
pub(crate) fn term_hash(stem: &str) -> Hash {
    hash(TERM, stem)
}

/// 64-bit FNV-1a with a mixing step, of which the upper 32 bits are kept. The same on every machine; among a million
/// words, about one in 4,000 collides with another.
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
