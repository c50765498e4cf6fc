//! Groups documents: an inverted index for candidates, cosines for scores, average linkage for clusters.

use std::collections::HashMap;

use pressmark_jsonl::Record;

use crate::features::{Features, Hash};
use crate::options::Options;
use crate::text::moment;

/// Most terms and entities that a document is looked up by, the heaviest. Set by hand, like the next two: raising it
/// finds more candidates and takes more time.
const KEYS: usize = 30;
/// Documents that a feature leads to: the most recent earlier ones. A feature with more documents is too common to
/// help.
const REACH: usize = 64;
/// Candidates per document that are fully scored, by the weight of shared keys.
const CANDIDATES: usize = 24;
/// Members of a group sampled for average linkage. Set by hand: comparing two large groups takes at most 36 scores.
const SAMPLE: usize = 6;
/// Lower bound on the corpus size in the idf. Set by hand: smaller corpora say too little about what is rare.
const FEWEST_DOCUMENTS: f32 = 100.0;
/// Weight of entities beside terms, if both documents have entities. Set by hand; see "Grouping" in the README.
const ENTITIES: f32 = 0.4;
/// Days after which the score of a pair falls to 1/e. Set by hand: news moves on within two weeks.
const DECAY_DAYS: f32 = 14.0;
/// Documents above which a shared paragraph counts as boilerplate, not as copying. Set by hand: lowering it would drop
/// widely reprinted agency texts.
const COMMON_PARAGRAPH: u32 = 400;
/// Paragraphs that two documents must share to count as copies. Set by hand: a single one may be boilerplate.
const SHARED_PARAGRAPHS: usize = 2;

/// Collects the features of documents, then groups them. Keeps about 1 KB per document, whatever its length.
///
/// ```
/// use pressmark_group::{Grouper, Options};
/// use pressmark_core::Document;
/// use pressmark_jsonl::{Provenance, Record};
///
/// let texts = [
///     "Ferry strike ends in Lund Bay. Crews of the Lund Bay ferry return to work after eleven days of strike.",
///     "Lund Bay ferry crews return to work. The strike of the ferry crews is over after eleven days.",
///     "Museum opens its new wing. Visitors queued for hours to see the restored mosaics.",
/// ];
/// let mut grouper = Grouper::new(Options::default());
/// for (number, text) in texts.iter().enumerate() {
///     let doc = Document::from_text(&number.to_string(), *text);
///     grouper.add(&Record::of(&doc, &Provenance::default()));
/// }
/// let grouping = grouper.finish();
/// assert_eq!(grouping.groups(), [vec![0, 1], vec![2]]);
/// ```
#[derive(Debug)]
pub struct Grouper {
    options: Options,
    docs: Vec<Kept>,
    entities: Vec<(Hash, f32)>,
    terms: Vec<(Hash, f32)>,
    paragraphs: Vec<Hash>,
}

/// End offsets of a document's features in the shared vectors; the next document's start there.
#[derive(Clone, Copy, Debug)]
struct Kept {
    entities: usize,
    terms: usize,
    paragraphs: usize,
    day: Option<i32>,
    has_text: bool,
}

impl Grouper {
    /// Creates an empty grouper.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, docs: Vec::new(), entities: Vec::new(), terms: Vec::new(), paragraphs: Vec::new() }
    }

    /// Adds the next document. One without text is put in no story.
    pub fn add(&mut self, record: &Record<'_>) {
        let features = Features::of(record);
        self.entities.extend(features.entities);
        self.terms.extend(features.terms);
        self.paragraphs.extend(features.paragraphs);
        self.docs.push(Kept {
            entities: self.entities.len(),
            terms: self.terms.len(),
            paragraphs: self.paragraphs.len(),
            day: moment(record.meta.published.as_deref()).map(|(day, _)| day),
            has_text: !record.text.is_empty(),
        });
    }

    /// Groups the documents added so far.
    #[must_use]
    pub fn finish(self) -> Grouping {
        let documents = self.docs.len();
        let rarity = Rarity {
            documents: (documents as f32).max(FEWEST_DOCUMENTS),
            counts: counts(self.entities.iter().chain(&self.terms).map(|(hash, _)| *hash)),
        };
        let paragraph_counts = counts(self.paragraphs.iter().copied());
        let mut corpus = Corpus {
            options: self.options,
            docs: self.docs,
            entities: Vectors::new(self.entities),
            terms: Vectors::new(self.terms),
            paragraphs: self.paragraphs,
            paragraph_counts,
        };
        corpus.weigh(&rarity);
        let edges = corpus.edges();
        let mut groups = corpus.join(&edges);
        groups.retain(|group| group.iter().all(|&doc| corpus.docs.get(doc).is_some_and(|kept| kept.has_text)));
        let mut group_of = vec![None; documents];
        for (number, group) in groups.iter().enumerate() {
            for &doc in group {
                if let Some(of) = group_of.get_mut(doc) {
                    *of = Some(number);
                }
            }
        }
        Grouping { corpus, rarity, groups, group_of }
    }
}

