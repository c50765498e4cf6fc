use ndarray::{Array1, Array2};
use pressmark_core::{Document, Span, Stage, StageError};
use pressmark_encoder::{EncodedText, Model, PackedWindows};
use pressmark_tokenize::Tokenizer;

use crate::Error;

/// The hidden states of a passage, as trained heads read them.
#[derive(Clone)]
pub(crate) struct Passage {
    /// Mean over its rows; for several sentences, the mean of the sentences' means.
    pub(crate) mean: Array1<f32>,
    /// Hidden states of the subwords, one row each.
    pub(crate) subwords: Array2<f32>,
}

impl Passage {
    /// The passage made of these sentences of a document.
    pub(crate) fn of(doc: &Document, sents: &[usize]) -> Self {
        let rows_of = |&sent: &usize| doc.sents.get(sent).map(|sent| doc.rows_of(sent.tokens.clone()));
        let mut mean = Array1::<f32>::zeros(doc.hidden.width());
        for rows in sents.iter().filter_map(rows_of) {
            mean.zip_mut_with(&doc.hidden.mean_array(rows), |sum, value| *sum += value / sents.len() as f32);
        }
        Self { mean, subwords: doc.hidden.select_array(sents.iter().filter_map(rows_of).flatten()) }
    }
}

impl From<EncodedText> for Passage {
    fn from(text: EncodedText) -> Self {
        Self { mean: text.mean, subwords: text.subwords }
    }
}

/// Characters of a text that a message shows. Set by hand: enough to find it again.
const SHOWN: usize = 60;

/// Encodes a text of a codebook or a coded text and counts its sentences; never used for documents.
pub(crate) fn encode(model: &Model, tokenizer: &Tokenizer, text: &str) -> Result<(EncodedText, usize), Error> {
    let unreadable = |source| Error::Text { text: text.chars().take(SHOWN).collect(), source };
    let mut doc = Document::from_text("", text);
    tokenizer.run(&mut doc).map_err(unreadable)?;
    if doc.windows.ids.is_empty() {
        return Err(unreadable(StageError::new("there is no word in it")));
    }
    let windows = PackedWindows { ids: &doc.windows.ids, shapes: &doc.windows.shapes, starts: &doc.windows.starts };
    let rows: Vec<usize> = doc.rows_of(doc.tokens_in(Span::new(0, doc.text.len()))).collect();
    Ok((model.encode_text(windows, &rows)?, doc.sents.len()))
}
