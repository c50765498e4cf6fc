use std::sync::Arc;

use pressmark_encoder::{Model, dot, normalize, sigmoid};
use pressmark_tokenize::Tokenizer;

use crate::codebook::Label;
use crate::embed::States;
use crate::{Codebook, Error, Vectors};

/// Sentences about everything and nothing: against them a similarity is judged high or low.
const BACKGROUND: &str = include_str!("../codebooks/background.txt");

/// How similar a sentence is to each frame of a codebook, as calibrated probabilities.
///
/// A frame's prototype is the mean vector of its definition and examples (prototypical networks,
/// Snell et al. 2017, without training). Raw cosines cannot be compared between frames, since a
/// broad definition is near to everything; so each is standardised by what the frame makes of
/// background sentences and of the other frames' examples, and one logistic curve a codebook,
/// fitted to the codebook's own examples with each left out of its own prototype, turns it into
/// a probability.
pub(crate) struct Prototypes {
    frames: Vec<Prototype>,
    slope: f32,
    offset: f32,
}

struct Prototype {
    centre: Vec<f32>,
    members: Vec<Vec<f32>>,
    mean: f32,
    deviation: f32,
}

/// The background sentences: the same for every codebook.
pub(crate) fn background<'a>() -> std::str::Lines<'a> {
    BACKGROUND.lines()
}

/// The texts whose mean is a frame's prototype.
pub(crate) fn texts_of(label: &Label) -> impl Iterator<Item = &str> {
    std::iter::once(&label.definition).chain(&label.examples).map(String::as_str)
}

/// Share of the nearest member in a similarity, the rest being the centre's: a frame has several
/// faces, and one example may show the face that the centre blurs.
const NEAREST: f32 = 0.5;

impl Prototypes {
    /// The prototypes of a codebook against the [`background`]; texts without a vector are encoded.
    pub(crate) fn new(
        codebook: &Codebook,
        vectors: &Vectors,
        model: &Model,
        tokenizer: &Tokenizer,
    ) -> Result<Self, Error> {
        let vector = |text: &str| vectors.embed(model, tokenizer, text);
        let labels = codebook.labels.iter();
        let members = labels.map(|label| texts_of(label).map(vector).collect()).collect::<Result<Vec<_>, Error>>()?;
        let background = background().map(vector).collect::<Result<Vec<_>, Error>>()?;
        Ok(Self::fit(members, &background))
    }

    fn fit(members: Vec<Vec<Vec<f32>>>, background: &[Vec<f32>]) -> Self {
        let mut frames: Vec<Prototype> = members
            .iter()
            .map(|own| Prototype { centre: centre(own), members: own.clone(), mean: 0.0, deviation: 1.0 })
            .collect();
        for (index, frame) in frames.iter_mut().enumerate() {
            let others = members.iter().enumerate().filter(|(i, _)| *i != index).flat_map(|(_, own)| own);
            let scores: Vec<f32> = background.iter().chain(others).map(|vector| frame.similarity(vector)).collect();
            (frame.mean, frame.deviation) = moments(&scores);
        }
        let mut samples = Vec::new();
        for (index, own) in members.iter().enumerate() {
            for (left_out, vector) in own.iter().enumerate() {
                for (i, frame) in frames.iter().enumerate() {
                    if i != index {
                        samples.push((frame.standard(vector), false));
                    } else if own.len() > 1 {
                        samples.push((frame.without(left_out).standard(vector), true));
                    }
                }
            }
        }
        samples.extend(background.iter().flat_map(|v| frames.iter().map(|f| (f.standard(v), false))));
        let (slope, offset) = logistic(&samples);
        Self { frames, slope, offset }
    }

    /// One probability a frame, for a sentence vector of unit length.
    pub(crate) fn score(&self, vector: &[f32]) -> Vec<f32> {
        self.frames.iter().map(|f| sigmoid(self.slope * f.standard(vector) + self.offset)).collect()
    }
}

impl Prototype {
    fn similarity(&self, vector: &[f32]) -> f32 {
        let nearest = self.members.iter().map(|m| dot(m, vector)).fold(f32::NEG_INFINITY, f32::max);
        NEAREST * nearest + (1.0 - NEAREST) * dot(&self.centre, vector)
    }

    fn standard(&self, vector: &[f32]) -> f32 {
        (self.similarity(vector) - self.mean) / self.deviation
    }

    fn without(&self, index: usize) -> Self {
        let mut members = self.members.clone();
        members.remove(index);
        Self { centre: centre(&members), members, mean: self.mean, deviation: self.deviation }
    }
}

