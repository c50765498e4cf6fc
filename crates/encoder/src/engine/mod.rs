//! The forward pass behind one trait, so that a faster one changes nothing else.

mod bert;
mod embeddings;
mod f32;
mod int8;
mod scratch;

use std::fmt::Debug;

use self::bert::Bert;
use crate::config::Config;
use crate::kernels::{Kernel, PackedWeights, WideWeights};
use crate::tensors::Tensors;
use crate::{Error, PackedWindows};

/// What a model computes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precision {
    /// Linear layers and attention multiply 8-bit integers, the rest is 32-bit floats: three times
    /// as fast and a quarter of the memory.
    #[default]
    Int8,
    /// 32-bit floats throughout, on weights widened from the bundle's int8: the reference.
    F32,
}

impl Precision {
    /// The name under which provenance has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Int8 => "int8",
            Self::F32 => "f32",
        }
    }
}

/// One way to run the encoder.
pub(crate) trait Engine: Debug + Send + Sync {
    /// Hands on the hidden states of a block of whole windows, one row a subword; the block has
    /// at least one.
    ///
    /// The windows were checked against the model. The block's `starts` count from the start of
    /// the input that the block was cut from. A row depends on its own window alone, to the last bit.
    fn encode(&self, block: PackedWindows<'_>, each: &mut dyn FnMut(&[f32]));
}

pub(crate) fn build(precision: Precision, config: &Config, tensors: &Tensors<'_>) -> Result<Box<dyn Engine>, Error> {
    let kernel = Kernel::detect();
    Ok(match precision {
        Precision::Int8 => Box::new(Bert::<PackedWeights>::load(kernel, config, tensors)?),
        Precision::F32 => Box::new(Bert::<WideWeights>::load(kernel, config, tensors)?),
    })
}

impl PackedWindows<'_> {
    /// The windows as ranges of the block's own rows.
    fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let base = self.starts.first().copied().unwrap_or(0);
        self.starts.windows(2).map(move |pair| pair[0] - base..pair[1] - base)
    }
}