fn counts(hashes: impl Iterator<Item = Hash>) -> HashMap<Hash, u32> {
    let mut counts = HashMap::new();
    hashes.for_each(|hash| *counts.entry(hash).or_insert(0) += 1);
    counts
}

/// Document frequencies of all features.
#[derive(Debug)]
pub(crate) struct Rarity {
    documents: f32,
    counts: HashMap<Hash, u32>,
}

impl Rarity {
    /// Inverse document frequency: `ln(1 + N / n)`.
    pub(crate) fn of(&self, hash: Hash) -> f32 {
        let count = self.counts.get(&hash).copied().unwrap_or(1).max(1);
        (1.0 + self.documents / count as f32).ln()
    }

    /// Inverse document frequency with a floor: one document in a hundred is as rare as it gets. Otherwise words would
    /// become rarer as the corpus grows, although two sentences become no more similar.
    pub(crate) fn bounded(&self, hash: Hash) -> f32 {
        let count = self.counts.get(&hash).copied().unwrap_or(1).max(1);
        (1.0 + (self.documents / count as f32).min(FEWEST_DOCUMENTS)).ln()
    }

    fn is_shared(&self, hash: Hash) -> bool {
        self.counts.get(&hash).is_some_and(|count| *count > 1)
    }
}

/// The groups, with the data to compare their documents.
#[derive(Debug)]
pub struct Grouping {
    corpus: Corpus,
    pub(crate) rarity: Rarity,
    groups: Vec<Vec<usize>>,
    group_of: Vec<Option<usize>>,
}

/// Similarity of two documents, with its parts; all scores in [0, 1].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Likeness {
    pub(crate) score: f32,
    pub(crate) entities: f32,
    pub(crate) terms: f32,
    pub(crate) copied: f32,
    pub(crate) days: Option<u32>,
}

impl Grouping {
    /// The groups in order of their first document, each as the indices of its documents in the order of addition, from
    /// 0.
    #[must_use]
    pub fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    /// Index of a document's group; `None` for one without text.
    #[must_use]
    pub fn group_of(&self, document: usize) -> Option<usize> {
        self.group_of.get(document).copied().flatten()
    }

    pub(crate) fn likeness(&self, a: usize, b: usize) -> Likeness {
        self.corpus.likeness(a, b)
    }
}

/// Features of one kind for all documents, sorted by hash within each; hashes and weights in separate arrays to save
/// memory.
#[derive(Debug, Default)]
struct Vectors {
    hashes: Vec<Hash>,
    weights: Vec<f32>,
}

impl Vectors {
    fn new(features: Vec<(Hash, f32)>) -> Self {
        let (hashes, weights) = features.into_iter().unzip();
        Self { hashes, weights }
    }

    fn of(&self, from: usize, to: usize) -> impl Iterator<Item = (Hash, f32)> + Clone {
        let hashes = self.hashes.get(from..to).unwrap_or_default();
        let weights = self.weights.get(from..to).unwrap_or_default();
        hashes.iter().copied().zip(weights.iter().copied())
    }
}

/// Documents as weighted vectors of unit length.
#[derive(Debug)]
struct Corpus {
    options: Options,
    docs: Vec<Kept>,
    entities: Vectors,
    terms: Vectors,
    paragraphs: Vec<Hash>,
    paragraph_counts: HashMap<Hash, u32>,
}

/// A pair of documents with its score.
type Edge = (usize, usize, f32);

