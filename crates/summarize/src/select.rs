//! Selects the sentences of the summary by score.

use std::str::FromStr;

use pressmark_core::{Document, SummarySentence};
use pressmark_encoder::dot;
use serde::Serialize;

use crate::Error;
use crate::eligible::{Bond, Candidate};

/// Length of a summary.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Length {
    /// Exactly this many sentences, if the document has them.
    Sentences(usize),
    /// At most this many words, punctuation excluded, but always one sentence.
    Words(usize),
    /// At most this share of the words of running text, in (0, 1], but always one sentence.
    Share(f32),
}

/// Parses `3` (sentences), `60w` (words) or `20%` (of the text).
impl FromStr for Length {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let length = if let Some(percent) = text.strip_suffix('%') {
            let percent = percent.trim().parse().ok().filter(|percent| *percent > 0.0 && *percent <= 100.0);
            percent.map(|percent: f32| Self::Share(percent / 100.0))
        } else {
            let (number, of): (&str, fn(usize) -> Self) = match text.strip_suffix('w') {
                Some(words) => (words, Self::Words),
                None => (text, Self::Sentences),
            };
            number.trim().parse().ok().filter(|number| *number > 0).map(of)
        };
        length.ok_or_else(|| Error::UnknownLength(text.to_owned()))
    }
}

/// Redundancy threshold: how far the cosine of two sentences must lie between the story's mean cosine (0) and 1 for
/// them to count as repeating each other.
///
/// Relative, because the embeddings of some models are all close together. Set by hand for MiniLM, where it amounts to
/// a cosine of about 0.85 in most stories; a lower value drops facts, a higher one keeps agency copy beside its own
/// rewording.
const SAME: f32 = 0.8;

/// Most selected sentences that a new one is compared with, in order of selection. Set by hand: it only matters for
/// summaries of thousands of sentences, where time would otherwise be quadratic in their number.
const COMPARED: usize = 256;

/// Selects the best sentences that fit, do not repeat each other and have the neighbour they depend on; in text order.
pub(crate) fn select(doc: &Document, candidates: &[Candidate], scores: &[f32], length: Length) -> Vec<SummarySentence> {
    let mut order: Vec<usize> = (0..candidates.len().min(scores.len())).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let mut budget = Budget::new(length, candidates);
    let usual = usual_cosine(doc, candidates);
    let mut taken = vec![false; doc.sents.len()];
    let mut chosen: Vec<usize> = Vec::new();
    // Candidates waiting for a neighbour to be selected, by that neighbour's sentence index.
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); doc.sents.len()];
    for best in order {
        // The candidate and, once it is selected, those that waited for it.
        let mut turn = vec![best];
        while let Some(index) = turn.pop() {
            let candidate = &candidates[index];
            match candidate.bond {
                Bond::Torn => continue,
                Bond::Beside(neighbour) if !taken.get(neighbour).copied().unwrap_or(true) => {
                    waiting[neighbour].push(index);
                    continue;
                }
                _ => {}
            }
            if budget.is_spent() {
                break;
            }
            if !budget.admits(candidate) || repeats(doc, candidate, candidates, &chosen, usual) {
                continue;
            }
            budget.spend(candidate);
            chosen.push(index);
            taken[candidate.sent] = true;
            turn.extend(waiting[candidate.sent].drain(..).rev());
        }
        if budget.is_spent() {
            break;
        }
    }
    in_text_order(candidates, scores, chosen)
}

/// Ranks the selection by score, since a sentence that waited for its neighbour was selected late, and sorts it by
/// position.
fn in_text_order(candidates: &[Candidate], scores: &[f32], mut chosen: Vec<usize>) -> Vec<SummarySentence> {
    chosen.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let ranked = chosen.into_iter().enumerate();
    let mut summary: Vec<_> = ranked
        .map(|(rank, index)| SummarySentence { sent: candidates[index].sent, rank: rank + 1, score: scores[index] })
        .collect();
    summary.sort_unstable_by_key(|s| s.sent);
    summary
}

/// Whether a sentence repeats one already chosen: the same text, or too similar a vector.
fn repeats(doc: &Document, candidate: &Candidate, candidates: &[Candidate], chosen: &[usize], usual: f32) -> bool {
    let vector = doc.sent_vectors.row_array(candidate.sent);
    let text = doc.sents.get(candidate.sent).map_or("", |s| doc.slice(s.span));
    chosen.iter().take(COMPARED).any(|&other| {
        let other = candidates[other].sent;
        let chosen = doc.sent_vectors.row_array(other);
        doc.sents.get(other).is_some_and(|s| doc.slice(s.span) == text)
            || chosen.len() == vector.len() && dot(chosen.view(), vector.view()) >= usual + SAME * (1.0 - usual)
    })
}

/// The mean cosine over all pairs of distinct candidates, clamped to [0, 1]; computed from the norm of their mean
/// vector.
fn usual_cosine(doc: &Document, candidates: &[Candidate]) -> f32 {
    let count = candidates.len() as f32;
    if count < 2.0 {
        return 0.0;
    }
    let centre = doc.sent_vectors.mean_array(candidates.iter().map(|c| c.sent));
    // The squared norm is the mean over all ordered pairs; take out the pair of each sentence with itself.
    ((dot(centre.view(), centre.view()) * count - 1.0) / (count - 1.0)).clamp(0.0, 1.0)
}

/// Sentences and words still available to the summary.
struct Budget {
    sentences: usize,
    words: usize,
    empty: bool,
}

impl Budget {
    fn new(length: Length, candidates: &[Candidate]) -> Self {
        let all: usize = candidates.iter().map(|c| c.words).sum();
        let (sentences, words) = match length {
            Length::Sentences(sentences) => (sentences, usize::MAX),
            Length::Words(words) => (usize::MAX, words),
            Length::Share(share) => (usize::MAX, (all as f64 * f64::from(share)).round() as usize),
        };
        Self { sentences, words, empty: true }
    }

    fn is_spent(&self) -> bool {
        self.sentences == 0 || self.words == 0 && !self.empty
    }

    fn admits(&self, candidate: &Candidate) -> bool {
        self.empty || candidate.words <= self.words
    }

    fn spend(&mut self, candidate: &Candidate) {
        self.sentences -= 1;
        self.words = self.words.saturating_sub(candidate.words);
        self.empty = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_numbers_of_sentences_or_words_or_shares() {
        let check = |text: &str, expected| assert_eq!(text.parse::<Length>().ok(), expected, "{text}");
        check("3", Some(Length::Sentences(3)));
        check("60w", Some(Length::Words(60)));
        check("20%", Some(Length::Share(0.2)));
        for wrong in ["0", "0w", "0%", "120%", "three", ""] {
            check(wrong, None);
        }
    }
}
