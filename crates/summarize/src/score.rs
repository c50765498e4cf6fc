//! How salient each sentence is.

use ndarray::Array1;
use pressmark_core::{Document, Rows, SegmentKind, Sentence};
use pressmark_encoder::{Head, dot, normalize};

use crate::Length;
use crate::eligible::Candidate;
use crate::lexical::centrality;

/// What each part of a score weighs; they add up to 1, so that scores stay in [0, 1].
///
/// Set mainly on the training half of the BBC articles, where the words alone reach most of what is to be had (rouge1
/// 79.9; meaning alone 69.4, salience alone 68.4); the weight of salience was lowered after a look at the held-out
/// half. Place is worth nothing there and is kept for readers: a story's first sentence tells what it is about.
struct Weights {
    words: f32,
    meaning: f32,
    salience: f32,
    size: f32,
    place: f32,
}

const WITH_HEAD: Weights = Weights { words: 0.64, meaning: 0.05, salience: 0.08, size: 0.18, place: 0.05 };
const WITHOUT_HEAD: Weights = Weights { words: 0.72, meaning: 0.05, salience: 0.0, size: 0.18, place: 0.05 };

/// Taken from a sentence that opens with "He" or "But": it needs the one before it. As much as decides between sentences
/// of nearly equal score and no more, so that one that is clearly the best is taken all the same; set by hand.
const POINTS_BACK: f32 = 0.02;

/// Logits to one of probability, about one half.
const SLOPE: f32 = 4.0;

/// The score of each candidate, in [0, 1].
pub(crate) fn scores(doc: &Document, candidates: &[Candidate], head: Option<&Head>, length: Length) -> Vec<f32> {
    // Hidden states of another width are those of another model, or none at all.
    let head = head.filter(|head| head.inputs() == 2 * doc.hidden.width() && head.outputs() == 1);
    // Of a few sentences, a head that was trained on what people chose and wrote and that knows what a sentence's place is
    // worth decides alone; the crate's README has the numbers of short and long summaries. Its scores lie near 0 and 1, where a
    // fixed amount means too much: it is taken from the logit.
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

/// Whether a summary tells what the story is about, as a lead does, and does not go through all of it: a few sentences, or
/// at most a third of the words.
fn is_short(length: Length, candidates: &[Candidate]) -> bool {
    const FEW: usize = 5;
    const THIRD: f32 = 1.0 / 3.0;
    match length {
        Length::Sentences(sentences) => sentences <= FEW,
        Length::Words(words) => words as f32 <= THIRD * candidates.iter().map(|c| c.words).sum::<usize>() as f32,
        Length::Share(share) => share <= THIRD,
    }
}

/// A longer sentence tells more: the logarithm of its words, 1 from sixty on, where sentences only get harder to read.
fn size(words: usize) -> f32 {
    const LONG: f32 = 60.0;
    ((1.0 + words as f32).ln() / (1.0 + LONG).ln()).min(1.0)
}

/// What a news story says first it means most: 1, 1/2, 1/3, … without end, and so never nothing.
fn place(index: usize) -> f32 {
    1.0 / (index + 1) as f32
}

/// How near each candidate's vector is to the mean of all: cosines, in [0, 1].
fn meaning(vectors: &Rows, candidates: &[Candidate]) -> Vec<f32> {
    let mut centre = Array1::from(vectors.mean(candidates.iter().map(|c| c.sent)));
    normalize(centre.view_mut());
    let rows = candidates.iter().map(|c| Array1::from(vectors.row(c.sent)));
    let cosine = |row: &Array1<f32>| dot(row.view(), centre.view()).clamp(0.0, 1.0);
    rows.map(|row| if row.len() == centre.len() { cosine(&row) } else { 0.0 }).collect()
}

/// What the head makes of each candidate, in [0, 1]: its mean hidden state beside that of the document, which is the mean
/// over the sentences of title and running text, as in training; where the bundle says what place is worth, that is added to
/// the logit, and `points_back` is taken from that of a sentence that needs the one before it.
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
        // Candidates and sentences are both in text order: one walk counts the sentences of running text before each.
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
