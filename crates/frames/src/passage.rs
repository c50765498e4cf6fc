use ndarray::{Array1, Array2, ArrayView1};
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
        let width = doc.hidden.width();
        let (mut mean, mut subwords) = (Array1::<f32>::zeros(width), Vec::new());
        for sent in sents.iter().filter_map(|&sent| doc.sents.get(sent)) {
            let of_sentence = doc.hidden.mean(doc.rows_of(sent.tokens.clone()));
            mean.zip_mut_with(&ArrayView1::from(&of_sentence), |sum, value| *sum += value / sents.len() as f32);
            doc.rows_of(sent.tokens.clone()).for_each(|row| doc.hidden.append_row(row, &mut subwords));
        }
        let rows = subwords.len().checked_div(width).unwrap_or(0);
        let subwords = Array2::from_shape_vec((rows, width), subwords).expect("rows are as wide as hidden states");
        Self { mean, subwords }
    }
}

impl From<EncodedText> for Passage {
    fn from(text: EncodedText) -> Self {
        Self { mean: text.mean, subwords: text.subwords }
    }
}

/// Encodes a text of a codebook or a coded text and counts its sentences; never used for documents.
pub(crate) fn encode(model: &Model, tokenizer: &Tokenizer, text: &str) -> Result<(EncodedText, usize), Error> {
    let unreadable = |source| Error::Text { text: text.chars().take(60).collect(), source };
    let mut doc = Document::from_text("", text);
    tokenizer.run(&mut doc).map_err(unreadable)?;
    if doc.windows.ids.is_empty() {
        return Err(unreadable(StageError::new("there is no word in it")));
    }
    let windows = PackedWindows { ids: &doc.windows.ids, shapes: &doc.windows.shapes, starts: &doc.windows.starts };
    let rows: Vec<usize> = doc.rows_of(doc.tokens_in(Span::new(0, doc.text.len()))).collect();
    Ok((model.encode_text(windows, &rows)?, doc.sents.len()))
}
