//! Viterbi decoding of token probabilities into BIO tags, and tags into mentions.

use std::ops::Range;

use crate::tags::{Tag, TagSet};

/// Log-probabilities of every tag for every token.
///
/// Most words are certainly outside any mention and share one row, so that a long document costs a few bytes per word
/// rather than a row of all tags.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lattice {
    width: usize,
    /// Row of each token among `rows`; row 0 is shared by words that are certainly outside any mention.
    places: Vec<u32>,
    rows: Vec<f32>,
    outside: usize,
}

/// Greatest probability of all mention tags together at which a word counts as certainly outside. Set by hand: no
/// single prior is strong enough to make a mention of such a word, so decoding gives the same result as with the word's
/// own row.
const SURE: f32 = 1e-5;

/// Log-probability far below any real one, and still finite when summed over a long sentence.
const NEVER: f32 = -30.0;

impl Lattice {
    /// Creates a lattice of `count` tokens, all of them certainly outside any mention.
    pub(crate) fn new(count: usize, tags: &TagSet) -> Self {
        let rows = (0..tags.len()).map(|tag| if tag == tags.outside() { 0.0 } else { NEVER }).collect();
        Self { width: tags.len(), places: vec![0; count], rows, outside: tags.outside() }
    }

    /// Sets a token's row to the log-softmax of its logits, divided by `temperature`.
    pub(crate) fn set(&mut self, token: usize, logits: &[f32], temperature: f32) {
        debug_assert_eq!(logits.len(), self.width, "one logit a tag");
        let first = self.rows.len();
        self.rows.extend(logits.iter().map(|logit| logit / temperature));
        log_softmax(&mut self.rows[first..]);
        let mentions = -self.rows[first + self.outside].exp_m1();
        if mentions < SURE {
            self.rows.truncate(first);
            self.places[token] = 0;
        } else {
            self.places[token] = (first / self.width) as u32;
        }
    }

    pub(crate) fn row(&self, token: usize) -> &[f32] {
        &self.rows[self.places[token] as usize * self.width..][..self.width]
    }

    /// Multiplies a token's probabilities by those of `prior`, given as logarithms.
    pub(crate) fn multiply(&mut self, token: usize, prior: &[f32]) {
        if self.places[token] == 0 {
            self.places[token] = (self.rows.len() / self.width) as u32;
            self.rows.extend_from_within(..self.width);
        }
        let row = &mut self.rows[self.places[token] as usize * self.width..][..self.width];
        row.iter_mut().zip(prior).for_each(|(r, p)| *r += p);
        log_softmax(row);
    }
}

/// Turns logits into log-probabilities.
pub(crate) fn log_softmax(logits: &mut [f32]) {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|l| (l - greatest).exp()).sum();
    let norm = greatest + sum.ln();
    logits.iter_mut().for_each(|l| *l -= norm);
}

/// A mention as a range of tokens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// Indices into the document's tokens, half-open.
    pub(crate) tokens: Range<usize>,
    /// Index into [`TagSet::kinds`].
    pub(crate) kind: usize,
}

/// Most probable tag sequence for one sentence in which every `I-X` continues a mention of kind X.
///
/// Viterbi, linear in tokens × tags, since BIO forbids only one kind of transition.
pub(crate) fn viterbi(lattice: &Lattice, tokens: Range<usize>, tags: &TagSet) -> Vec<usize> {
    let width = tags.len();
    let mut back: Vec<usize> = Vec::with_capacity(width * tokens.len());
    let mut total = vec![f32::NEG_INFINITY; width];
    let mut next = total.clone();
    for token in tokens.clone() {
        let row = lattice.row(token);
        let first = token == tokens.start;
        let (best, best_score) = if first { (0, 0.0) } else { greatest(&total) };
        for (j, to) in next.iter_mut().enumerate() {
            let (from, score) = match tags.tag(j) {
                Tag::Inside(_) if first => (0, f32::NEG_INFINITY),
                Tag::Inside(kind) => {
                    let (begin, inside) = tags.outputs_of(kind);
                    if total[begin] >= total[inside] { (begin, total[begin]) } else { (inside, total[inside]) }
                }
                Tag::Outside | Tag::Begin(_) => (best, best_score),
            };
            back.push(from);
            *to = score + row[j];
        }
        std::mem::swap(&mut total, &mut next);
    }
    let mut path = Vec::with_capacity(tokens.len());
    let mut at = greatest(&total).0;
    for step in back.chunks_exact(width).rev() {
        path.push(at);
        at = step[at];
    }
    path.reverse();
    path
}

