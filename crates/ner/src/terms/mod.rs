//! Labels by word lists and patterns: a codebook of terms.

mod codebook;
mod folded;

use std::path::Path;

use aho_corasick::AhoCorasick;
use pressmark_core::{Document, EntityType, Mention, Span};
use regex::Regex;

use crate::Error;
use folded::Folded;

/// A codebook of terms, read and ready to search.
///
/// The file is TOML:
///
/// ```toml
/// [codebook]
/// name = "crops"          # lower-case letters, digits, - and _
/// version = "1.0"
/// kind = "terms"
///
/// [[label]]
/// name = "CROP"           # what stands in `ents`
/// terms = ["maize", "sweet potato"]
/// patterns = ['(rice) (?:harvest|paddies)']  # the first group, where there is one, is the term
/// except = ["rice bowl"]  # no term counts inside one of these
/// case_sensitive = false  # the default
/// plural = true           # the default: "sweet potatoes" is found too
/// ```
///
/// Terms match whole words; white space and hyphens are the same, and so are straight and typographic
/// apostrophes. Patterns follow the `regex` crate, whose time is linear in the text. Of matches that overlap the
/// leftmost counts, then the longest, then the one whose label stands first.
///
/// ```
/// use pressmark_ner::Terms;
///
/// let terms = Terms::parse("crops.toml", r#"
///     [codebook]
///     name = "crops"
///     version = "1.0"
///     kind = "terms"
///
///     [[label]]
///     name = "CROP"
///     terms = ["maize", "sweet potato"]
/// "#)?;
/// let text = "Sweet-potatoes did better than maize.";
/// let found: Vec<_> = terms.find(text).into_iter().map(|(span, label)| (span.slice(text), label.as_str())).collect();
/// assert_eq!(found, [("Sweet-potatoes", "CROP"), ("maize", "CROP")]);
/// # Ok::<(), pressmark_ner::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Terms {
    name: String,
    version: String,
    labels: Vec<EntityType>,
    folded: Option<Automaton>,
    cased: Option<Automaton>,
    patterns: Vec<(Regex, usize)>,
}

/// Terms of one casing, found in one sweep.
#[derive(Clone, Debug)]
struct Automaton {
    search: AhoCorasick,
    /// What each term stands for: a label, or nothing where it is an exception.
    means: Vec<Option<usize>>,
}

/// A match, before it is known which of several that overlap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Candidate {
    span: Span,
    /// None for an exception.
    label: Option<usize>,
}

impl Terms {
    /// Reads a codebook from TOML; `name` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Codebook`] with the line for the first thing that is not as it should be, and for a codebook
    /// past the limits: 4 MiB, 256 labels, 100,000 terms of at most 200 bytes, 1,000 patterns of at most 1,000.
    pub fn parse(name: &str, toml: &str) -> Result<Self, Error> {
        codebook::parse(name, toml)
    }

    /// Reads a codebook from a file.
    ///
    /// # Errors
    /// [`Error::Read`] when the file cannot be read as UTF-8, else as [`parse`](Self::parse).
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        match std::fs::read_to_string(path) {
            Ok(toml) => Self::parse(&path.display().to_string(), &toml),
            Err(source) => Err(Error::Read { path: path.to_owned(), source }),
        }
    }

    /// The codebook's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The codebook's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its labels, in the codebook's order.
    #[must_use]
    pub fn labels(&self) -> &[EntityType] {
        &self.labels
    }

    /// The terms in `text` with their labels, in text order, never overlapping.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<(Span, &EntityType)> {
        let mut candidates = self.candidates(text);
        // Exceptions come before terms of the same span: `None` is the least label.
        candidates.sort_unstable_by_key(|c| (c.span.start, std::cmp::Reverse(c.span.end), c.label));
        let mut done = 0;
        let mut found = Vec::new();
        for candidate in candidates.into_iter().filter(|c| !c.span.is_empty()) {
            if candidate.span.start >= done {
                done = candidate.span.end;
                found.extend(candidate.label.map(|l| (candidate.span, &self.labels[l])));
            }
        }
        found
    }

    fn candidates(&self, text: &str) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (automaton, lower) in [(&self.folded, true), (&self.cased, false)] {
            let Some(automaton) = automaton else { continue };
            let folded = Folded::new(text, lower);
            for found in automaton.search.find_overlapping_iter(folded.as_str()) {
                let span = folded.span(found.range());
                if is_whole(text, span) {
                    candidates.push(Candidate { span, label: automaton.means[found.pattern().as_usize()] });
                }
            }
        }
        for (pattern, label) in &self.patterns {
            for found in pattern.captures_iter(text) {
                if let Some(part) = found.get(1).or_else(|| found.get(0)) {
                    candidates.push(Candidate { span: part.range().into(), label: Some(*label) });
                }
            }
        }
        candidates
    }
}

