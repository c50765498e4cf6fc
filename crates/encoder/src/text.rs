use ndarray::{Array1, Array2, Axis};

use crate::{Error, Model, PackedWindows, normalize};

/// A short text that stands beside the documents (a definition, an example, a target), as heads read it.
///
/// Such texts are encoded on their own, once per run; [`Model::encode_text`] takes the same path as the sentences of a
/// document, so that the two can be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedText {
    /// Hidden states of its subwords, special ones left out: a row each of [`Model::hidden_size`] numbers.
    pub subwords: Array2<f32>,
    /// Their mean.
    pub mean: Array1<f32>,
    /// Its embedding by the bundle's `embedding` head, of unit length.
    pub embedding: Array1<f32>,
}

impl Model {
    /// The bundle's head that makes the embedding of a text from its mean hidden state.
    pub const EMBEDDING: &str = "embedding";

    /// Encodes one text given as windows; `rows` are the subwords that count, special ones left out.
    ///
    /// # Errors
    /// As [`encode`](Self::encode), and [`Error::NoHead`] when the bundle has no `embedding` head.
    ///
    /// # Panics
    /// When a row is not among the windows' subwords.
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
