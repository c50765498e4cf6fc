//! Aligns sentences of different outlets that state the same thing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pressmark_jsonl::Score;
use pressmark_jsonl::story::Aligned;

use crate::error::{Error, Result};
use crate::features::{term_hash, term_stem};
use crate::grouper::Rarity;
use crate::view::View;

/// Encodes sentences so that similar meaning gives a large dot product, such as `pressmark::Annotator::embed`.
pub trait SentenceVectors {
    /// Returns one unit vector per sentence, in order.
    ///
    /// # Errors
    /// If the sentences cannot be encoded.
    fn vectors(&self, sentences: &[&str]) -> Result<Vec<Vec<f32>>, Box<dyn std::error::Error + Send + Sync>>;
}

impl<F> SentenceVectors for F
where
    F: Fn(&[&str]) -> Result<Vec<Vec<f32>>, Box<dyn std::error::Error + Send + Sync>>,
{
    fn vectors(&self, sentences: &[&str]) -> Result<Vec<Vec<f32>>, Box<dyn std::error::Error + Send + Sync>> {
        self(sentences)
    }
}

/// Coefficients of a logistic model of whether two sentences state the same thing, fitted on the 22 coded events of
/// BASIL (see the README).
struct Weights {
    /// Shared words: the sum of their rarities, divided by [`RARITY_UNIT`].
    words: f32,
    /// Rarity of the rarest shared word, divided by the root of the product of its sentence counts.
    rarest: f32,
    /// Whether they share a number (0 or 1).
    number: f32,
    /// Number of shared names, up to [`MOST_NAMES`].
    names: f32,
    /// Distance of their relative positions in their articles, in [0, 1].
    distance: f32,
    /// Margin of their cosine over those with their nearest neighbours, in standard deviations.
    margin: f32,
    bias: f32,
    /// Minimum sum of an aligned pair.
    least: f32,
}

const BY_WORDS: Weights = Weights {
    words: 1.81,
    rarest: 0.61,
    number: 1.33,
    names: 0.57,
    distance: -1.54,
    margin: 0.0,
    bias: -5.54,
    least: -1.6,
};
const BY_VECTORS: Weights = Weights {
    words: 0.84,
    rarest: 0.475,
    number: 1.12,
    names: 0.43,
    distance: -1.49,
    margin: 1.3,
    bias: -4.175,
    least: -1.8,
};

/// Divisor of sums of rarities, with which the weights were fitted.
pub(crate) const RARITY_UNIT: f32 = 10.0;
/// Cap on the number of shared names, with which the weights were fitted.
const MOST_NAMES: usize = 3;
/// Cap on the shared-words feature. Set by hand: long sentences share many words by chance.
const MOST_WORDS: f32 = 3.0;
/// Number of sentences of two documents that may contain a word before it counts less. Set by hand: words that run
/// through the whole story do not distinguish its sentences.
const USUAL: f32 = 3.0;
/// Weighted Jaccard index of two sentences' words from which they are copies: a statement that both quote. Set by hand.
const COPIED: f32 = 0.6;
/// The sum assigned to a copy: log-odds of 3, a probability of 0.95.
const CERTAIN: f32 = 3.0;
/// Nearest neighbours whose mean similarity is subtracted (CSLS, Conneau et al. 2018, who use ten). Set by hand for
/// articles of a few dozen sentences.
const NEAREST: usize = 4;
/// Content words that a sentence needs to be aligned. Set by hand: fewer match by chance.
const FEWEST_TERMS: usize = 3;
/// Most shared items listed as evidence of a pair. Set by hand for readers.
const SHOWN: usize = 6;

/// A sentence with the features it is aligned by.
pub(crate) struct Sentence {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Stems with their rarity and the surface form.
    pub(crate) terms: BTreeMap<String, (f32, String)>,
    pub(crate) numbers: BTreeSet<String>,
    /// Entity keys of its mentions, with the entity's name.
    pub(crate) names: BTreeMap<String, String>,
    /// Sum of the stems' rarities.
    weight: f32,
    vector: Vec<f32>,
}

