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

/// The mean hidden state of such a text, which trained heads read, and its unit vector.
pub(crate) fn embed_both(model: &Model, tokenizer: &Tokenizer, text: &str) -> Result<(Vec<f32>, Vec<f32>), Error> {
    let unreadable = |source| Error::Text { text: text.chars().take(60).collect(), source };
    let mut doc = Document::from_text("", text);
    tokenizer.run(&mut doc).map_err(unreadable)?;
    if doc.windows.ids.is_empty() {
        return Err(unreadable(StageError::new("there is no word in it")));
    }
    let windows = PackedWindows { ids: &doc.windows.ids, shapes: &doc.windows.shapes, starts: &doc.windows.starts };
    let hidden = model.encode(windows)?;
    let rows: Vec<usize> = doc.rows_of(doc.tokens_in(Span::new(0, doc.text.len()))).collect();
    let mut mean = vec![0.0; model.hidden_size()];
    for &row in &rows {
        mean.iter_mut().zip(hidden.row(row)).for_each(|(sum, value)| *sum += value / rows.len() as f32);
    }
    let mut vector = model.head("embedding")?.apply(&mean);
    normalize(&mut vector);
    Ok((mean, vector))
}