impl Corpus {
    /// Start and end of a document's features of one kind.
    fn bounds(&self, doc: usize, end: fn(&Kept) -> usize) -> (usize, usize) {
        let at = |doc: Option<usize>| doc.and_then(|doc| self.docs.get(doc)).map_or(0, end);
        (at(doc.checked_sub(1)), at(Some(doc)))
    }

    fn entities_of(&self, doc: usize) -> impl Iterator<Item = (Hash, f32)> + Clone {
        let (from, to) = self.bounds(doc, |kept| kept.entities);
        self.entities.of(from, to)
    }

    fn terms_of(&self, doc: usize) -> impl Iterator<Item = (Hash, f32)> + Clone {
        let (from, to) = self.bounds(doc, |kept| kept.terms);
        self.terms.of(from, to)
    }

    /// Paragraphs of a document that are not boilerplate.
    fn paragraphs_of(&self, doc: usize) -> impl Iterator<Item = Hash> + Clone {
        let (from, to) = self.bounds(doc, |kept| kept.paragraphs);
        let is_told = |hash: &Hash| self.paragraph_counts.get(hash).is_none_or(|count| *count <= COMMON_PARAGRAPH);
        self.paragraphs.get(from..to).unwrap_or_default().iter().copied().filter(is_told)
    }

