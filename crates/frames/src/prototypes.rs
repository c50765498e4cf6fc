use pressmark_encoder::{Model, dot, normalize, sigmoid};
use pressmark_tokenize::Tokenizer;

use crate::background::background;
use crate::math::{logistic, moments};
use crate::{Codebook, Error, Vectors};

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
        let members = labels.map(|label| label.texts().map(vector).collect()).collect::<Result<Vec<_>, Error>>()?;
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
}
