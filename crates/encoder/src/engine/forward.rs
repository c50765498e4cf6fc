//! What every forward pass offers, and the windows that it is given.

use std::fmt::Debug;
use std::ops::Range;

use crate::PackedWindows;

/// One way to run the encoder.
pub(crate) trait Engine: Debug + Send + Sync {
    /// Hands on the hidden states of a block of whole windows, one row a subword; the block has
    /// at least one.
    ///
    /// The windows were checked against the model. The block's `starts` count from the start of
    /// the input that the block was cut from. A row depends on its own window alone, to the last bit.
    fn encode(&self, block: PackedWindows<'_>, each: &mut dyn FnMut(&[f32]));
}

impl PackedWindows<'_> {
    /// The windows as ranges of the block's own rows.
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let base = self.starts.first().copied().unwrap_or(0);
        self.starts.windows(2).map(move |pair| pair[0] - base..pair[1] - base)
    }
}
