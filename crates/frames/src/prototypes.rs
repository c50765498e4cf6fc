use ndarray::{Array1, Array2, ArrayView1, Axis, stack};
use pressmark_encoder::{Model, dot, dots, normalize, sigmoid};
use pressmark_tokenize::Tokenizer;

use crate::background::background;
use crate::math::{logistic, moments};
use crate::{Codebook, Error, Vectors};

/// Similarity of a sentence to each frame of a codebook, as calibrated probabilities.
///
/// A frame's prototype is the mean vector of its definition and examples (prototypical networks, Snell et al. 2017,
/// without training). Raw cosines are not comparable between frames, since a broad definition is close to everything.
/// So each is standardised by the similarities of background sentences and of the other frames' examples, and turned
/// into a probability by one logistic curve per codebook, fitted to the codebook's own examples with each left out of
/// its own prototype.
pub(crate) struct Prototypes {
    frames: Vec<Prototype>,
    slope: f32,
    offset: f32,
}

struct Prototype {
    /// Mean of the members, scaled to unit length.
    centre: Array1<f32>,
    /// Unit vectors of definition and examples, one row each.
    members: Array2<f32>,
    /// Mean and standard deviation of the similarities of texts that do not show the frame.
    mean: f32,
    deviation: f32,
}

/// Weight of the nearest member in a similarity; the centre has the rest. A frame has several aspects, and one example
/// may show the aspect that the centre blurs. Set by hand: at 0 a codebook of varied examples blurs, at 1 a single odd
/// example decides.
const NEAREST: f32 = 0.5;

impl Prototypes {
    /// Builds the prototypes of a codebook against the [`background`], encoding texts without a precomputed vector.
    pub(crate) fn new(
        codebook: &Codebook,
        vectors: &Vectors,
        model: &Model,
        tokenizer: &Tokenizer,
    ) -> Result<Self, Error> {
        let vector = |text: &str| vectors.embed(model, tokenizer, text);
        let labels = codebook.labels.iter();
        let members = labels.map(|label| label.texts().map(vector).collect()).collect::<Result<Vec<_>, Error>>()?;
        let background = background().map(vector).collect::<Result<Vec<_>, Error>>()?;
        Ok(Self::fit(&members, &background))
    }

    fn fit(members: &[Vec<Array1<f32>>], background: &[Array1<f32>]) -> Self {
        let mut frames: Vec<Prototype> = members
            .iter()
            .map(|own| Prototype { centre: centre(own), members: rows(own), mean: 0.0, deviation: 1.0 })
            .collect();
        for (index, frame) in frames.iter_mut().enumerate() {
            let others = members.iter().enumerate().filter(|(i, _)| *i != index).flat_map(|(_, own)| own);
            let scores: Vec<f32> =
                background.iter().chain(others).map(|vector| frame.similarity(vector.view())).collect();
            (frame.mean, frame.deviation) = moments(&scores);
        }
        let mut samples = Vec::new();
        for (index, own) in members.iter().enumerate() {
            for (left_out, vector) in own.iter().enumerate() {
                for (i, frame) in frames.iter().enumerate() {
                    if i != index {
                        samples.push((frame.standard(vector.view()), false));
                    } else if own.len() > 1 {
                        samples.push((frame.without(own, left_out).standard(vector.view()), true));
                    }
                }
            }
        }
        samples.extend(background.iter().flat_map(|v| frames.iter().map(|f| (f.standard(v.view()), false))));
        let (slope, offset) = logistic(&samples);
        Self { frames, slope, offset }
    }

    /// One probability per frame, for a sentence vector of unit length.
    pub(crate) fn score(&self, vector: ArrayView1<'_, f32>) -> Array1<f32> {
        self.frames.iter().map(|f| sigmoid(self.slope * f.standard(vector) + self.offset)).collect()
    }
}

impl Prototype {
    fn similarity(&self, vector: ArrayView1<'_, f32>) -> f32 {
        let nearest = dots(self.members.view(), vector).fold(f32::NEG_INFINITY, |most, &cosine| most.max(cosine));
        NEAREST * nearest + (1.0 - NEAREST) * dot(self.centre.view(), vector)
    }

    fn standard(&self, vector: ArrayView1<'_, f32>) -> f32 {
        (self.similarity(vector) - self.mean) / self.deviation
    }

    /// The prototype without one of its members (`own`).
    fn without(&self, own: &[Array1<f32>], index: usize) -> Self {
        let mut members = own.to_vec();
        members.remove(index);
        Self { centre: centre(&members), members: rows(&members), mean: self.mean, deviation: self.deviation }
    }
}

/// Stacks vectors as the rows of an array.
fn rows(vectors: &[Array1<f32>]) -> Array2<f32> {
    let views: Vec<_> = vectors.iter().map(|vector| vector.view()).collect();
    // All vectors come from one model, so they have the same length.
    stack(Axis(0), &views).unwrap_or_default()
}

fn centre(vectors: &[Array1<f32>]) -> Array1<f32> {
    let mut sum = Array1::zeros(vectors.first().map_or(0, Array1::len));
    vectors.iter().for_each(|vector| sum += vector);
    normalize(sum.view_mut());
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(values: [f32; 3]) -> Array1<f32> {
        let mut vector = Array1::from(values.to_vec());
        normalize(vector.view_mut());
        vector
    }

    #[test]
    fn a_sentence_scores_highest_in_its_own_frame() {
        let frame =
            |x: f32, y: f32| vec![unit([x, y, 0.1]), unit([x, y, 0.3]), unit([x, y, -0.2]), unit([x + 0.1, y, 0.0])];
        let background = [unit([0.1, 0.1, 1.0]), unit([-0.1, 0.2, 1.0]), unit([0.2, -0.2, 1.0])];
        let prototypes = Prototypes::fit(&[frame(1.0, 0.0), frame(0.0, 1.0)], &background);
        let scores = prototypes.score(unit([1.0, 0.1, 0.0]).view());
        assert!(scores[0] > 0.8 && scores[1] < 0.2, "{scores:?}");
        assert!(prototypes.score(background[0].view()).iter().all(|&s| s < 0.3));
    }
}
