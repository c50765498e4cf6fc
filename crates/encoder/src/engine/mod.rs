//! Forward passes behind one trait, so that replacing one affects nothing else.

mod bert;
mod embeddings;
mod f32;
mod forward;
mod int8;
mod scratch;

use self::bert::Bert;
pub(crate) use self::forward::Engine;
use crate::Error;
use crate::config::Config;
use crate::kernels::{Kernel, PackedWeights, WideWeights};
use crate::tensors::Tensors;

/// Numeric precision of a model's arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precision {
    /// Linear layers and attention multiply 8-bit integers, the rest uses 32-bit floats: three times as fast as
    /// [`F32`](Self::F32), in a quarter of the memory.
    #[default]
    Int8,
    /// 32-bit floats throughout, on weights widened from the bundle's int8: the reference.
    F32,
}

impl Precision {
    /// The name used in provenance.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Int8 => "int8",
            Self::F32 => "f32",
        }
    }
}

pub(crate) fn build(precision: Precision, config: &Config, tensors: &Tensors<'_>) -> Result<Box<dyn Engine>, Error> {
    let kernel = Kernel::detect();
    Ok(match precision {
        Precision::Int8 => Box::new(Bert::<PackedWeights>::load(kernel, config, tensors)?),
        Precision::F32 => Box::new(Bert::<WideWeights>::load(kernel, config, tensors)?),
    })
}
