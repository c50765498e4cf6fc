//! How telling each sentence is.

use pressmark_core::{Document, Matrix, SegmentKind};
use pressmark_encoder::{Head, dot, normalize};

use crate::eligible::Candidate;

/// What each part of a score weighs; they add up to 1, so that scores stay in [0, 1].
///
/// Set by hand on the training half of the BBC articles; the measured half was not looked at for it.
struct Weights {
    salience: f32,
    centrality: f32,
    title: f32,
    place: f32,
}

const WITH_HEAD: Weights = Weights { salience: 0.7, centrality: 0.15, title: 0.0, place: 0.15 };
const WITHOUT_HEAD: Weights = Weights { salience: 0.0, centrality: 0.5, title: 0.2, place: 0.3 };

/// Taken from a sentence that opens with "He" or "But": it needs the one before it.
const POINTS_BACK: f32 = 0.03;

/// The score of each candidate, in [0, 1].
pub(crate) fn scores(doc: &Document, candidates: &[Candidate], head: Option<&Head>) -> Vec<f32> {
    let vectors = &doc.sent_vectors;
    let centroid = direction(vectors, candidates.iter().map(|c| c.sent));
    let is_title = |kind| kind == SegmentKind::Title;
    let titles = doc.sents.iter().enumerate().filter(|(_, s)| is_title(s.kind)).map(|(i, _)| i);
    let title = direction(vectors, titles);
    // Hidden states of another width are those of another model, or none at all.
    let head = head.filter(|head| head.inputs() == 2 * doc.hidden.width());
    let salience = head.map(|head| salience(doc, candidates, head));
    let weights = if salience.is_some() { WITH_HEAD } else { WITHOUT_HEAD };
    candidates
        .iter()
        .enumerate()
        .map(|(i, candidate)| {
            let vector = vectors.row(candidate.sent);
            let likeness = |to: &[f32]| if vector.len() == to.len() { dot(vector, to).clamp(0.0, 1.0) } else { 0.0 };
            let score = weights.salience * salience.as_ref().and_then(|s| s.get(i)).copied().unwrap_or_default()
                + weights.centrality * likeness(&centroid)
                + weights.title * likeness(&title)
                + weights.place * place(i);
            (score - if candidate.points_back { POINTS_BACK } else { 0.0 }).clamp(0.0, 1.0)
        })
        .collect()
}

/// What a news story says first it means most: 1, 1/2, 1/3, … without end, and so never nothing.
fn place(index: usize) -> f32 {
    1.0 / (index + 1) as f32
}

/// The unit vector along the mean of the given rows; zeros when there are none.
fn direction(vectors: &Matrix, rows: impl Iterator<Item = usize>) -> Vec<f32> {
    let mut mean = vectors.mean(rows);
    normalize(&mut mean);
    mean
}

/// What the head makes of each candidate: its mean hidden state beside that of the document, which is the mean over
/// the sentences of running text, as in training.
fn salience(doc: &Document, candidates: &[Candidate], head: &Head) -> Vec<f32> {
    let width = doc.hidden.width();
    let mean = |sent: usize| {
        let tokens = doc.sents.get(sent).map_or(0..0, |s| s.tokens.clone());
        doc.hidden.mean(doc.rows_of(tokens))
    };
    let mut whole = vec![0.0; width];
    let mut count = 0_usize;
    for (sent, _) in doc.sents.iter().enumerate().filter(|(_, s)| s.kind.is_prose()) {
        whole.iter_mut().zip(mean(sent)).for_each(|(sum, value)| *sum += value);
        count += 1;
    }
    whole.iter_mut().for_each(|sum| *sum /= count.max(1) as f32);
    candidates
        .iter()
        .map(|candidate| {
            let mut input = mean(candidate.sent);
            input.extend_from_slice(&whole);
            let mut probability = head.apply(&input);
            head.calibrate(&mut probability);
            probability.first().copied().unwrap_or_default()
        })
        .collect()
}
