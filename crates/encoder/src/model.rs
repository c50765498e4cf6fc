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

/// Subwords that go through all layers together: enough that reading the weights once for each
/// block costs little (MiniLM takes 5 % more time with a quarter as many, 1 % less with twice as
/// many), few enough that their states and what is made of them stay at 3 MB a thread.
const BLOCK_SUBWORDS: usize = 1024;

/// A bundle that was read, checked and made ready to run: encoder, heads, tokenizer bytes.
///
/// A model is immutable; share one between threads with `Arc`. Every call of
/// [`encode`](Self::encode) runs on the thread that makes it.
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
    /// When a file is missing or is not what the manifest says ([`Error::Read`],
    /// [`Error::Size`], [`Error::Digest`]), or when configuration and weights do not fit each
    /// other.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, Error> {
        Self::load(BundleFiles::read(dir)?)
    }

    /// Opens a bundle that is in memory already.
    ///
    /// # Errors
    /// As [`open`](Self::open), save that nothing is read.
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
        // Hashing takes as long as building: both at once. What the hashes say of the files goes before all else.
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

    /// The same model, computing in the given precision.
    ///
    /// # Errors
    /// When the weights cannot be made ready for it; for a model that is open this does not
    /// happen with the precisions there are today.
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

    /// Name and version, as records write them: `pressmark-news 0.4.0`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.name(), self.version())
    }

    /// SHA-256 of the weights, in lowercase hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.digests.weights
    }

    /// SHA-256 over configuration, tokenizer and weights, in lowercase hexadecimal: where it is another one, the model
    /// may answer otherwise, though the weights be the same.
    #[must_use]
    pub fn bundle_sha256(&self) -> &str {
        &self.digests.bundle
    }

    /// Checks another file of the bundle, such as `codebook-vectors.bin`, against the manifest.
    ///
    /// # Errors
    /// [`Error::NotListed`] when the manifest does not know it, [`Error::Size`] or [`Error::Digest`] when it is not what
    /// the manifest says.
    pub fn check_file(&self, file: &str, bytes: &[u8]) -> Result<(), Error> {
        self.listed.check(file, bytes).map(drop)
    }

    /// SPDX expression of the weights' licence, where the bundle states it.
    #[must_use]
    pub fn licence(&self) -> Option<&str> {
        self.config.licence.as_deref()
    }

    /// Languages that the model was trained on and is measured in, as codes of ISO 639.
    #[must_use]
    pub fn languages(&self) -> &[String] {
        &self.config.languages
    }

    /// Further languages that it reads by transfer: their vocabulary is there, but no number says how well.
    #[must_use]
    pub fn transfer_languages(&self) -> &[String] {
        &self.config.transfer_languages
    }

    /// Scripts that its vocabulary covers, as codes of ISO 15924.
    #[must_use]
    pub fn scripts(&self) -> &[String] {
        &self.config.scripts
    }

    /// Whether its vocabulary tells upper from lower case; where not, word shapes do.
    #[must_use]
    pub fn is_cased(&self) -> bool {
        self.config.cased
    }

    /// Characters of the longest word that the tokenizer makes subwords of; what is longer is read as one unknown
    /// subword. `None` when words of any length are read.
    #[must_use]
    pub fn max_word_chars(&self) -> Option<usize> {
        self.config.max_word_chars
    }

    /// How the vector of a sentence is made of the hidden states of its subwords.
    #[must_use]
    pub fn pooling(&self) -> Pooling {
        self.config.pooling
    }

    /// The bundle's `tokenizer.json`, for the crate that makes subwords.
    #[must_use]
    pub fn tokenizer_json(&self) -> &[u8] {
        &self.tokenizer
    }

    /// The most subwords that a window may have, special ones included.
    #[must_use]
    pub fn max_window(&self) -> usize {
        self.config.max_window
    }

    /// How many numbers a hidden state has.
    #[must_use]
    pub fn hidden_size(&self) -> usize {
        self.config.encoder.hidden_size
    }

    /// The names of the word shapes; [`PackedWindows::shapes`] holds indices into them. Empty for a model that reads no
    /// shapes.
    #[must_use]
    pub fn shapes(&self) -> &[String] {
        &self.config.shapes
    }

    /// All heads, in the bundle's order.
    #[must_use]
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// The head of that name.
    ///
    /// # Errors
    /// [`Error::NoHead`] when the bundle has none.
    pub fn head(&self, name: &str) -> Result<&Head, Error> {
        let head = self.heads.iter().find(|head| head.name() == name);
        head.ok_or_else(|| Error::NoHead { name: name.to_owned(), bundle: self.config.name.clone() })
    }

    /// Runs the encoder: one row of [`hidden_size`](Self::hidden_size) numbers a subword, in the
    /// order of the input.
    ///
    /// A window attends to itself alone, and its rows are the same to the bit whatever other
    /// windows are with it and whatever thread runs it.
    ///
    /// # Errors
    /// When the windows are not well formed or hold an id, a word shape or a length that the
    /// model does not know. Nothing is ever cut off.
    pub fn encode(&self, windows: PackedWindows<'_>) -> Result<Array2<f32>, Error> {
        let width = self.hidden_size();
        let mut hidden = Vec::with_capacity(windows.ids.len() * width);
        self.encode_blocks(windows, |rows| hidden.extend(rows))?;
        Ok(Array2::from_shape_vec((windows.ids.len(), width), hidden).expect("a row for each subword"))
    }

    /// The same without a place for all rows: hands on some thousand at a time, as views of the encoder's own buffers
    /// in standard layout.
    ///
    /// # Errors
    /// As [`encode`](Self::encode); then nothing was handed on.
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

/// Cuts checked windows into runs of at most [`BLOCK_SUBWORDS`], or of one window.
///
/// A block's `starts` keep counting from the start of the input.
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