/// Whether no letter or digit goes on at either end.
fn is_whole(text: &str, span: Span) -> bool {
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

/// Adds the terms of the codebooks to the mentions of the model, which are in text order.
///
/// Where the two overlap, a mention of more words than the term stays ("Barrick Gold" is a company, not
/// a mineral) and the term is dropped; otherwise the term stays, since the user asked for it.
/// Of two codebooks the first has precedence over the second.
pub(crate) fn add_terms(doc: &Document, terms: &[Terms], mentions: Vec<Mention>) -> Vec<Mention> {
    terms.iter().rev().fold(mentions, |mentions, terms| overlay(doc, terms, mentions))
}

fn overlay(doc: &Document, terms: &Terms, mentions: Vec<Mention>) -> Vec<Mention> {
    let mut merged: Vec<Mention> = Vec::with_capacity(mentions.len());
    let mut mentions = mentions.into_iter().peekable();
    let words = |span: Span| doc.tokens_in(span).len();
    for sent in &doc.sents {
        for (span, label) in terms.find(doc.slice(sent.span)) {
            let span = Span::new(sent.span.start + span.start, sent.span.start + span.end);
            while let Some(before) = mentions.next_if(|m| m.span.end <= span.start) {
                merged.push(before);
            }
            let mut overlapping = Vec::new();
            while let Some(mention) = mentions.next_if(|m| m.span.start < span.end) {
                overlapping.push(mention);
            }
            // A longer mention that stayed may reach over several terms.
            let blocked = merged.last().is_some_and(|m| m.span.overlaps(span));
            if blocked || overlapping.iter().any(|m| words(m.span) > words(span)) {
                merged.extend(overlapping);
            } else {
                merged.push(Mention { span, label: label.clone(), score: 1.0, entity: None });
            }
        }
    }
    merged.extend(mentions);
    merged
}

#[cfg(test)]
mod tests {
    use pressmark_core::Stage;
    use pressmark_tokenize::Splitter;
    use proptest::prelude::*;

    use super::*;

    const BOOK: &str = r#"
        [codebook]
        name = "stones"
        version = "1"
        kind = "terms"

        [[label]]
        name = "MINERAL"
        terms = ["gold", "rare earth", "ore", "ruby", "quartz"]
        patterns = ['\b(lead)[- ](?:mine|ore)', '\bFe2O3\b']
        except = ["gold medal"]

        [[label]]
        name = "CODE"
        terms = ["Au"]
        case_sensitive = true
        plural = false
    "#;

    fn stones() -> Terms {
        Terms::parse("stones.toml", BOOK).expect("a good codebook")
    }

    #[test]
    fn whole_words_plurals_hyphens_and_exceptions() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let terms = stones();
            let found: Vec<_> =
                terms.find(text).into_iter().map(|(s, label)| (s.slice(text), label.as_str())).collect();
            assert_eq!(found, expected, "{text:?}");
        };
        check("Gold, golden, gold’s Goldman", &[("Gold", "MINERAL"), ("gold", "MINERAL")]);
        check("rare-earths and Rare\nEarth", &[("rare-earths", "MINERAL"), ("Rare\nEarth", "MINERAL")]);
        check("rubies and quartzes", &[("rubies", "MINERAL"), ("quartzes", "MINERAL")]);
        check("a gold medal of gold", &[("gold", "MINERAL")]);
        check("they lead; a lead mine, Fe2O3", &[("lead", "MINERAL"), ("Fe2O3", "MINERAL")]);
        check("Au au AU", &[("Au", "CODE")]);
        check("İ ß gold", &[("gold", "MINERAL")]);
        check("", &[]);
    }

    #[test]
    fn a_longer_mention_keeps_its_words() {
        let text = "Northern Gold Corp sells gold. Gold rose.";
        let mut doc = Document::from_text("a", text);
        Splitter.run(&mut doc).expect("the splitter never fails");
        let mention = |start, end, label: &str| Mention {
            span: Span::new(start, end),
            label: label.into(),
            score: 0.9,
            entity: None,
        };
        let merged = add_terms(&doc, &[stones()], vec![mention(0, 18, "ORG"), mention(31, 35, "PERSON")]);
        let merged: Vec<_> = merged.iter().map(|m| (doc.slice(m.span), m.label.as_str())).collect();
        assert_eq!(merged, [("Northern Gold Corp", "ORG"), ("gold", "MINERAL"), ("Gold", "MINERAL")]);
    }

    proptest! {
        #[test]
        fn matches_slice_the_text_in_order(text in "(gold|ore|rare|earths?|lead|[ -]|İ|é|Au|[a-z’\n]){0,24}") {
            let terms = stones();
            let mut done = 0;
            for (span, label) in terms.find(&text) {
                prop_assert!(span.start >= done && !span.slice(&text).is_empty());
                prop_assert!(terms.labels().iter().any(|l| l == label));
                done = span.end;
            }
        }
    }
}
