//! Encoded texts side by side, as a classifier takes them.

use rust_tokenizers::TokenizedInput;
use tch::Tensor;

/// Inputs of one length, a row each.
pub(crate) struct Batch {
    /// Subwords, padded behind.
    pub(crate) ids: Tensor,
    /// Which of them are no padding.
    pub(crate) mask: Tensor,
    /// Which of two texts each belongs to.
    pub(crate) segments: Tensor,
}

impl Batch {
    pub(crate) fn new(inputs: &[TokenizedInput], pad: i64) -> Self {
        let width = inputs.iter().map(|input| input.token_ids.len()).max().unwrap_or(0);
        let (mut ids, mut mask, mut segments) = (Vec::new(), Vec::new(), Vec::new());
        for input in inputs {
            let length = input.token_ids.len();
            ids.extend((0..width).map(|at| input.token_ids.get(at).copied().unwrap_or(pad)));
            // By length and not by id: the text may hold whatever stands for padding.
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

/// Makes one unknown subword of each run of them, as models are trained.
///
/// For DeBERTa from version 2 on rust_tokenizers makes one of each byte, all of which stand on the last character.
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
            // What lies between the subword before and the last character is unknown too.
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
