//! Priors on tags from sources other than the model, multiplied into the lattice.

use std::collections::HashMap;

use crate::decode::Lattice;
use crate::tags::TagSet;

/// Floor of a prior, as a probability: a name may well be something else for once. It bounds a prior of weight 1 to
/// odds of 1000 to 1. Set by hand: a larger floor weakens priors, a smaller one overrules the sentence.
const DOUBT: f32 = 1e-3;

/// Log-probabilities to be added to some tokens.
pub(crate) struct Prior {
    pub(crate) width: usize,
    /// Start of each token's row in `rows`.
    places: HashMap<usize, usize>,
    rows: Vec<f32>,
}

impl Prior {
    pub(crate) fn new(tags: &TagSet) -> Self {
        Self { width: tags.len(), places: HashMap::new(), rows: Vec::new() }
    }

    /// Adds `weight * ln(p + DOUBT)` for every tag of the token.
    pub(crate) fn add(&mut self, token: usize, weight: f32, probability: impl Iterator<Item = f32>) {
        let next = self.rows.len();
        let first = *self.places.entry(token).or_insert(next);
        if first == next {
            self.rows.resize(next + self.width, 0.0);
        }
        let row = &mut self.rows[first..][..self.width];
        row.iter_mut().zip(probability).for_each(|(r, p)| *r += weight * (p.max(0.0) + DOUBT).ln());
    }

    pub(crate) fn of_some(self) -> Option<Self> {
        (!self.places.is_empty()).then_some(self)
    }

    pub(crate) fn apply(self, lattice: &mut Lattice) {
        // Any order will do: the rows are independent.
        for (token, first) in self.places {
            lattice.multiply(token, &self.rows[first..][..self.width]);
        }
    }
}
