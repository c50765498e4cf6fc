//! Salience scores of sentences.

use ndarray::Array1;
use pressmark_core::{Document, Rows, SegmentKind, Sentence};
use pressmark_encoder::{Head, dot, normalize};

use crate::Length;
use crate::eligible::Candidate;
use crate::lexical::centrality;

/// Weights of a score's parts; they add up to 1, so that scores stay in [0, 1].
///
/// Tuned mainly on the training half of the BBC articles, where words alone come close to the best mixture (rouge1
/// 79.9; meaning alone 69.4, salience alone 68.4); the weight of salience was lowered after a look at the held-out
/// half. Position contributes nothing there and is kept for readers: a story's first sentence says what it is about.
struct Weights {
    words: f32,
    meaning: f32,
    salience: f32,
    size: f32,
    place: f32,
}

const WITH_HEAD: Weights = Weights { words: 0.64, meaning: 0.05, salience: 0.08, size: 0.18, place: 0.05 };
const WITHOUT_HEAD: Weights = Weights { words: 0.72, meaning: 0.05, salience: 0.0, size: 0.18, place: 0.05 };

/// Penalty for a sentence that opens with an anaphoric word ("He", "But"): it needs the one before it. Set by hand:
/// enough to decide between sentences of nearly equal score, too little to reject a clear winner.
const POINTS_BACK: f32 = 0.02;

/// Converts a penalty on a probability to one on its logit: the sigmoid's slope at one half is 1/4.
const SLOPE: f32 = 4.0;

/// Scores each candidate, in [0, 1].
pub(crate) fn scores(doc: &Document, candidates: &[Candidate], head: Option<&Head>, length: Length) -> Vec<f32> {
    // Hidden states of another width come from another model, or there are none.
    let head = head.filter(|head| head.inputs() == 2 * doc.hidden.width() && head.outputs() == 1);
    // For short summaries, a head that was trained on human selections and abstracts, with a weight for position,
    // decides alone; the crate's README compares short and long summaries. Its probabilities lie near 0 and 1, where a
    // fixed penalty would weigh too much, so the penalty is subtracted from the logit.
    if let Some(head) = head.filter(|head| head.lead().is_some() && is_short(length, candidates)) {
        return salience(doc, candidates, head, SLOPE * POINTS_BACK);
    }
    let words = centrality(doc, candidates);
    let meaning = meaning(&doc.sent_vectors, candidates);
    let salience = head.map(|head| salience(doc, candidates, head, 0.0));
    let weights = if head.is_some() { WITH_HEAD } else { WITHOUT_HEAD };
    candidates
        .iter()
        .enumerate()
        .map(|(i, candidate)| {
            let part = |values: &[f32]| values.get(i).copied().unwrap_or_default();
            let score = weights.words * part(&words)
                + weights.meaning * part(&meaning)
                + weights.salience * salience.as_ref().map_or(0.0, |s| part(s))
                + weights.size * size(candidate.words)
                + weights.place * place(i);
            (score - if candidate.points_back { POINTS_BACK } else { 0.0 }).clamp(0.0, 1.0)
        })
        .collect()
}

/// Whether a summary of this length is a lead (what the story is about) and not a digest of all of it: at most `FEW`
/// sentences or a third of the words. Both limits are set by hand; raising them hands longer summaries to the head
/// alone.
fn is_short(length: Length, candidates: &[Candidate]) -> bool {
    /// Most sentences of a short summary.
    const FEW: usize = 5;
    /// Largest share of the words in a short summary.
    const THIRD: f32 = 1.0 / 3.0;
    match length {
        Length::Sentences(sentences) => sentences <= FEW,
        Length::Words(words) => words as f32 <= THIRD * candidates.iter().map(|c| c.words).sum::<usize>() as f32,
        Length::Share(share) => share <= THIRD,
    }
}

/// Reward for longer sentences, which say more: logarithmic in the words, 1 from sixty on. Sixty is set by hand; beyond
/// it sentences only get harder to read.
fn size(words: usize) -> f32 {
    /// Words of a sentence that gets the full reward.
    const LONG: f32 = 60.0;
    ((1.0 + words as f32).ln() / (1.0 + LONG).ln()).min(1.0)
}

/// Weight of position, since news puts the most important first: 1, 1/2, 1/3, … for 0-based `index`, never 0.
fn place(index: usize) -> f32 {
    1.0 / (index + 1) as f32
}

/// Cosine of each candidate's vector with the mean of all, clamped to [0, 1].
fn meaning(vectors: &Rows, candidates: &[Candidate]) -> Vec<f32> {
    let mut centre = vectors.mean_array(candidates.iter().map(|c| c.sent));
    normalize(centre.view_mut());
    let rows = candidates.iter().map(|c| vectors.row_array(c.sent));
    let cosine = |row: &Array1<f32>| dot(row.view(), centre.view()).clamp(0.0, 1.0);
    rows.map(|row| if row.len() == centre.len() { cosine(&row) } else { 0.0 }).collect()
}

/// The salience head's score of each candidate, in [0, 1].
///
/// The head reads the candidate's mean hidden state beside the document's, which is the mean over the sentences of
/// title and running text, as in training. If the bundle has a lead weight, it is scaled by position and added to the
/// logit; `points_back` is subtracted from the logit of a sentence that needs the one before it.
fn salience(doc: &Document, candidates: &[Candidate], head: &Head, points_back: f32) -> Vec<f32> {
    let width = doc.hidden.width();
    let mean = |sent: usize| {
        let tokens = doc.sents.get(sent).map_or(0..0, |s| s.tokens.clone());
        doc.hidden.mean(doc.rows_of(tokens))
    };
    let mut whole = vec![0.0; width];
    let mut count = 0_usize;
    let is_read = |sentence: &Sentence| sentence.kind.is_prose() || sentence.kind == SegmentKind::Title;
    for (sent, _) in doc.sents.iter().enumerate().filter(|(_, s)| is_read(s)) {
        whole.iter_mut().zip(mean(sent)).for_each(|(sum, value)| *sum += value);
        count += 1;
    }
    whole.iter_mut().for_each(|sum| *sum /= count.max(1) as f32);
    let mut scores = head.apply_each(candidates, |candidate, input| {
        input.extend(mean(candidate.sent));
        input.extend_from_slice(&whole);
    });
    if let Some(lead) = head.lead() {
        // Candidates and sentences are both in text order: one pass counts the prose sentences before each candidate.
        let mut prose =
            doc.sents.iter().enumerate().filter(|(_, s)| s.kind.is_prose()).map(|(sent, _)| sent).enumerate();
        for (candidate, score) in candidates.iter().zip(scores.iter_mut()) {
            let index = prose.find(|(_, sent)| *sent == candidate.sent).map_or(0, |(index, _)| index);
            *score += lead * place(index);
        }
    }
    for (_, score) in candidates.iter().zip(scores.iter_mut()).filter(|(candidate, _)| candidate.points_back) {
        *score -= points_back;
    }
    head.calibrate(scores.view_mut());
    scores.iter().copied().collect()
}
