use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use ndarray::{Array2, ArrayView2};

use crate::bundle::{BundleFiles, Digests, Listed};
use crate::config::{Config, Pooling};
use crate::engine::{self, Engine};
use crate::head::Head;
use crate::tensors::{Tensors, WeightBytes};
use crate::windows::{Limits, PackedWindows};
use crate::{Error, Precision};

/// Subwords that go through all layers together. Measured on MiniLM: a quarter as many take 5 % more time (the weights
/// are read once per block), twice as many 1 % less; at this size, the states and intermediate results of a thread take
/// 3 MB.
const BLOCK_SUBWORDS: usize = 1024;

/// A loaded and verified bundle, ready to run: encoder, heads, tokenizer bytes.
///
/// A model is immutable; share it between threads with `Arc`. Each call of [`encode`](Self::encode) runs on the calling
/// thread.
#[derive(Debug)]
pub struct Model {
    config: Config,
    digests: Digests,
    listed: Listed,
    tokenizer: Cow<'static, [u8]>,
    weights: WeightBytes,
    heads: Vec<Head>,
    precision: Precision,
    engine: Box<dyn Engine>,
}

impl Model {
    /// Opens a bundle's folder.
    ///
    /// # Errors
    /// If a file is missing or does not match the manifest ([`Error::Read`], [`Error::Size`], [`Error::Digest`]), or if
    /// configuration and weights are inconsistent.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, Error> {
        Self::load(BundleFiles::read(dir)?)
    }

    /// Opens a bundle from memory.
    ///
    /// # Errors
    /// As [`open`](Self::open), except that no file is read.
    pub fn from_files(files: &BundleFiles) -> Result<Self, Error> {
        Self::load(files.clone())
    }

    fn load(mut files: BundleFiles) -> Result<Self, Error> {
        let weights = Arc::new(std::mem::take(&mut files.weights));
        let precision = Precision::default();
        let build = || {
            let config = Config::parse(&files.config)?;
            let tensors = Tensors::parse(&weights)?;
            let heads = config.heads.iter();
            let heads = heads.map(|head| Head::load(head, &tensors)).collect::<Result<_, Error>>()?;
            let engine = engine::build(precision, &config, &tensors)?;
            Ok((config, heads, engine))
        };
        // Hashing takes as long as building, so they run in parallel. A failed verification takes precedence over build
        // errors.
        let (digests, built) = thread::scope(|scope| {
            let digests = scope.spawn(|| files.verify(&weights));
            let built: Result<_, Error> = build();
            (digests.join(), built)
        });
        let (digests, listed) = digests.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let (config, heads, engine) = built?;
        Ok(Self { config, digests, listed, tokenizer: files.tokenizer, weights, heads, precision, engine })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn weight_bytes(&self) -> &WeightBytes {
        &self.weights
    }

    /// Converts the model to another precision.
    ///
    /// # Errors
    /// If the weights cannot be prepared for it; this cannot happen for an open model with today's precisions.
    pub fn with_precision(mut self, precision: Precision) -> Result<Self, Error> {
        if precision != self.precision {
            let tensors = Tensors::parse(&self.weights)?;
            self.engine = engine::build(precision, &self.config, &tensors)?;
            self.precision = precision;
        }
        Ok(self)
    }

    /// The precision that [`encode`](Self::encode) computes in.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The bundle's name, for example `pressmark-news`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// The bundle's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.config.version
    }

    /// Name and version as written in records, for example `pressmark-news 0.4.0`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.name(), self.version())
    }

    /// SHA-256 of the weights, in lowercase hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.digests.weights
    }

    /// SHA-256 over configuration, tokenizer and weights, in lowercase hexadecimal. If it differs, predictions may
    /// differ even with equal weights.
    #[must_use]
    pub fn bundle_sha256(&self) -> &str {
        &self.digests.bundle
    }

    /// Verifies another file of the bundle, such as `codebook-vectors.bin`, against the manifest.
    ///
    /// # Errors
    /// [`Error::NotListed`] if the manifest does not list it, [`Error::Size`] or [`Error::Digest`] if it does not
    /// match.
    pub fn check_file(&self, file: &str, bytes: &[u8]) -> Result<(), Error> {
        self.listed.check(file, bytes).map(drop)
    }

    /// Licence of the weights as an SPDX expression, if the bundle states it.
    #[must_use]
    pub fn licence(&self) -> Option<&str> {
        self.config.licence.as_deref()
    }

    /// Languages that the model was trained and evaluated on, as ISO 639 codes.
    #[must_use]
    pub fn languages(&self) -> &[String] {
        &self.config.languages
    }

    /// Further languages that it reads by transfer, covered by the vocabulary but not evaluated.
    #[must_use]
    pub fn transfer_languages(&self) -> &[String] {
        &self.config.transfer_languages
    }

    /// Scripts that its vocabulary covers, as ISO 15924 codes.
    #[must_use]
    pub fn scripts(&self) -> &[String] {
        &self.config.scripts
    }

    /// Whether its vocabulary distinguishes upper from lower case; if not, word shapes do.
    #[must_use]
    pub fn is_cased(&self) -> bool {
        self.config.cased
    }

    /// Longest word, in characters, that the tokenizer splits into subwords; longer ones become a single unknown
    /// subword. `None` if there is no limit.
    #[must_use]
    pub fn max_word_chars(&self) -> Option<usize> {
        self.config.max_word_chars
    }

    /// How the vector of a sentence is computed from the hidden states of its subwords.
    #[must_use]
    pub fn pooling(&self) -> Pooling {
        self.config.pooling
    }

    /// The bundle's `tokenizer.json`, for the tokenizer crate.
    #[must_use]
    pub fn tokenizer_json(&self) -> &[u8] {
        &self.tokenizer
    }

    /// Maximum number of subwords in a window, special ones included.
    #[must_use]
    pub fn max_window(&self) -> usize {
        self.config.max_window
    }

    /// Width of a hidden state.
    #[must_use]
    pub fn hidden_size(&self) -> usize {
        self.config.encoder.hidden_size
    }

    /// Names of the word shapes, which [`PackedWindows::shapes`] indexes; empty if the model reads no shapes.
    #[must_use]
    pub fn shapes(&self) -> &[String] {
        &self.config.shapes
    }

    /// All heads, in the bundle's order.
    #[must_use]
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// The head with this name.
    ///
    /// # Errors
    /// [`Error::NoHead`] if the bundle has none.
    pub fn head(&self, name: &str) -> Result<&Head, Error> {
        let head = self.heads.iter().find(|head| head.name() == name);
        head.ok_or_else(|| Error::NoHead { name: name.to_owned(), bundle: self.config.name.clone() })
    }

    /// Runs the encoder: returns one row of [`hidden_size`](Self::hidden_size) numbers per subword, in input order.
    ///
    /// A window attends only to itself, and its rows are bit-identical whatever other windows it is batched with and
    /// whatever thread runs it.
    ///
    /// # Errors
    /// If the windows are malformed or contain an id, a word shape or a length that the model does not support. Nothing
    /// is ever truncated.
    pub fn encode(&self, windows: PackedWindows<'_>) -> Result<Array2<f32>, Error> {
        let width = self.hidden_size();
        let mut hidden = Vec::with_capacity(windows.ids.len() * width);
        self.encode_blocks(windows, |rows| hidden.extend(rows))?;
        Ok(Array2::from_shape_vec((windows.ids.len(), width), hidden).expect("a row for each subword"))
    }

    /// Like [`encode`](Self::encode), but passes blocks of up to about a thousand rows to `each`, as views of the
    /// encoder's own buffers in standard layout, instead of collecting them.
    ///
    /// # Errors
    /// As [`encode`](Self::encode); `each` is not called in that case.
    pub fn encode_blocks(
        &self,
        windows: PackedWindows<'_>,
        mut each: impl FnMut(ArrayView2<'_, f32>),
    ) -> Result<(), Error> {
        windows.check(Limits {
            window: self.config.max_window,
            vocabulary: self.config.encoder.vocab_size,
            shapes: self.config.shapes.len(),
        })?;
        for block in blocks(windows).filter(|block| !block.ids.is_empty()) {
            self.engine.encode(block, &mut |rows| {
                each(
                    ArrayView2::from_shape((block.ids.len(), self.hidden_size()), rows)
                        .expect("a row for each subword"),
                );
            });
        }
        Ok(())
    }
}

/// Splits validated windows into runs of at most [`BLOCK_SUBWORDS`], or of one window.
///
/// A block's `starts` remain offsets into the whole input.
fn blocks<'a>(windows: PackedWindows<'a>) -> impl Iterator<Item = PackedWindows<'a>> {
    let count = windows.starts.len().saturating_sub(1);
    let mut first = 0;
    std::iter::from_fn(move || {
        if first >= count {
            return None;
        }
        let begin = windows.starts[first];
        let mut last = first + 1;
        while last < count && windows.starts[last + 1] - begin <= BLOCK_SUBWORDS {
            last += 1;
        }
        let range = begin..windows.starts[last];
        let block = PackedWindows {
            ids: &windows.ids[range.clone()],
            shapes: &windows.shapes[range],
            starts: &windows.starts[first..=last],
        };
        first = last;
        Some(block)
    })
}
