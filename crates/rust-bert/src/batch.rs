//! Batches of encoded texts for classifiers.

use rust_tokenizers::TokenizedInput;
use tch::Tensor;

/// Inputs padded to equal length, one per row.
pub(crate) struct Batch {
    /// Subword ids, padded at the end.
    pub(crate) ids: Tensor,
    /// False for padding.
    pub(crate) mask: Tensor,
    /// The index of the text (0 or 1) that each subword belongs to.
    pub(crate) segments: Tensor,
}

impl Batch {
    pub(crate) fn new(inputs: &[TokenizedInput], pad: i64) -> Self {
        let width = inputs.iter().map(|input| input.token_ids.len()).max().unwrap_or(0);
        let (mut ids, mut mask, mut segments) = (Vec::new(), Vec::new(), Vec::new());
        for input in inputs {
            let length = input.token_ids.len();
            ids.extend((0..width).map(|at| input.token_ids.get(at).copied().unwrap_or(pad)));
            // By length, not by id: the text may contain the padding token itself.
            mask.extend((0..width).map(|at| at < length));
            segments.extend((0..width).map(|at| input.segment_ids.get(at).map_or(0, |&s| i64::from(s))));
        }
        let shape = [inputs.len() as i64, width as i64];
        Self {
            ids: Tensor::from_slice(&ids).view(shape),
            mask: Tensor::from_slice(&mask).view(shape),
            segments: Tensor::from_slice(&segments).view(shape),
        }
    }
}

/// Merges each run of unknown subwords into one, as in the models' training data.
///
/// For DeBERTa from version 2 on, rust_tokenizers emits one per byte, all with the offsets of the last character.
pub(crate) fn fuse_unknown(input: &mut TokenizedInput, unknown: i64) {
    let is_unknown = |at: usize| input.token_ids.get(at) == Some(&unknown);
    let kept: Vec<usize> =
        (0..input.token_ids.len()).filter(|&at| at == 0 || !is_unknown(at) || !is_unknown(at - 1)).collect();
    if kept.len() == input.token_ids.len() {
        return;
    }
    let mut end = None;
    let mut offsets = Vec::with_capacity(kept.len());
    for &at in &kept {
        let mut offset = input.token_offsets.get(at).copied().flatten();
        if let (Some(offset), Some(end), true) = (&mut offset, end, is_unknown(at)) {
            // Everything between the previous subword and the last character is unknown too.
            offset.begin = offset.begin.min(end);
        }
        end = offset.map(|offset| offset.end).or(end);
        offsets.push(offset);
    }
    fn pick<T: Clone>(values: &mut Vec<T>, kept: &[usize]) {
        *values = kept.iter().filter_map(|&at| values.get(at).cloned()).collect();
    }
    pick(&mut input.token_ids, &kept);
    pick(&mut input.segment_ids, &kept);
    pick(&mut input.special_tokens_mask, &kept);
    pick(&mut input.reference_offsets, &kept);
    pick(&mut input.mask, &kept);
    input.token_offsets = offsets;
}
