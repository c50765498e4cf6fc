use pressmark_core::{Document, Span, Stage, StageError};
use pressmark_encoder::{Model, PackedWindows, normalize};
use pressmark_tokenize::Tokenizer;

use crate::Error;

/// The unit vector of a text that stands beside the documents: a definition, an example, a target.
///
/// The same road as a document's sentences take, so that the two can be compared; run once for
/// each such text, never for a document.
pub(crate) fn embed(model: &Model, tokenizer: &Tokenizer, text: &str) -> Result<Vec<f32>, Error> {
    embed_both(model, tokenizer, text).map(|(_, vector)| vector)
}

/// The hidden states of a text, as trained heads read them.
pub(crate) struct States {
    /// The mean of all, or of the sentences' means.
    pub(crate) mean: Vec<f32>,
    /// Those of each subword, laid end to end.
    pub(crate) subwords: Vec<f32>,
}

impl States {
    /// Those of some of a document's sentences together.
    pub(crate) fn of(doc: &Document, sents: &[usize]) -> Self {
        let mut mean = vec![0.0; doc.hidden.width()];
        let mut subwords = Vec::new();
        for sent in sents.iter().filter_map(|&sent| doc.sents.get(sent)) {
            let of_sentence = doc.hidden.mean(doc.rows_of(sent.tokens.clone()));
            mean.iter_mut().zip(of_sentence).for_each(|(sum, value)| *sum += value / sents.len() as f32);
            doc.rows_of(sent.tokens.clone()).for_each(|row| doc.hidden.append_row(row, &mut subwords));
        }
        Self { mean, subwords }
    }
}

/// The hidden states of such a text and its unit vector.
pub(crate) fn embed_both(model: &Model, tokenizer: &Tokenizer, text: &str) -> Result<(States, Vec<f32>), Error> {
    let unreadable = |source| Error::Text { text: text.chars().take(60).collect(), source };
    let mut doc = Document::from_text("", text);
    tokenizer.run(&mut doc).map_err(unreadable)?;
    if doc.windows.ids.is_empty() {
        return Err(unreadable(StageError::new("there is no word in it")));
    }
    let windows = PackedWindows { ids: &doc.windows.ids, shapes: &doc.windows.shapes, starts: &doc.windows.starts };
    let hidden = model.encode(windows)?;
    let rows: Vec<usize> = doc.rows_of(doc.tokens_in(Span::new(0, doc.text.len()))).collect();
    let mut states = States { mean: vec![0.0; model.hidden_size()], subwords: Vec::new() };
    for &row in &rows {
        states.mean.iter_mut().zip(hidden.row(row)).for_each(|(sum, value)| *sum += value / rows.len() as f32);
        states.subwords.extend(hidden.row(row));
    }
    let mut vector = model.head("embedding")?.apply(&states.mean);
    normalize(&mut vector);
    Ok((states, vector))
}
