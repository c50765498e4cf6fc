//! Retrieval: the passages of a document that bear on a target, from the hidden states of its one encoder pass.

use std::cmp::Ordering;
use std::collections::HashSet;

use ndarray::Array1;
use pressmark_core::{Document, Holder, Mention, Span, StageError};
use pressmark_encoder::dot;

use crate::sentiment::has_sides;

/// Sentences between two checks of the deadline. Set by hand: a few milliseconds with one target.
const SENTENCES_AT_ONCE: usize = 256;

/// Maximum relevance that a passage gains by containing the target's words.
///
/// Set by hand to half the range of a cosine of similar texts: a passage with all of the target's words bears on it
/// even where the embeddings see no similarity (names that the encoder never met), and one that shares a single common
/// word of several does not by that alone.
const SHARED_WORDS: f32 = 0.5;

/// Shortest word of a target, in characters, that is looked for in passages. Set by hand: shorter words are mostly
/// function words, unless they are spelled like names or numbers.
const SHORTEST_WORD: usize = 4;

/// A target as it is matched against the sentences of a document.
pub(crate) struct Topic {
    /// Its embedding, of unit length; relevant sentences have a high cosine with it.
    pub(crate) embedding: Array1<f32>,
    words: HashSet<String>,
}

impl Topic {
    pub(crate) fn new(text: &str, embedding: Array1<f32>) -> Self {
        Self { embedding, words: content_words(text).collect() }
    }

    /// Relevance gained by containing the target's words: the share of them in `passage` times [`SHARED_WORDS`].
    fn shared_words(&self, passage: &str) -> f32 {
        if self.words.is_empty() {
            return 0.0;
        }
        let found: HashSet<String> = content_words(passage).filter(|word| self.words.contains(word)).collect();
        SHARED_WORDS * found.len() as f32 / self.words.len() as f32
    }
}

/// Content words, in lower case. Words below [`SHORTEST_WORD`] characters only count when spelled like names or numbers
/// ("UN", "M23"), and those are compared case-sensitively ("US" is not "us").
fn content_words(text: &str) -> impl Iterator<Item = String> + '_ {
    // A single letter is no name: "A" and "I" begin sentences.
    let is_name = |word: &str| {
        let is_long_enough = word.chars().nth(1).is_some();
        is_long_enough
            && word.chars().any(|c| c.is_uppercase() || c.is_numeric())
            && !word.chars().any(char::is_lowercase)
    };
    text.split(|c: char| !c.is_alphanumeric()).filter_map(move |word| {
        let is_long = word.chars().count() >= SHORTEST_WORD;
        if is_long { Some(word.to_lowercase()) } else { is_name(word).then(|| word.to_owned()) }
    })
}

/// A sentence that is relevant to a target, by its embedding and the words that the two share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bearing {
    /// Index into [`Document::sents`].
    pub(crate) sent: usize,
    pub(crate) cosine: f32,
    pub(crate) shared_words: f32,
}

impl Bearing {
    /// Relevance to the target, in [-1, 1.5].
    pub(crate) fn relevance(&self) -> f32 {
        self.cosine + self.shared_words
    }
}

/// Sentences of running text with at least this relevance, in text order.
pub(crate) fn bearing_on(doc: &Document, target: &Topic, relevance: f32) -> Result<Vec<Bearing>, StageError> {
    let mut found = Vec::new();
    let prose = doc.sents.iter().enumerate().filter(|(_, sent)| sent.kind.is_prose());
    for (place, (index, sent)) in prose.enumerate() {
        if place.is_multiple_of(SENTENCES_AT_ONCE) {
            doc.in_time()?;
        }
        let embedding = doc.sent_vectors.row_array(index);
        if embedding.len() != target.embedding.len() {
            continue;
        }
        let cosine = dot(embedding.view(), target.embedding.view());
        let shared_words = target.shared_words(doc.slice(sent.span));
        let bearing = Bearing { sent: index, cosine, shared_words };
        if bearing.relevance() >= relevance {
            found.push(bearing);
        }
    }
    Ok(found)
}

/// The holder of the stance in a sentence: the speaker of the quotation that covers most of it, or else the only
/// speaker quoted in it, however briefly, because a sentence that leads up to a quotation or closes it reports nobody
/// else's view. The outlet's are the sentences that quote nobody; `None` where several are quoted, or somebody who is
/// not known (signs at a march, critics), whose words are not the outlet's.
///
/// Of the 271 stances in the training part of Wikinews whose coded holder is a person, the first rule finds 140 and the
/// second another 40; they name a wrong holder for 13 and 8.
pub(crate) fn holder_in(doc: &Document, sent: Span) -> Option<Holder> {
    let holder = doc.holder_of(sent);
    if holder != Holder::Outlet {
        return Some(holder);
    }
    let quoted = doc.quotes.iter().skip(doc.quotes.partition_point(|quote| quote.span.end <= sent.start));
    let mut speakers = quoted.take_while(|quote| quote.span.start < sent.end).map(|quote| quote.speaker);
    match speakers.next() {
        None => Some(Holder::Outlet),
        Some(speaker) => speaker.filter(|_| speakers.all(|other| other == speaker)).map(Holder::Entity),
    }
}