/// The sentences of a document with their features, without vectors.
pub(crate) fn sentences(view: &View<'_>, rarity: &Rarity) -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = view
        .record
        .sents
        .iter()
        .map(|sent| {
            let mut terms = BTreeMap::new();
            let mut numbers = BTreeSet::new();
            for word in view.words_in(sent.start, sent.end) {
                let lower = word.text.to_lowercase();
                if lower.starts_with(|c: char| c.is_numeric()) {
                    numbers.insert(lower.clone());
                }
                if let Some(stem) = term_stem(&lower, view.language) {
                    terms.insert(stem.to_owned(), (rarity.bounded(term_hash(stem)), word.text.to_owned()));
                }
            }
            let weight = terms.values().map(|(rarity, _)| rarity).sum();
            let (names, vector) = (BTreeMap::new(), Vec::new());
            Sentence { start: sent.start, end: sent.end, terms, numbers, names, weight, vector }
        })
        .collect();
    for mention in &view.record.ents {
        let entity = mention.entity.as_deref().and_then(|id| view.entity(id));
        let Some((entity, key)) = entity.and_then(|e| Some((e, view.key(e)?))) else { continue };
        let at = sentences.partition_point(|sentence| sentence.end <= mention.start);
        if let Some(sentence) = sentences.get_mut(at).filter(|sentence| sentence.start <= mention.start) {
            sentence.names.insert(key, entity.name.to_string());
        }
    }
    sentences
}

/// A pair of sentences, each as (document, sentence index).
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) a: (usize, usize),
    pub(crate) b: (usize, usize),
    /// Log-odds minus the minimum: aligned if at least 0.
    pub(crate) sum: f32,
}

/// The compared sentences of a story, with their alignment.
pub(crate) struct Alignment {
    /// Sentences of each view; empty for documents that are not compared.
    pub(crate) sentences: Vec<Vec<Sentence>>,
    /// Aligned pairs, best first.
    pub(crate) pairs: Vec<Pair>,
    /// For each sentence, its best sum with a sentence of another outlet.
    pub(crate) best: HashMap<(usize, usize), f32>,
}

