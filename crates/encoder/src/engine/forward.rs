//! The interface of all forward passes.

use std::fmt::Debug;
use std::ops::Range;

use crate::PackedWindows;

/// An implementation of the encoder.
pub(crate) trait Engine: Debug + Send + Sync {
    /// Passes the hidden states of a non-empty block of whole windows to `each`, one row per subword.
    ///
    /// The windows have been validated against the model. The block's `starts` are offsets into the input that the
    /// block was cut from. A row depends only on its own window, to the bit.
    fn encode(&self, block: PackedWindows<'_>, each: &mut dyn FnMut(&[f32]));
}

impl PackedWindows<'_> {
    /// The windows as ranges of the block's own rows.
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let base = self.starts.first().copied().unwrap_or(0);
        self.starts.windows(2).map(move |pair| pair[0] - base..pair[1] - base)
    }
}
