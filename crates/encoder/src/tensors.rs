//! Reads tensors from `model.safetensors`, each validated against the expected shape.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::Error;

/// The bytes of `model.safetensors`, shared by the model and its engine.
pub(crate) type WeightBytes = Arc<Cow<'static, [u8]>>;

/// Maximum length of the header, in bytes. Set by hand: room for 5,000 tensors, while the deepest model allowed has
/// about 1,500.
const MOST_HEADER: u64 = 1 << 20;

/// The tensors of a bundle, borrowed from its bytes.
pub(crate) struct Tensors<'a> {
    bytes: &'a WeightBytes,
    tensors: SafeTensors<'a>,
}

/// An int8 table whose rows stay in the bundle's bytes until they are looked up.
#[derive(Debug)]
pub(crate) struct Table {
    bytes: WeightBytes,
    range: Range<usize>,
    scales: Vec<f32>,
    columns: usize,
}

/// A matrix of int8 weights; row `i` represents `values * scales[i]`.
pub(crate) struct Quantised<'a> {
    pub(crate) values: &'a [u8],
    pub(crate) scales: Vec<f32>,
    pub(crate) columns: usize,
}

impl<'a> Tensors<'a> {
    pub(crate) fn parse(bytes: &'a WeightBytes) -> Result<Self, Error> {
        // The format allows a header of 100 MB, which would take gigabytes once parsed.
        if let Some(got) = bytes.first_chunk().map(|length| u64::from_le_bytes(*length)).filter(|n| *n > MOST_HEADER) {
            return Err(Error::Header { got, most: MOST_HEADER });
        }
        match SafeTensors::deserialize(bytes) {
            Ok(tensors) => Ok(Self { bytes, tensors }),
            Err(source) => Err(Error::Weights { source }),
        }
    }

    fn view(&self, name: &str) -> Result<TensorView<'a>, Error> {
        self.tensors.tensor(name).map_err(|_| Error::NoTensor { name: name.to_owned() })
    }

    /// Rows and columns of a two-dimensional tensor.
    pub(crate) fn matrix_shape(&self, name: &str) -> Result<(usize, usize), Error> {
        match *self.view(name)?.shape() {
            [rows, columns] => Ok((rows, columns)),
            ref got => Err(Error::TensorShape { name: name.to_owned(), expected: vec![0, 0], got: got.to_vec() }),
        }
    }

    fn shaped(&self, name: &str, shape: &[usize]) -> Result<TensorView<'a>, Error> {
        let view = self.view(name)?;
        if view.shape() == shape {
            Ok(view)
        } else {
            Err(Error::TensorShape { name: name.to_owned(), expected: shape.to_vec(), got: view.shape().to_vec() })
        }
    }

    /// A float tensor, converted to f32 and checked to be finite.
    pub(crate) fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let view = self.shaped(name, shape)?;
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Dtype::F16 => view.data().as_chunks().0.iter().map(|bytes| widen_f16(u16::from_le_bytes(*bytes))).collect(),
            got => {
                return Err(Error::TensorType {
                    name: name.to_owned(),
                    expected: "F32 or F16",
                    got: format!("{got:?}"),
                });
            }
        };
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(values),
            Some(index) => Err(Error::NotFinite { name: name.to_owned(), index }),
        }
    }

    /// An int8 matrix with one scale per row, from `name` and `name.scale`.
    pub(crate) fn quantised(&self, name: &str, rows: usize, columns: usize) -> Result<Quantised<'a>, Error> {
        let view = self.shaped(name, &[rows, columns])?;
        if view.dtype() != Dtype::I8 {
            return Err(Error::TensorType {
                name: name.to_owned(),
                expected: "I8",
                got: format!("{:?}", view.dtype()),
            });
        }
        Ok(Quantised { values: view.data(), scales: self.floats(&format!("{name}.scale"), &[rows])?, columns })
    }

    /// Like [`quantised`](Self::quantised), for a table too large to copy.
    pub(crate) fn table(&self, name: &str, rows: usize, columns: usize) -> Result<Table, Error> {
        let matrix = self.quantised(name, rows, columns)?;
        let start = matrix.values.as_ptr().addr() - self.bytes.as_ptr().addr();
        Ok(Table {
            bytes: Arc::clone(self.bytes),
            range: start..start + matrix.values.len(),
            scales: matrix.scales,
            columns,
        })
    }
}

impl Table {
    /// The int8 values of a row, as two's complement bytes, and their scale.
    pub(crate) fn row(&self, row: usize) -> (&[u8], f32) {
        let values = &self.bytes[self.range.clone()][row * self.columns..][..self.columns];
        (values, self.scales[row])
    }
}

/// Converts IEEE 754 half precision to single, exactly.
fn widen_f16(half: u16) -> f32 {
    let sign = u32::from(half >> 15) << 31;
    let exponent = u32::from(half >> 10) & 0x1f;
    let fraction = u32::from(half) & 0x3ff;
    match exponent {
        0 => {
            // Subnormal: a multiple of 2^-24.
            let value = fraction as f32 * (1.0 / 16_777_216.0);
            f32::from_bits(value.to_bits() | sign)
        }
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::widen_f16;

    #[test]
    fn half_precision_widens_exactly() {
        let check = |half: u16, expected: f32| {
            assert_eq!(widen_f16(half).to_bits(), expected.to_bits(), "{half:#06x}");
        };
        check(0x0000, 0.0);
        check(0x8000, -0.0);
        check(0x3c00, 1.0);
        check(0xc000, -2.0);
        check(0x7bff, 65504.0);
        check(0x0001, 5.960_464_5e-8);
        check(0x0400, 6.103_515_6e-5);
        check(0x3555, 0.333_251_95);
        check(0x7c00, f32::INFINITY);
        assert!(widen_f16(0x7e00).is_nan());
    }
}