fn centre(vectors: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0.0; vectors.first().map_or(0, Vec::len)];
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(s, v)| *s += v);
    }
    normalize(&mut sum);
    sum
}

fn moments(values: &[f32]) -> (f32, f32) {
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / count;
    // A codebook of identical frames has no spread to divide by.
    (mean, variance.sqrt().max(1e-3))
}

/// Slope and offset of the logistic curve that fits the samples best, by Newton's method.
///
/// The ridge keeps the slope finite where the two classes do not overlap; eight steps are more
/// than two parameters need.
pub(crate) fn logistic(samples: &[(f32, bool)]) -> (f32, f32) {
    const RIDGE: f64 = 0.1;
    let (mut slope, mut offset) = (1.0_f64, -2.0_f64);
    for _ in 0..8 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (RIDGE * (slope - 1.0), 0.0, RIDGE, 0.0, 1e-6);
        for &(x, positive) in samples {
            let x = f64::from(x);
            let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
            let (error, weight) = (p - f64::from(u8::from(positive)), p * (1.0 - p));
            (g0, g1) = (g0 + error * x, g1 + error);
            (h00, h01, h11) = (h00 + weight * x * x, h01 + weight * x, h11 + weight);
        }
        let determinant = h00 * h11 - h01 * h01;
        if determinant.abs() < 1e-12 {
            break;
        }
        slope -= (h11 * g0 - h01 * g1) / determinant;
        offset -= (h00 * g1 - h01 * g0) / determinant;
    }
    if slope.is_finite() && offset.is_finite() && slope > 0.0 { (slope as f32, offset as f32) } else { (1.0, -2.0) }
}

/// A head of the bundle that knows frames of a codebook.
pub(crate) struct Trained {
    model: Arc<Model>,
    head: String,
    known: Vec<Known>,
}

/// A frame that a head knows.
struct Known {
    /// Its place in the codebook.
    frame: usize,
    /// Its place among the head's labels.
    output: usize,
    /// The head's share in its score.
    share: f32,
}

impl Trained {
    /// The heads that this codebook's frames point to (`head:label`), as far as this bundle has them.
    pub(crate) fn of(codebook: &Codebook, model: &Arc<Model>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (frame, label) in codebook.labels.iter().enumerate() {
            let Some((name, output)) = label.head.as_deref().and_then(|name| name.rsplit_once(':')) else { continue };
            let Ok(head) = model.head(name) else { continue };
            let Some(output) = head.labels().iter().position(|l| l == output) else { continue };
            let known = Known { frame, output, share: label.head_share };
            match all.iter_mut().find(|trained| trained.head == name) {
                Some(trained) => trained.known.push(known),
                None => all.push(Self { model: Arc::clone(model), head: name.to_owned(), known: vec![known] }),
            }
        }
        all
    }

    /// Gives the head's probabilities for a text their share in the scores.
    pub(crate) fn share_in(&self, scores: &mut [f32], states: &States) {
        let Ok(head) = self.model.head(&self.head) else { return };
        let mut logits =
            if head.is_pooled() { head.pool(&head.apply_rows(&states.subwords)) } else { head.apply(&states.mean) };
        head.calibrate(&mut logits);
        for Known { frame, output, share } in &self.known {
            scores[*frame] = (1.0 - share) * scores[*frame] + share * logits[*output];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(values: [f32; 3]) -> Vec<f32> {
        let mut vector = values.to_vec();
        normalize(&mut vector);
        vector
    }

    #[test]
    fn a_sentence_scores_highest_in_its_own_frame() {
        let frame =
            |x: f32, y: f32| vec![unit([x, y, 0.1]), unit([x, y, 0.3]), unit([x, y, -0.2]), unit([x + 0.1, y, 0.0])];
        let background = [unit([0.1, 0.1, 1.0]), unit([-0.1, 0.2, 1.0]), unit([0.2, -0.2, 1.0])];
        let prototypes = Prototypes::fit(vec![frame(1.0, 0.0), frame(0.0, 1.0)], &background);
        let scores = prototypes.score(&unit([1.0, 0.1, 0.0]));
        assert!(scores[0] > 0.8 && scores[1] < 0.2, "{scores:?}");
        assert!(prototypes.score(&background[0]).iter().all(|&s| s < 0.3));
    }

    #[test]
    fn the_curve_fits_overlapping_classes() {
        let samples: Vec<(f32, bool)> = (0..100).map(|i| (i as f32 / 25.0 - 2.0, i % 10 < i / 10)).collect();
        let (slope, offset) = logistic(&samples);
        assert!(slope > 0.5 && offset.abs() < 0.5, "{slope} {offset}");
        assert!(logistic(&[]).0 > 0.0);
    }
}