    /// Turns counts into weights: `(1 + ln count) × idf`, normalized per document and kind.
    fn weigh(&mut self, rarity: &Rarity) {
        for doc in 0..self.docs.len() {
            let bounds = [self.bounds(doc, |kept| kept.entities), self.bounds(doc, |kept| kept.terms)];
            for (vectors, (from, to)) in [&mut self.entities, &mut self.terms].into_iter().zip(bounds) {
                let hashes = vectors.hashes.get(from..to).unwrap_or_default();
                let weights = vectors.weights.get_mut(from..to).unwrap_or_default();
                for (weight, hash) in weights.iter_mut().zip(hashes) {
                    *weight = (1.0 + weight.max(1.0).ln()) * rarity.of(*hash);
                }
                let length = weights.iter().map(|weight| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
                // A feature of this document alone counts towards its norm but can match no other.
                for (weight, hash) in weights.iter_mut().zip(hashes) {
                    *weight = if rarity.is_shared(*hash) { *weight / length } else { 0.0 };
                }
            }
        }
    }

    fn likeness(&self, a: usize, b: usize) -> Likeness {
        let day = |doc: usize| self.docs.get(doc).and_then(|kept| kept.day);
        let days = day(a).zip(day(b)).map(|(a, b)| a.abs_diff(b));
        let (entities, terms) =
            (cosine(self.entities_of(a), self.entities_of(b)), cosine(self.terms_of(a), self.terms_of(b)));
        let has_entities = |doc: usize| self.entities_of(doc).next().is_some();
        let by_entities = if has_entities(a) && has_entities(b) { ENTITIES } else { 0.0 };
        let copied = self.copied(a, b);
        let alike = (by_entities * entities + (1.0 - by_entities) * terms).max(copied);
        let faded = match days {
            Some(days) if days > self.options.max_days => 0.0,
            // Outlets report one event on consecutive days, so the first day does not count.
            Some(days) => (-(days.saturating_sub(1) as f32) / DECAY_DAYS).exp(),
            None => 1.0,
        };
        Likeness { score: alike * faded, entities, terms, copied, days }
    }

    /// Share of the paragraphs in the document with fewer of them that the other one also has; 0 below
    /// [`SHARED_PARAGRAPHS`].
    fn copied(&self, a: usize, b: usize) -> f32 {
        let (a, b): (Vec<Hash>, Vec<Hash>) = (self.paragraphs_of(a).collect(), self.paragraphs_of(b).collect());
        let shared = a.iter().filter(|hash| b.contains(hash)).count();
        if shared < SHARED_PARAGRAPHS { 0.0 } else { (shared as f32 / a.len().min(b.len()) as f32).min(1.0) }
    }

    /// Candidate pairs with a score of at least half the threshold, best first. Half is set by hand: weaker pairs
    /// hardly ever start a join that reaches the threshold.
    fn edges(&self) -> Vec<Edge> {
        let mut order: Vec<usize> = (0..self.docs.len()).collect();
        order.sort_by_key(|&doc| self.docs.get(doc).and_then(|kept| kept.day).map_or(i64::MAX, i64::from));
        let mut index: HashMap<Hash, Reach> = HashMap::new();
        let mut touched: HashMap<usize, f32> = HashMap::new();
        let mut edges = Vec::new();
        for doc in order {
            touched.clear();
            for (hash, weight) in self.keys(doc) {
                let reach = index.entry(hash).or_default();
                reach.docs.iter().for_each(|(other, theirs)| *touched.entry(*other).or_default() += weight * theirs);
                reach.put(doc, weight);
            }
            let mut candidates: Vec<(usize, f32)> = touched.iter().map(|(doc, score)| (*doc, *score)).collect();
            candidates.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            candidates.truncate(CANDIDATES);
            for (other, _) in candidates {
                let score = self.likeness(doc, other).score;
                if score >= self.options.threshold / 2.0 {
                    edges.push((doc.min(other), doc.max(other), score));
                }
            }
        }
        edges.sort_unstable_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
        edges
    }

    /// Keys that a document is looked up by: its heaviest shared features, and its shared paragraphs.
    fn keys(&self, doc: usize) -> Vec<(Hash, f32)> {
        let shared = |(_, weight): &(Hash, f32)| *weight > 0.0;
        let mut keys: Vec<(Hash, f32)> = self.entities_of(doc).chain(self.terms_of(doc)).filter(shared).collect();
        keys.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        keys.truncate(KEYS);
        let is_copied = |hash: &Hash| self.paragraph_counts.get(hash).is_some_and(|count| *count > 1);
        keys.extend(self.paragraphs_of(doc).filter(is_copied).map(|hash| (hash, 1.0)));
        keys
    }

    /// Agglomerative clustering with average linkage, from the best edge down: joins two groups if the mean score
    /// across them reaches the threshold, estimated on a sample for large groups.
    fn join(&self, edges: &[Edge]) -> Vec<Vec<usize>> {
        let mut group_of: Vec<usize> = (0..self.docs.len()).collect();
        let mut groups: Vec<Vec<usize>> = (0..self.docs.len()).map(|doc| vec![doc]).collect();
        for &(a, b, _) in edges {
            let (Some(&one), Some(&other)) = (group_of.get(a), group_of.get(b)) else { continue };
            if one == other || !self.belong_together(&groups, one, other) {
                continue;
            }
            let (into, from) = (one.min(other), one.max(other));
            let moved = groups.get_mut(from).map(std::mem::take).unwrap_or_default();
            for &doc in &moved {
                if let Some(of) = group_of.get_mut(doc) {
                    *of = into;
                }
            }
            if let Some(group) = groups.get_mut(into) {
                group.extend(moved);
            }
        }
        groups.retain(|group| !group.is_empty());
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort_unstable_by_key(|group| group.first().copied());
        groups
    }

    fn belong_together(&self, groups: &[Vec<usize>], one: usize, other: usize) -> bool {
        let sample = |group: usize| {
            let members = groups.get(group).map(Vec::as_slice).unwrap_or_default();
            members.iter().step_by(members.len().div_ceil(SAMPLE).max(1)).copied().collect::<Vec<usize>>()
        };
        let (ours, theirs) = (sample(one), sample(other));
        let pairs = ours.iter().flat_map(|&a| theirs.iter().map(move |&b| (a, b)));
        let sum: f32 = pairs.map(|(a, b)| self.likeness(a, b).score).sum();
        sum >= self.options.threshold * (ours.len() * theirs.len()) as f32
    }
}

/// Ring buffer of the most recent documents with a feature, with its weight there.
#[derive(Debug, Default)]
struct Reach {
    docs: Vec<(usize, f32)>,
    next: usize,
}

impl Reach {
    fn put(&mut self, doc: usize, weight: f32) {
        match self.docs.get_mut(self.next) {
            Some(oldest) => *oldest = (doc, weight),
            None => self.docs.push((doc, weight)),
        }
        self.next = (self.next + 1) % REACH;
    }
}

/// Dot product of two vectors that are sorted by hash, at most 1.
fn cosine(a: impl Iterator<Item = (Hash, f32)>, b: impl Iterator<Item = (Hash, f32)>) -> f32 {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    let mut sum = 0.0;
    while let (Some(&(ours, x)), Some(&(theirs, y))) = (a.peek(), b.peek()) {
        match ours.cmp(&theirs) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                sum += x * y;
                a.next();
                b.next();
            }
        }
    }
    sum.min(1.0)
}
