//! Labels by word lists and patterns: codebooks of terms.

mod codebook;
mod folded;

use std::path::Path;

use pressmark_core::{Document, EntityType, Mention, Span};
use regex::Regex;

use crate::Error;
use folded::Folded;

/// A parsed codebook of terms, ready to search.
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
/// patterns = ['(rice) (?:harvest|paddies)']  # the first group, where it takes part in the match, is the term
/// except = ["rice bowl"]  # no term counts inside one of these
/// case_sensitive = false  # the default
/// plural = true           # the default: "sweet potatoes" is found too
/// ```
///
/// Terms match whole words; white space and hyphens are equivalent, and so are straight and typographic apostrophes.
/// Patterns follow the `regex` crate; a match of more than some 2,000 bytes may be cut short, so that time stays linear
/// in the text. Of overlapping matches the leftmost wins, then the longest, then the one whose label comes first.
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
pub struct Terms(codebook::Read);

/// A match before overlaps are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Candidate {
    span: Span,
    /// `None` for an exception.
    label: Option<usize>,
}

impl Terms {
    /// Parses a codebook from TOML; `name` identifies it in errors.
    ///
    /// # Errors
    /// [`Error::Codebook`] with its line for the first mistake, and for a codebook past the limits: 4 MiB, 256 labels,
    /// 100,000 terms of at most 200 bytes, 1,000 patterns of at most 1,000.
    pub fn parse(name: &str, toml: &str) -> Result<Self, Error> {
        codebook::parse(name, toml).map(Self)
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

    /// Name of the codebook.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Version of the codebook.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Labels, in the codebook's order.
    #[must_use]
    pub fn labels(&self) -> &[EntityType] {
        &self.0.labels
    }

    /// Finds the terms in `text` with their labels, in text order, without overlaps.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<(Span, &EntityType)> {
        let mut candidates = self.candidates(text);
        // Exceptions sort before terms of the same span: `None` is the least label.
        candidates.sort_unstable_by_key(|c| (c.span.start, std::cmp::Reverse(c.span.end), c.label));
        let mut done = 0;
        let mut found = Vec::new();
        for candidate in candidates.into_iter().filter(|c| !c.span.is_empty()) {
            if candidate.span.start >= done {
                done = candidate.span.end;
                found.extend(candidate.label.map(|l| (candidate.span, &self.0.labels[l])));
            }
        }
        found
    }

    fn candidates(&self, text: &str) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (automaton, lower) in [(&self.0.folded, true), (&self.0.cased, false)] {
            let Some(automaton) = automaton else { continue };
            let folded = Folded::new(text, lower);
            for found in automaton.search.find_overlapping_iter(folded.as_str()) {
                let span = folded.span(found.range());
                if is_whole(text, span) {
                    candidates.push(Candidate { span, label: automaton.means[found.pattern().as_usize()] });
                }
            }
        }
        for (pattern, label) in &self.0.patterns {
            let spans = matches(pattern, text);
            candidates.extend(spans.into_iter().map(|span| Candidate { span, label: Some(*label) }));
        }
        candidates
    }
}

/// Length in bytes up to which a match of a pattern is sure to be found. Set by hand: longer than any sentence that a
/// person writes. A single search is linear in the text; but an unbounded pattern such as `ore(.*mine)?` scans the
/// whole rest for each match, which takes hours on a megabyte without sentence breaks.
const MATCH_REACH: usize = 2048;

/// Matches of a pattern: its first group where it took part, else the whole match, as for `maize|(rice) harvest`.
fn matches(pattern: &Regex, text: &str) -> Vec<Span> {
    let (mut spans, mut at) = (Vec::new(), 0);
    while at <= text.len() {
        // Windows of twice the reach, so that a match that starts in the first half has room.
        let end = boundary_from(text, at + 2 * MATCH_REACH);
        let is_last = end == text.len();
        let next = if is_last { text.len() + 1 } else { boundary_from(text, at + MATCH_REACH) };
        let Some(window) = text.get(..end) else { break };
        let mut done = at;
        while let Some(found) = (done < next).then(|| pattern.captures_at(window, done)).flatten() {
            let Some(whole) = found.get(0).filter(|whole| whole.start() < next) else { break };
            spans.extend(found.get(1).or(Some(whole)).map(|part| Span::from(part.range())));
            // Step past an empty match, which would be found again at the same place.
            let step = window.get(whole.end()..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            done = if whole.is_empty() { whole.end() + step } else { whole.end() };
            if done > window.len() {
                break;
            }
        }
        at = next.max(done);
    }
    spans
}

/// First character boundary from `at` on, at most the end of the text.
fn boundary_from(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// Whether the span is delimited: no letter or digit touches it at either end.
fn is_whole(text: &str, span: Span) -> bool {
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

/// Overlays the terms of the codebooks on the model's mentions, which must be in text order.
///
/// Where the two overlap, a mention of more words than the term stays ("Barrick Gold" is a company, not a mineral) and
/// the term is dropped; otherwise the term replaces it, since the user asked for it. Earlier codebooks take precedence.
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
            // A longer mention that stayed may overlap several terms.
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
    fn patterns_find_the_same_in_a_long_sentence_piece_by_piece() {
        let long = "é lead mine, lead-ore; ore ".repeat(700);
        for pattern in [r"\b(lead)[- ](?:mine|ore)", r"ore(;|$)", "x*", r"(?s)\Aé.{0,9}", r"\bore\b"] {
            let pattern = Regex::new(pattern).expect("a pattern");
            let whole = |found: regex::Captures<'_>| found.get(1).or(found.get(0)).map(|part| Span::from(part.range()));
            let expected: Vec<Span> =
                pattern.captures_iter(&long).filter_map(whole).filter(|span| !span.is_empty()).collect();
            let found: Vec<Span> = matches(&pattern, &long).into_iter().filter(|span| !span.is_empty()).collect();
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_without_an_end_looks_no_further_than_the_reach() {
        let text = format!("ore {}mine", "x ".repeat(20_000));
        let found = matches(&Regex::new("ore(?:.*mine)?").expect("a pattern"), &text);
        assert_eq!(found, [Span::new(0, 3)]);
        let near = format!("ore {}mine", "x ".repeat(900));
        let found = matches(&Regex::new("ore(?:.*mine)?").expect("a pattern"), &format!("{near} {text}"));
        assert_eq!(found[0], Span::new(0, near.len()));
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
