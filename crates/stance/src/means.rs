//! The head of bundles up to 0.4, which reads means of hidden states that were made apart.

use ndarray::{Array1, ArrayView1, Axis, concatenate};
use pressmark_core::StanceLabel;
use pressmark_encoder::{Head, Model};

use crate::Error;
use crate::head::HEAD;

/// The bundle's head for the mean of a passage beside that of a target, and which output of it is which side.
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

    /// Probabilities that a passage is against the target, and for it, from their mean hidden states.
    pub(crate) fn judge(&self, passage: ArrayView1<'_, f32>, target: ArrayView1<'_, f32>) -> (f32, f32) {
        let scores = self.head.probabilities(pair(passage, target).view());
        (scores[self.against], scores[self.favor])
    }
}

/// What the head reads: passage, target, their product and their distance, place by place.
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
