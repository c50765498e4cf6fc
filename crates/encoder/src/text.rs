use ndarray::{Array1, Array2, Axis};

use crate::{Error, Model, PackedWindows, normalize};

/// A short standalone text (a definition, an example, a target) in the form that heads read.
///
/// Such texts are encoded once per run; [`Model::encode_text`] takes the same path as the sentences of a document, so
/// that the two are comparable.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedText {
    /// Hidden states of its subwords, special ones excluded: one row of [`Model::hidden_size`] numbers each.
    pub subwords: Array2<f32>,
    /// Mean of the hidden states.
    pub mean: Array1<f32>,
    /// Its embedding by the bundle's `embedding` head, a unit vector.
    pub embedding: Array1<f32>,
}

impl Model {
    /// Name of the head that computes a text's embedding from its mean hidden state.
    pub const EMBEDDING: &str = "embedding";

    /// Encodes one text given as windows; `rows` are the indices of its subwords, special ones excluded.
    ///
    /// # Errors
    /// As [`encode`](Self::encode), and [`Error::NoHead`] if the bundle has no `embedding` head.
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn encode_text(&self, windows: PackedWindows<'_>, rows: &[usize]) -> Result<EncodedText, Error> {
        let subwords = self.encode(windows)?.select(Axis(0), rows);
        let mut mean = Array1::zeros(self.hidden_size());
        for row in subwords.rows() {
            mean.zip_mut_with(&row, |sum: &mut f32, value| *sum += value / rows.len() as f32);
        }
        let mut embedding = self.head(Self::EMBEDDING)?.apply(mean.view());
        normalize(embedding.view_mut());
        Ok(EncodedText { subwords, mean, embedding })
    }
}
