//! The files of the bundle `pressmark-news-small`, as bytes inside the program.
//!
//! A crate of its own so that whoever brings a model of their own need not carry this one. What the model can do, what
//! it was trained on and what it may be used for stands in its README, the model card.
#![deny(missing_docs)]

/// `config.json`: sizes, heads, calibration.
pub const CONFIG: &[u8] = include_bytes!("../config.json");
/// `tokenizer.json`, in the format of the crate `tokenizers`.
pub const TOKENIZER: &[u8] = include_bytes!("../tokenizer.json");
/// `model.safetensors`: the weights.
pub const WEIGHTS: &[u8] = include_bytes!("../model.safetensors");
/// `manifest.json`: sizes and digests of the other files.
pub const MANIFEST: &[u8] = include_bytes!("../manifest.json");
/// `codebook-vectors.bin`: the vectors of the shipped codebooks.
pub const CODEBOOK_VECTORS: &[u8] = include_bytes!("../codebook-vectors.bin");