/// Mentions inside a quotation of an entity other than its speaker, values excluded, with the speaker and the entity.
pub(crate) fn spoken_of(doc: &Document) -> impl Iterator<Item = (&Mention, Holder, usize)> {
    doc.ents.iter().filter(|mention| has_sides(mention)).filter_map(|mention| {
        let holder = doc.holder_of(mention.span);
        match (holder, mention.entity) {
            (Holder::Entity(speaker), Some(entity)) if speaker != entity => Some((mention, holder, entity)),
            _ => None,
        }
    })
}

/// Indices of at most `most` candidates, given as (group, relevance), in ascending order. Round-robin over groups: the
/// best of each group comes before the second-best of any, so that no target crowds out the others. Ties go to the
/// earlier candidate.
pub(crate) fn choose<G: Ord + Copy>(candidates: &[(G, f32)], most: usize) -> Vec<usize> {
    let better = |&a: &usize, &b: &usize| -> Ordering {
        let relevance = |place: usize| candidates.get(place).map_or(0.0, |(_, relevance)| *relevance);
        relevance(b).total_cmp(&relevance(a)).then(a.cmp(&b))
    };
    let mut places: Vec<usize> = (0..candidates.len()).collect();
    places.sort_by(better);
    let mut ranks = std::collections::BTreeMap::new();
    let mut ranked: Vec<(usize, usize)> = Vec::with_capacity(places.len());
    for place in places {
        let Some((group, _)) = candidates.get(place) else { continue };
        let rank = ranks.entry(*group).or_insert(0_usize);
        ranked.push((*rank, place));
        *rank += 1;
    }
    // Stable sort: candidates of equal rank stay ordered by relevance.
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.truncate(most);
    let mut chosen: Vec<usize> = ranked.into_iter().map(|(_, place)| place).collect();
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use pressmark_core::{Quote, QuoteKind};

    use super::*;

    #[test]
    fn words_that_a_passage_shares_with_the_target() {
        let target = Topic::new("The new dam at Orla", array![]);
        // "Orla" is the only word of at least four letters.
        assert_eq!(target.shared_words("They met in ORLA."), 0.5);
        assert_eq!(target.shared_words("A dam was built."), 0.0);
        assert_eq!(Topic::new("A dam", array![]).shared_words("A crane fell."), 0.0);
        let rebels = Topic::new("M23", Array1::zeros(0));
        assert_eq!(rebels.shared_words("The M23 rebels left."), SHARED_WORDS);
        let union = Topic::new("the EU and the US", Array1::zeros(0));
        assert_eq!(union.shared_words("It told us that the EU waits."), 0.5 * SHARED_WORDS);
    }

    #[test]
    fn a_sentence_tells_the_view_of_the_one_who_is_quoted_in_it() {
        let text = "At the harbour, a long way off, she called it “a joke”. He said “yes”, she “no”. It rained.";
        let mut doc = Document::from_text("a", text);
        let quote = |content: &str, speaker| {
            let start = text.find(content).expect("it is quoted");
            Quote {
                span: Span::new(start, start + content.len()),
                kind: QuoteKind::Mixed,
                speaker,
                speaker_span: None,
                cue: None,
                closed: true,
            }
        };
        let sent = |words: &str| {
            let start = text.find(words).expect("it is there");
            Span::new(start, start + words.len())
        };
        let sents =
            ["At the harbour, a long way off, she called it “a joke”.", "He said “yes”, she “no”.", "It rained."];
        let check = |doc: &Document, expected: [Option<Holder>; 3]| {
            assert_eq!(sents.map(|words| holder_in(doc, sent(words))), expected);
        };
        let (outlet, her) = (Some(Holder::Outlet), Some(Holder::Entity(0)));
        check(&doc, [outlet; 3]);
        doc.quotes = vec![quote("“a joke”", Some(0)), quote("“yes”", Some(1)), quote("“no”", Some(0))];
        check(&doc, [her, None, outlet]);
        doc.quotes[1].speaker = None;
        check(&doc, [her, None, outlet]);
        doc.quotes[1].speaker = Some(0);
        check(&doc, [her, her, outlet]);
        doc.quotes[0].speaker = None;
        check(&doc, [None, her, outlet]);
    }

    #[test]
    fn the_best_of_each_target_come_first() {
        let check = |candidates: &[(u8, f32)], most: usize, expected: &[usize]| {
            assert_eq!(choose(candidates, most), expected, "{candidates:?} {most}");
        };
        let one = [(0, 0.3), (0, 0.9), (0, 0.5), (0, 0.9)];
        check(&one, 2, &[1, 3]);
        check(&one, 3, &[1, 2, 3]);
        check(&one, 9, &[0, 1, 2, 3]);
        // The best of each group, then the second of the first.
        let three = [(0, 0.9), (0, 0.8), (0, 0.7), (1, 0.4), (2, 0.3)];
        check(&three, 3, &[0, 3, 4]);
        check(&three, 4, &[0, 1, 3, 4]);
        // More groups than slots: the most relevant passages.
        check(&three, 2, &[0, 3]);
        check(&[], 2, &[]);
    }
}
