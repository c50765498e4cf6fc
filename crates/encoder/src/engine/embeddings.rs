//! The input embeddings, shared by all engines.

use crate::Error;
use crate::config::Config;
use crate::tensors::{Table, Tensors};

/// The embeddings that are summed: word, position (with token type) and word shape.
#[derive(Debug)]
pub(super) struct Embeddings {
    words: Table,
    /// Position embeddings, with the embedding of token type 0 already added.
    positions: Vec<f32>,
    shapes: Vec<f32>,
    knows_shapes: bool,
    width: usize,
}

impl Embeddings {
    pub(super) fn load(config: &Config, tensors: &Tensors<'_>) -> Result<Self, Error> {
        let encoder = &config.encoder;
        let width = encoder.hidden_size;
        let words = tensors.table("embeddings.word_embeddings.weight", encoder.vocab_size, width)?;
        let types = "embeddings.token_type_embeddings.weight";
        let (type_count, _) = tensors.matrix_shape(types)?;
        // At least one type, since type 0 is added.
        let types = tensors.floats(types, &[type_count.max(1), width])?;
        let mut positions = tensors.floats("embeddings.position_embeddings.weight", &[encoder.max_positions, width])?;
        positions.drain(..encoder.position_offset * width);
        positions.truncate(config.max_window * width);
        for position in positions.chunks_exact_mut(width) {
            for (value, of_type) in position.iter_mut().zip(&types) {
                *value += of_type;
            }
        }
        let shapes = match config.shapes.len() {
            // A bundle without shapes: every word has shape 0, which adds nothing.
            0 => vec![0.0; width],
            count => tensors.floats("embeddings.shape_embeddings.weight", &[count, width])?,
        };
        Ok(Self { words, positions, shapes, knows_shapes: !config.shapes.is_empty(), width })
    }

    /// Writes the summed embeddings of subword `id` at `position` in its window, in a word of `shape`.
    pub(super) fn write(&self, id: u32, position: usize, shape: u8, out: &mut [f32]) {
        let (word, scale) = self.words.row(id as usize);
        let positions = &self.positions[position * self.width..][..self.width];
        let shape = if self.knows_shapes { usize::from(shape) } else { 0 };
        let shapes = &self.shapes[shape * self.width..][..self.width];
        let rest = positions.iter().zip(shapes);
        for ((out, byte), (position, shape)) in out.iter_mut().zip(word).zip(rest) {
            *out = f32::from(byte.cast_signed()) * scale + (position + shape);
        }
    }
}
