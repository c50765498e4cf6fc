use std::sync::Arc;

use ndarray::ArrayView2;
use pressmark_core::{Deadline, Document, Layer, ProblemKind, Provenance, Rows, Stage, StageError, Token, Windows};
use pressmark_encoder::{Error, Model, PackedWindows, normalize};
use serde::Serialize;

use crate::overflow::TemporaryFile;

/// Windows between two looks at the clock: at most 8,192 subwords, a fraction of a second, and many of the
/// encoder's blocks, so that few are left half full.
const CHUNK_WINDOWS: usize = 32;

/// Sentences whose vectors are made together: 1.5 MB of them in MiniLM.
const CHUNK_SENTENCES: usize = 1024;

/// The stage that runs the encoder over a document's windows, once.
pub struct DocumentEncoder {
    model: Arc<Model>,
}

impl DocumentEncoder {
    /// A stage on this model.
    ///
    /// # Errors
    /// [`Error::NoHead`] when the bundle has no `embedding` head.
    pub fn new(model: Arc<Model>) -> Result<Self, Error> {
        model.head(Model::EMBEDDING)?;
        Ok(Self { model })
    }

    /// Characters of the longest word that the model sees: what its tokenizer makes subwords of, or else as many as a
    /// window has places beside its two special ones.
    fn longest_word(&self) -> usize {
        self.model.max_word_chars().unwrap_or(self.model.max_window().saturating_sub(2))
    }

    /// Characters of a token that the model does not see because the token is too long.
    fn unread(&self, doc: &Document, index: usize, token: Token) -> usize {
        let chars = doc.slice(token.span).chars().count();
        // Without a limit of the tokenizer's own, only a word with more subwords than a window holds is given up.
        let is_whole = self.model.max_word_chars().is_none() && doc.rows_of(index..index + 1).count() > 1;
        if chars > self.longest_word() && !is_whole { chars } else { 0 }
    }

    /// The hidden states of the windows; gives up between two chunks of them once the deadline has passed.
    fn encode(&self, windows: &Windows, deadline: &Deadline) -> Result<Rows, StageError> {
        if windows.ids.is_empty() {
            return Ok(Rows::default());
        }
        let mut hidden =
            Rows::with_capacity(self.model.hidden_size(), windows.ids.len()).with_overflow(TemporaryFile::default());
        let mut starts = Vec::new();
        // Each chunk but the last ends where the next one starts.
        for first in (0..windows.starts.len().saturating_sub(1)).step_by(CHUNK_WINDOWS) {
            if deadline.has_passed() {
                return Err(StageError::timeout());
            }
            let chunk = windows.starts.get(first..).unwrap_or_default();
            let chunk = chunk.get(..=CHUNK_WINDOWS).unwrap_or(chunk);
            let (Some(&begin), Some(&end)) = (chunk.first(), chunk.last()) else { break };
            starts.clear();
            starts.extend(chunk.iter().map(|start| start.saturating_sub(begin)));
            let ids = windows.ids.get(begin..end).unwrap_or_default();
            let shapes = windows.shapes.get(begin..end).unwrap_or_default();
            let chunk = PackedWindows { ids, shapes, starts: &starts };
            self.model.encode_blocks(chunk, |rows| append(&mut hidden, rows)).map_err(failed)?;
        }
        Ok(hidden)
    }

    /// Sentence vectors from hidden states, and what the encoder saw of the sentences.
    fn finish(&self, doc: &mut Document, hidden: Rows) -> Result<(), StageError> {
        doc.hidden = hidden;
        let head = self.model.head(Model::EMBEDDING).map_err(failed)?;
        let mut vectors = Rows::with_capacity(head.outputs(), doc.sents.len()).with_overflow(TemporaryFile::default());
        let (mut seen, mut total, mut unread) = (0, 0, 0);
        for sents in doc.sents.chunks(CHUNK_SENTENCES) {
            doc.in_time()?;
            let mut chunk =
                head.apply_each(sents, |sent, input| input.extend(doc.hidden.mean(doc.rows_of(sent.tokens.clone()))));
            for (sent, mut vector) in sents.iter().zip(chunk.rows_mut()) {
                let length = doc.slice(sent.span).chars().count();
                let tokens = doc.tokens.get(sent.tokens.clone()).unwrap_or_default();
                let long: usize = sent.tokens.clone().zip(tokens).map(|(at, token)| self.unread(doc, at, *token)).sum();
                total += length;
                unread += long;
                if doc.rows_of(sent.tokens.clone()).next().is_some() {
                    seen += length.saturating_sub(long);
                    normalize(vector);
                } else {
                    vector.fill(0.0);
                }
            }
            append(&mut vectors, chunk.view());
        }
        doc.sent_vectors = vectors;
        if unread > 0 {
            let longest = self.longest_word();
            let message = format!("words of over {longest} characters are not read, {unread} characters in all");
            doc.report(self.name(), ProblemKind::Truncated, message, None);
        }
        doc.cover(self.name(), seen, total);
        Ok(())
    }
}

/// What the provenance says of the encoder.
#[derive(Serialize)]
struct Settings {
    precision: &'static str,
    max_window: usize,
}

/// Appends the rows of an array in standard layout, as the encoder and heads give them.
fn append(rows: &mut Rows, more: ArrayView2<'_, f32>) {
    rows.extend(more.as_slice().expect("arrays of encoder and heads are in standard layout"));
}

fn failed(error: Error) -> StageError {
    StageError::new("the encoder cannot read the document's windows").with_source(error)
}

impl Stage for DocumentEncoder {
    fn name(&self) -> &'static str {
        "encoder"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens, Layer::Windows]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Hidden, Layer::SentVectors]
    }

    fn provenance(&self) -> Provenance {
        let settings = Settings { precision: self.model.precision().as_str(), max_window: self.model.max_window() };
        Provenance {
            stage: self.name(),
            model: Some(self.model.id()),
            sha256: Some(self.model.sha256().to_owned()),
            settings: serde_json::to_string(&settings).unwrap_or_default(),
        }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let hidden = self.encode(&doc.windows, &doc.deadline)?;
        self.finish(doc, hidden)
    }

    /// Short documents share the encoder's blocks; the encoder gives a window the same bits
    /// whatever its neighbours, so the result is that of [`run`](Stage::run).
    fn run_batch(&self, docs: &mut [&mut Document]) -> Vec<Result<(), StageError>> {
        if let [doc] = docs {
            // A long document comes alone: its hidden states are made once and not copied.
            return vec![self.run(doc)];
        }
        let mut joined = Windows { starts: vec![0], ..Windows::default() };
        for doc in &*docs {
            let base = joined.ids.len();
            joined.ids.extend_from_slice(&doc.windows.ids);
            joined.shapes.extend_from_slice(&doc.windows.shapes);
            joined.starts.extend(doc.windows.starts.iter().skip(1).map(|start| base + start));
        }
        // Documents that go together have the same time; what is over for one is over for all.
        let deadline = docs.first().map(|doc| doc.deadline.clone()).unwrap_or_default();
        let Ok(hidden) = self.encode(&joined, &deadline) else {
            // One document that cannot be read must not take the others with it.
            return docs.iter_mut().map(|doc| self.run(doc)).collect();
        };
        let mut row = 0;
        docs.iter_mut()
            .map(|doc| {
                let first = row;
                row += doc.windows.ids.len();
                self.finish(doc, hidden.rows(first..row))
            })
            .collect()
    }
}
