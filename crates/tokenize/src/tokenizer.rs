use pressmark_core::{Document, Layer, Provenance, Stage, StageError, Windows};

use crate::stage::split;
use crate::windows::{SPECIAL_ROWS, pack};
use crate::{Error, Subwords};

/// Settings of [`Tokenizer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Rows of a window at most, its first and last special token included. Default: 256, what the bundled model was trained on.
    pub max_window: usize,
    /// Tokens of a document at most: what stands behind them has no sentences, and the document says so. Memory grows
    /// with the tokens of one document, by some 200 bytes each. Default: no limit.
    pub max_tokens: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_window: 256, max_tokens: usize::MAX }
    }
}

/// The stage `tokenize`: from text to sentences, words and the windows that the encoder reads.
#[derive(Debug)]
pub struct Tokenizer {
    subwords: Subwords,
    options: Options,
}

impl Tokenizer {
    /// A tokenizer with the given vocabulary.
    ///
    /// # Errors
    /// [`Error::WindowTooSmall`] when a window has no room for one word.
    pub fn new(subwords: Subwords, options: Options) -> Result<Self, Error> {
        if options.max_window <= SPECIAL_ROWS {
            return Err(Error::WindowTooSmall { max_window: options.max_window });
        }
        Ok(Self { subwords, options })
    }

    /// Its vocabulary.
    #[must_use]
    pub fn subwords(&self) -> &Subwords {
        &self.subwords
    }

    /// Packs the document's sentences and tokens, as they stand, into windows.
    ///
    /// For text that comes with its tokens, such as a gold standard; [`run`](Stage::run) finds them itself.
    #[must_use]
    pub fn windows(&self, doc: &Document) -> Windows {
        pack(&doc.text, &doc.sents, &doc.tokens, &self.subwords, self.options.max_window)
    }
}

impl Stage for Tokenizer {
    fn name(&self) -> &'static str {
        "tokenize"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Text]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens, Layer::Windows]
    }

    fn provenance(&self) -> Provenance {
        let Options { max_window, max_tokens } = self.options;
        let settings = match max_tokens {
            usize::MAX => format!("{{\"max_window\":{max_window}}}"),
            _ => format!("{{\"max_window\":{max_window},\"max_tokens\":{max_tokens}}}"),
        };
        Provenance { stage: self.name(), model: None, sha256: None, settings }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        split(doc, self.options.max_tokens);
        doc.windows = self.windows(doc);
        Ok(())
    }
}