/// Aligns the sentences of the documents whose indices are in `compared`.
pub(crate) fn align(
    views: &[View<'_>],
    compared: &[usize],
    rarity: &Rarity,
    vectors: Option<&dyn SentenceVectors>,
) -> Result<Alignment> {
    let is_compared = |at: usize| compared.contains(&at);
    let of = |(at, view): (usize, &View<'_>)| if is_compared(at) { sentences(view, rarity) } else { Vec::new() };
    let mut all: Vec<Vec<Sentence>> = views.iter().enumerate().map(of).collect();
    if let Some(vectors) = vectors {
        for (view, sentences) in views.iter().zip(&mut all) {
            let texts: Vec<&str> = sentences.iter().map(|sentence| view.slice(sentence.start, sentence.end)).collect();
            if !texts.is_empty() {
                let found = vectors.vectors(&texts).map_err(Error::Vectors)?;
                sentences.iter_mut().zip(found).for_each(|(sentence, vector)| sentence.vector = vector);
            }
        }
    }
    let side = |(at, sentences)| Side { at, sentences, places: places(sentences) };
    let sides: Vec<Side<'_>> = all.iter().map(Vec::as_slice).enumerate().map(side).collect();
    let weights = if vectors.is_some() { &BY_VECTORS } else { &BY_WORDS };
    let (mut pairs, mut best) = (Vec::new(), HashMap::new());
    for (x, &a) in compared.iter().enumerate() {
        for &b in compared.iter().skip(x + 1) {
            let is_other_outlet = views.get(a).zip(views.get(b)).is_some_and(|(a, b)| a.outlet != b.outlet);
            if let (true, Some(ours), Some(theirs)) = (is_other_outlet, sides.get(a), sides.get(b)) {
                pairs.extend(align_two(ours, theirs, weights, &mut best));
            }
        }
    }
    pairs.sort_by(|a, b| b.sum.total_cmp(&a.sum).then((a.a, a.b).cmp(&(b.a, b.b))));
    Ok(Alignment { sentences: all, pairs, best })
}

/// A document to align with another.
struct Side<'a> {
    at: usize,
    sentences: &'a [Sentence],
    places: Places<'a>,
}

/// The pairs of two documents that reach the minimum and are the best for at least one of their sentences.
fn align_two(
    one: &Side<'_>,
    other: &Side<'_>,
    weights: &Weights,
    best: &mut HashMap<(usize, usize), f32>,
) -> Vec<Pair> {
    let (a, b, ours, theirs) = (one.at, other.at, one.sentences, other.sentences);
    let (shared, margins) = (shared(one, other), margins(ours, theirs));
    let mut sums = vec![vec![f32::NEG_INFINITY; theirs.len()]; ours.len()];
    for ((i, one), row) in ours.iter().enumerate().zip(&mut sums) {
        for ((j, other), sum) in theirs.iter().enumerate().zip(row.iter_mut()) {
            if one.terms.len().min(other.terms.len()) < FEWEST_TERMS {
                continue;
            }
            let shared = shared.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default();
            let distance = (i as f32 / ours.len() as f32 - j as f32 / theirs.len() as f32).abs();
            let names = one.names.keys().filter(|key| other.names.contains_key(*key)).count().min(MOST_NAMES) as f32;
            let number = f32::from(u8::from(!one.numbers.is_disjoint(&other.numbers)));
            let margin = margins.as_ref().and_then(|m| m.get(i)?.get(j)).copied().unwrap_or_default();
            *sum = weights.words * shared.words.min(MOST_WORDS)
                + weights.rarest * shared.rarest
                + weights.names * names
                + weights.number * number
                + weights.distance * distance
                + weights.margin * margin
                + weights.bias
                - weights.least;
            // Weighted Jaccard index. The coded differences contain no copies, so the fitted model cannot judge them.
            if shared.rarity >= COPIED * (one.weight + other.weight - shared.rarity) {
                *sum = sum.max(CERTAIN);
            }
        }
    }
    let column = |j: usize| sums.iter().filter_map(|row| row.get(j).copied()).fold(f32::NEG_INFINITY, f32::max);
    let best_of_theirs: Vec<f32> = (0..theirs.len()).map(column).collect();
    let mut pairs = Vec::new();
    for (i, row) in sums.iter().enumerate() {
        let best_of_ours = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        note(best, (a, i), best_of_ours);
        for ((j, &sum), &best_of_theirs) in row.iter().enumerate().zip(&best_of_theirs) {
            if sum >= 0.0 && (sum >= best_of_ours || sum >= best_of_theirs) {
                pairs.push(Pair { a: (a, i), b: (b, j), sum });
            }
        }
    }
    best_of_theirs.into_iter().enumerate().for_each(|(j, sum)| note(best, (b, j), sum));
    pairs
}

/// Rarity of the words that two sentences share.
#[derive(Clone, Copy, Debug, Default)]
struct Shared {
    /// Sum of their rarities.
    rarity: f32,
    /// The same over [`RARITY_UNIT`], discounting words that run through the whole story.
    words: f32,
    /// The largest rarity, discounted by the number of sentences of either document with the word.
    rarest: f32,
}

/// Shared words of each of our sentences (rows) with each of theirs (columns).
fn shared(ours: &Side<'_>, theirs: &Side<'_>) -> Vec<Vec<Shared>> {
    let mut all = vec![vec![Shared::default(); theirs.sentences.len()]; ours.sentences.len()];
    for (stem, (rarity, rows)) in &ours.places {
        let Some((_, columns)) = theirs.places.get(stem) else { continue };
        let usual = (USUAL / (rows.len() + columns.len()) as f32).min(1.0).sqrt();
        let rarest = rarity / ((rows.len() * columns.len()) as f32).sqrt();
        for &i in rows {
            let Some(row) = all.get_mut(i) else { continue };
            for &j in columns {
                let Some(shared) = row.get_mut(j) else { continue };
                shared.rarity += rarity;
                shared.words += rarity * usual / RARITY_UNIT;
                shared.rarest = shared.rarest.max(rarest);
            }
        }
    }
    all
}

/// Stems of a document with their rarity and the indices of the sentences that contain them.
type Places<'a> = BTreeMap<&'a str, (f32, Vec<usize>)>;

fn places(sentences: &[Sentence]) -> Places<'_> {
    let mut found = Places::new();
    for (at, sentence) in sentences.iter().enumerate() {
        for (stem, (rarity, _)) in &sentence.terms {
            found.entry(stem).or_insert_with(|| (*rarity, Vec::new())).1.push(at);
        }
    }
    found
}

fn note(best: &mut HashMap<(usize, usize), f32>, sentence: (usize, usize), sum: f32) {
    let known = best.entry(sentence).or_insert(f32::NEG_INFINITY);
    *known = known.max(sum);
}

