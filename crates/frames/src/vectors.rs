use std::collections::BTreeMap;

use pressmark_encoder::{Model, Precision};
use pressmark_tokenize::Tokenizer;

use crate::background::background;
use crate::codebook::Label;
use crate::passage::encode;
use crate::{Codebook, Error};

/// Vectors of the texts of codebooks, encoded before the run by the same model: frames are then
/// ready at once.
///
/// They are an optimisation that changes no result: a text that is missing is encoded, and vectors
/// of another model, or for another precision, are not taken at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vectors {
    /// By [`key`] of the text.
    by_text: BTreeMap<u64, Vec<f32>>,
}

/// The first line of the only layout that is read, followed by the model's digest.
const FORMAT: &str = "pressmark-vectors/1";

impl Vectors {
    /// Encodes the texts of these codebooks and what they are judged against.
    ///
    /// # Errors
    /// As [`Frames::new`](crate::Frames::new).
    pub fn encode(model: &Model, tokenizer: &Tokenizer, codebooks: &[Codebook]) -> Result<Self, Error> {
        let mut vectors = Self::default();
        let labels = codebooks.iter().flat_map(|codebook| &codebook.labels);
        for text in labels.flat_map(Label::texts).chain(background()) {
            vectors.by_text.insert(key(text), encode(model, tokenizer, text)?.embedding.to_vec());
        }
        Ok(vectors)
    }

    /// The vectors that [`to_bytes`](Self::to_bytes) wrote; none when they are not this model's.
    #[must_use]
    pub fn from_bytes(bytes: &[u8], model: &Model) -> Self {
        Self::parse(bytes, model).unwrap_or_default()
    }

    fn parse(bytes: &[u8], model: &Model) -> Option<Self> {
        let rest = bytes.strip_prefix(header(model)?.as_bytes())?;
        let width = model.head(Model::EMBEDDING).ok()?.outputs();
        let entries = rest.chunks_exact(8 + 4 * width);
        let whole = entries.remainder().is_empty();
        let by_text = entries.map(|entry| {
            let (key, floats) = entry.split_first_chunk::<8>()?;
            let (floats, _) = floats.as_chunks::<4>();
            Some((u64::from_le_bytes(*key), floats.iter().map(|f| f32::from_le_bytes(*f)).collect()))
        });
        whole.then_some(Self { by_text: by_text.collect::<Option<_>>()? })
    }

    /// The vectors as bytes for [`from_bytes`](Self::from_bytes), the same on every machine; nothing
    /// for a model that computes in another precision than int8.
    #[must_use]
    pub fn to_bytes(&self, model: &Model) -> Vec<u8> {
        let mut bytes = header(model).unwrap_or_default().into_bytes();
        for (key, vector) in &self.by_text {
            bytes.extend(key.to_le_bytes());
            bytes.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
        }
        bytes
    }

    /// How many texts there are vectors of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_text.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_text.is_empty()
    }

    /// The greatest distance between the vectors of one text here and there; `None` when a text is
    /// on one side only.
    #[must_use]
    pub fn distance(&self, other: &Self) -> Option<f32> {
        if !self.by_text.keys().eq(other.by_text.keys()) {
            return None;
        }
        let values = |vectors: &Self| -> Vec<f32> { vectors.by_text.values().flatten().copied().collect() };
        let (a, b) = (values(self), values(other));
        Some(a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max))
    }

    /// The unit vector of a text: the one at hand, or a new one.
    pub(crate) fn embed(&self, model: &Model, tokenizer: &Tokenizer, text: &str) -> Result<Vec<f32>, Error> {
        match self.by_text.get(&key(text)) {
            Some(vector) => Ok(vector.clone()),
            None => Ok(encode(model, tokenizer, text)?.embedding.to_vec()),
        }
    }
}

/// What vectors of this model begin with; only int8 gives the same bits on every CPU.
fn header(model: &Model) -> Option<String> {
    (model.precision() == Precision::Int8).then(|| format!("{FORMAT} {}\n", model.sha256()))
}

/// FNV-1a (Fowler, Noll, Vo) in 64 bits: nobody makes texts collide against himself.
fn key(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use pressmark_encoder::TinyBundle;

    use super::*;

    #[test]
    fn vectors_come_back_and_only_to_their_own_model() {
        let own = Model::from_files(&TinyBundle { heads: heads(), ..TinyBundle::default() }.files());
        let other = Model::from_files(&TinyBundle { heads: heads(), seed: 2, ..TinyBundle::default() }.files());
        let (own, other) = (own.expect("it is sound"), other.expect("it is sound"));
        let width = own.head("embedding").expect("it was asked for").outputs();
        let vectors =
            Vectors { by_text: BTreeMap::from([(key("a"), vec![0.5; width]), (key("b"), vec![-1.0; width])]) };
        let bytes = vectors.to_bytes(&own);
        assert_eq!(Vectors::from_bytes(&bytes, &own), vectors);
        assert!(Vectors::from_bytes(&bytes, &other).is_empty());
        assert!(Vectors::from_bytes(&bytes[..bytes.len() - 1], &own).is_empty());
        assert!(Vectors::from_bytes(b"", &own).is_empty());
        let exact = own.with_precision(Precision::F32).expect("it has both");
        assert!(Vectors::from_bytes(&bytes, &exact).is_empty());
    }

    fn heads() -> Vec<(String, Vec<String>, Option<Vec<f32>>)> {
        vec![("embedding".to_owned(), vec!["x".to_owned(), "y".to_owned()], None)]
    }
}
