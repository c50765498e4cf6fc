//! The head of bundles up to 0.4, which reads mean hidden states of separately encoded passage and target.

use ndarray::{Array1, ArrayView1, Axis, concatenate};
use pressmark_core::StanceLabel;
use pressmark_encoder::{Head, Model};

use crate::Error;
use crate::head::HEAD;

/// The bundle's head for a passage's mean beside a target's, with the output index of each side.
pub(crate) struct MeansHead<'m> {
    head: &'m Head,
    against: usize,
    favor: usize,
}

impl<'m> MeansHead<'m> {
    pub(crate) fn of(model: &'m Model) -> Result<Self, Error> {
        let head = model.head(HEAD)?;
        let find = |side: StanceLabel| {
            let place = head.labels().iter().position(|label| StanceLabel::named(label) == Some(side));
            place.ok_or_else(|| Error::Labels { head: HEAD, labels: head.labels().to_vec(), missing: side.as_str() })
        };
        Ok(Self { head, against: find(StanceLabel::Against)?, favor: find(StanceLabel::Favor)? })
    }

    /// Probabilities that a passage is (against, in favour of) the target, from their mean hidden states.
    pub(crate) fn judge(&self, passage: ArrayView1<'_, f32>, target: ArrayView1<'_, f32>) -> (f32, f32) {
        let scores = self.head.probabilities(pair(passage, target).view());
        (scores[self.against], scores[self.favor])
    }
}

/// Input of the head: passage, target, their elementwise product and absolute difference, concatenated.
fn pair(passage: ArrayView1<'_, f32>, target: ArrayView1<'_, f32>) -> Array1<f32> {
    let product = &passage * &target;
    let distance = (&passage - &target).mapv_into(f32::abs);
    concatenate![Axis(0), passage, target, product, distance]
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_head_reads_a_pair_four_times_over() {
        let pair = pair(array![1.0, -2.0].view(), array![3.0, 0.5].view());
        assert_eq!(pair, array![1.0, -2.0, 3.0, 0.5, 3.0, -1.0, 2.0, 2.5]);
    }
}