/// Margin of each pair's cosine over the mean of its sentences' nearest neighbours, standardised over all pairs, so
/// that it is comparable between models with denser or sparser vectors. `None` without vectors.
fn margins(ours: &[Sentence], theirs: &[Sentence]) -> Option<Vec<Vec<f32>>> {
    if ours.iter().chain(theirs).any(|sentence| sentence.vector.is_empty()) {
        return None;
    }
    let cosine = |a: &Sentence, b: &Sentence| a.vector.iter().zip(&b.vector).map(|(x, y)| x * y).sum::<f32>();
    let mut rows: Vec<Vec<f32>> = ours.iter().map(|a| theirs.iter().map(|b| cosine(a, b)).collect()).collect();
    let count = (ours.len() * theirs.len()) as f32;
    let mean = rows.iter().flatten().sum::<f32>() / count.max(1.0);
    let deviation = (rows.iter().flatten().map(|c| (c - mean).powi(2)).sum::<f32>() / count.max(1.0)).sqrt();
    rows.iter_mut().flatten().for_each(|c| *c = (*c - mean) / deviation.max(f32::MIN_POSITIVE));
    let nearest = |mut all: Vec<f32>| {
        all.sort_by(|a, b| b.total_cmp(a));
        // A short document has fewer.
        all.truncate(NEAREST);
        all.iter().sum::<f32>() / all.len().max(1) as f32
    };
    let of_ours: Vec<f32> = rows.iter().map(|row| nearest(row.clone())).collect();
    let column = |j: usize| rows.iter().filter_map(|row| row.get(j).copied()).collect();
    let of_theirs: Vec<f32> = (0..theirs.len()).map(|j| nearest(column(j))).collect();
    for (row, ours) in rows.iter_mut().zip(of_ours) {
        row.iter_mut().zip(&of_theirs).for_each(|(c, theirs)| *c -= (ours + theirs) / 2.0);
    }
    Some(rows)
}

impl Alignment {
    pub(crate) fn sentence(&self, (view, at): (usize, usize)) -> Option<&Sentence> {
        self.sentences.get(view)?.get(at)
    }

    /// The aligned pairs as they appear in the story's row.
    pub(crate) fn told(&self, views: &[View<'_>]) -> Vec<Aligned> {
        let told = |pair: &Pair| {
            let (a, b) = (self.sentence(pair.a)?, self.sentence(pair.b)?);
            let passage = |view: usize, s: &Sentence| Some(views.get(view)?.passage(s.start, s.end));
            Some(Aligned {
                a: passage(pair.a.0, a)?,
                b: passage(pair.b.0, b)?,
                score: Score::from(1.0 / (1.0 + (-pair.sum).exp())),
                evidence: evidence(a, b),
            })
        };
        self.pairs.iter().filter_map(told).collect()
    }
}

/// Shared names, numbers and words (the rarest first), at most [`SHOWN`].
fn evidence(a: &Sentence, b: &Sentence) -> Vec<String> {
    let names = a.names.iter().filter(|(key, _)| b.names.contains_key(*key)).map(|(_, name)| name.clone());
    let numbers = a.numbers.intersection(&b.numbers).cloned();
    let mut words: Vec<&(f32, String)> =
        a.terms.iter().filter(|(stem, _)| b.terms.contains_key(*stem)).map(|(_, word)| word).collect();
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut told: Vec<String> = Vec::new();
    for one in names.chain(numbers).chain(words.into_iter().map(|(_, word)| word.clone())) {
        if !told.iter().any(|known| known.to_lowercase().contains(&one.to_lowercase())) {
            told.push(one);
        }
    }
    told.truncate(SHOWN);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_over_the_neighbours_that_there_are() {
        let sentence = |vector: [f32; 2]| Sentence {
            start: 0,
            end: 1,
            terms: BTreeMap::new(),
            numbers: BTreeSet::new(),
            names: BTreeMap::new(),
            weight: 0.0,
            vector: vector.to_vec(),
        };
        let document = [sentence([1.0, 0.0]), sentence([0.0, 1.0])];
        // The standardised cosines are 1 and -1, whose mean is 0 for every sentence.
        assert_eq!(margins(&document, &document), Some(vec![vec![1.0, -1.0], vec![-1.0, 1.0]]));
        // With one neighbour on the other side, that is the mean: -1 - (-1 + 0) / 2 and 1 - (1 + 0) / 2.
        assert_eq!(margins(&document, &document[..1]), Some(vec![vec![0.5], vec![-0.5]]));
    }
}
