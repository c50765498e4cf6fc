use pressmark_core::{Document, Layer, Provenance, Stage, StageError, Windows};

use crate::stage::split;
use crate::windows::{SPECIAL_ROWS, pack};
use crate::{Error, Subwords};

/// Settings of [`Tokenizer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most rows in a window, both special tokens included. Default: 256, as in the training of the bundled model.
    pub max_window: usize,
    /// Most tokens in a document: text behind them has no sentences, and the document gets a problem. Memory grows by
    /// some 200 bytes per token of one document. Default: no limit.
    pub max_tokens: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_window: 256, max_tokens: usize::MAX }
    }
}

/// The stage `tokenize`: text to sentences, words and the encoder's windows.
#[derive(Debug)]
pub struct Tokenizer {
    subwords: Subwords,
    options: Options,
}

impl Tokenizer {
    /// Creates the stage with the given vocabulary.
    ///
    /// # Errors
    /// [`Error::WindowTooSmall`] when a window has no room for one word.
    pub fn new(subwords: Subwords, options: Options) -> Result<Self, Error> {
        if options.max_window <= SPECIAL_ROWS {
            return Err(Error::WindowTooSmall { max_window: options.max_window });
        }
        Ok(Self { subwords, options })
    }

    /// Vocabulary of the stage.
    #[must_use]
    pub fn subwords(&self) -> &Subwords {
        &self.subwords
    }

    /// Packs the document's existing sentences and tokens into windows.
    ///
    /// For text that comes tokenized, such as gold data; [`run`](Stage::run) tokenizes by itself.
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