/// The greatest value, the first on a tie, with its index.
fn greatest(values: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for (i, &value) in values.iter().enumerate() {
        if value > best.1 {
            best = (i, value);
        }
    }
    best
}

/// Mentions in the tags of a sentence; `first` is the sentence's first token.
pub(crate) fn mentions(path: &[usize], first: usize, tags: &TagSet) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut open = false;
    for (i, &tag) in path.iter().enumerate() {
        let token = first + i;
        match tags.tag(tag) {
            Tag::Outside => open = false,
            Tag::Begin(kind) => {
                found.push(Found { tokens: token..token + 1, kind });
                open = true;
            }
            Tag::Inside(_) => {
                if let Some(last) = found.last_mut().filter(|_| open) {
                    last.tokens.end = token + 1;
                }
            }
        }
    }
    found
}

/// Confidence in a mention, in [0, 1], by its weakest link: the least of the probabilities that its first token begins
/// a mention of the kind, that each further token is in one, and that the token after it does not continue it.
///
/// A mention is wrong as soon as one of its tokens is. On the dev data this was better calibrated than the mean, the
/// geometric mean or the product of the tokens' probabilities.
pub(crate) fn confidence(lattice: &Lattice, found: &Found, sentence_end: usize, tags: &TagSet) -> f32 {
    let (begin, inside) = tags.outputs_of(found.kind);
    let Range { start, end } = found.tokens;
    let first = lattice.row(start)[begin].exp();
    let in_kind = |token: usize| lattice.row(token)[begin].exp() + lattice.row(token)[inside].exp();
    let rest = (start + 1..end).map(in_kind).fold(1.0, f32::min);
    let stops = if end < sentence_end { 1.0 - lattice.row(end)[inside].exp() } else { 1.0 };
    first.min(rest).min(stops).clamp(0.0, 1.0)
}

/// Confidence in a mention of these tokens regardless of its kind, in [0, 1], by its weakest link as in [`confidence`].
pub(crate) fn span_confidence(lattice: &Lattice, found: &Found, sentence_end: usize, tags: &TagSet) -> f32 {
    let Range { start, end } = found.tokens;
    let sum = |token: usize, begins: bool, goes_on: bool| -> f32 {
        let row = lattice.row(token);
        (0..tags.kinds().len())
            .map(|kind| tags.outputs_of(kind))
            .map(|(begin, inside)| {
                let begins = if begins { row[begin].exp() } else { 0.0 };
                begins + if goes_on { row[inside].exp() } else { 0.0 }
            })
            .sum()
    };
    let rest = (start + 1..end).map(|token| sum(token, true, true)).fold(1.0, f32::min);
    let stops = if end < sentence_end { 1.0 - sum(end, false, true) } else { 1.0 };
    sum(start, true, false).min(rest).min(stops).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tags::tag_set;

    /// Builds a lattice whose tokens give each listed tag the probability beside it.
    fn lattice(tags: &TagSet, rows: &[&[(usize, f32)]]) -> Lattice {
        let mut lattice = Lattice::new(rows.len(), tags);
        for (token, row) in rows.iter().enumerate() {
            let mut logits = vec![-12.0; tags.len()];
            row.iter().for_each(|&(tag, p)| logits[tag] = p.ln());
            lattice.set(token, &logits, 1.0);
        }
        lattice
    }

    #[test]
    fn a_token_that_was_not_seen_is_in_no_mention() {
        let tags = tag_set(&["LOC"]);
        let mut lattice = Lattice::new(3, &tags);
        lattice.set(0, &[0.0, 2.0, 0.0], 1.0);
        lattice.set(2, &[0.0, 0.0, 2.0], 1.0);
        assert_eq!(viterbi(&lattice, 0..3, &tags), [1, 0, 0]);
    }

    #[test]
    fn sure_tokens_share_a_row_until_a_prior_tells_them_apart() {
        let tags = tag_set(&["LOC"]);
        let mut lattice = Lattice::new(3, &tags);
        let sure = [14.0, 0.0, 0.0];
        (0..2).for_each(|token| lattice.set(token, &sure, 1.0));
        // At twice the temperature it is no longer certain.
        lattice.set(2, &sure, 2.0);
        assert_eq!(lattice.rows.len(), 2 * 3);
        lattice.multiply(0, &[-40.0, 0.0, -40.0]);
        assert_eq!(viterbi(&lattice, 0..3, &tags), [1, 0, 0]);
        assert_eq!(lattice.row(1), [0.0, NEVER, NEVER]);
    }

    #[test]
    fn an_inside_never_follows_another_kind() {
        // Tags: O, B-LOC, I-LOC, B-ORG, I-ORG.
        let tags = tag_set(&["LOC", "ORG"]);
        let check = |rows: &[&[(usize, f32)]], expected: &[usize]| {
            let lattice = lattice(&tags, rows);
            assert_eq!(viterbi(&lattice, 0..rows.len(), &tags), expected);
        };
        check(&[&[(0, 0.9), (1, 0.1)], &[(2, 0.6), (1, 0.4)]], &[0, 1]);
        check(&[&[(0, 0.5), (1, 0.5)], &[(2, 0.9), (1, 0.1)]], &[1, 2]);
        check(&[&[(3, 0.6), (1, 0.4)], &[(2, 0.7), (4, 0.3)]], &[1, 2]);
        check(&[&[(3, 0.9)], &[(4, 0.9)], &[(3, 0.9)]], &[3, 4, 3]);
        check(&[], &[]);
    }

    #[test]
    fn mentions_take_their_tokens_and_are_as_sure_as_the_weakest() {
        let tags = tag_set(&["LOC", "ORG"]);
        let lattice =
            lattice(&tags, &[&[(1, 1.0)], &[(0, 1.0)], &[(3, 0.7), (1, 0.3)], &[(4, 0.6), (3, 0.2), (0, 0.2)]]);
        let found = mentions(&viterbi(&lattice, 0..4, &tags), 0, &tags);
        assert_eq!(found, [Found { tokens: 0..1, kind: 0 }, Found { tokens: 2..4, kind: 1 }]);
        assert!((confidence(&lattice, &found[1], 4, &tags) - 0.7).abs() < 1e-3);
    }

    proptest! {
        #[test]
        fn every_path_obeys_bio_and_beats_no_worse_path(logits in prop::collection::vec(-4.0f32..4.0, 5 * 4)) {
            let tags = tag_set(&["LOC", "ORG"]);
            let mut lattice = Lattice::new(4, &tags);
            logits.chunks(5).enumerate().for_each(|(token, logits)| lattice.set(token, logits, 1.0));
            let allowed = |path: &[usize]| {
                path.iter().enumerate().all(|(i, &tag)| match tags.tag(tag) {
                    Tag::Inside(kind) => i > 0 && matches!(tags.tag(path[i - 1]), Tag::Begin(k) | Tag::Inside(k) if k == kind),
                    Tag::Outside | Tag::Begin(_) => true,
                })
            };
            let score = |path: &[usize]| path.iter().enumerate().map(|(t, &tag)| lattice.row(t)[tag]).sum::<f32>();
            let best = viterbi(&lattice, 0..4, &tags);
            prop_assert!(allowed(&best));
            for number in 0..5_usize.pow(4) {
                let path: Vec<usize> = (0..4).map(|i| number / 5_usize.pow(i) % 5).collect();
                prop_assert!(!allowed(&path) || score(&path) <= score(&best) + 1e-4);
            }
        }
    }
}
