use std::sync::Arc;

use pressmark_core::{Deadline, Document, Layer, ProblemKind, Provenance, Rows, Stage, StageError, Token, Windows};
use pressmark_encoder::{Error, Model, PackedWindows, normalize};
use serde::Serialize;

use crate::overflow::TemporaryFile;

/// Windows encoded between two checks of the deadline.
///
/// Set by hand: at most 8,192 subwords (at 256 a window), a fraction of a second, and still many of the encoder's
/// blocks, so that few are left half full.
const CHUNK_WINDOWS: usize = 32;

/// Sentences whose vectors are computed together. Set by hand: 1.5 MB of them at MiniLM's 384 values of four bytes; it
/// bounds memory and does not change the result.
const CHUNK_SENTENCES: usize = 1024;

/// The stage that runs the encoder over a document's windows, once.
pub struct DocumentEncoder {
    model: Arc<Model>,
}

impl DocumentEncoder {
    /// Creates the stage on this model.
    ///
    /// # Errors
    /// [`Error::NoHead`] when the bundle has no `embedding` head.
    pub fn new(model: Arc<Model>) -> Result<Self, Error> {
        model.head(Model::EMBEDDING)?;
        Ok(Self { model })
    }

    /// Length in characters of the longest word that the model reads: the tokenizer's own limit or, where it has none,
    /// the subwords that fit in a window beside the two special ones.
    fn longest_word(&self) -> usize {
        self.model.max_word_chars().unwrap_or(self.model.max_window().saturating_sub(2))
    }

    /// Characters of a token that the model skips because the token is too long; 0 for a token that it reads.
    fn unread(&self, doc: &Document, index: usize, token: Token) -> usize {
        let chars = doc.slice(token.span).chars().count();
        // A tokenizer without a limit only gives up on words with more subwords than fit in a window.
        let is_whole = self.model.max_word_chars().is_none() && doc.rows_of(index..index + 1).count() > 1;
        if chars > self.longest_word() && !is_whole { chars } else { 0 }
    }

    /// Hidden states of the windows, one row per subword; checks the deadline before each chunk of windows.
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
            self.model.encode_blocks(chunk, |rows| hidden.extend_array(rows)).map_err(failed)?;
        }
        Ok(hidden)
    }

    /// Computes the sentence vectors from the hidden states and records the coverage in characters.
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
            vectors.extend_array(chunk.view());
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

/// The encoder's settings as they appear in the provenance.
#[derive(Serialize)]
struct Settings {
    precision: &'static str,
    max_window: usize,
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

    /// Packs short documents into shared encoder blocks. The encoder gives a window the same bits whatever its
    /// neighbours, so the result is that of [`run`](Stage::run).
    fn run_batch(&self, docs: &mut [&mut Document]) -> Vec<Result<(), StageError>> {
        if let [doc] = docs {
            // A long document comes alone: its hidden states are computed once and not copied.
            return vec![self.run(doc)];
        }
        let mut joined = Windows { starts: vec![0], ..Windows::default() };
        for doc in &*docs {
            let base = joined.ids.len();
            joined.ids.extend_from_slice(&doc.windows.ids);
            joined.shapes.extend_from_slice(&doc.windows.shapes);
            joined.starts.extend(doc.windows.starts.iter().skip(1).map(|start| base + start));
        }
        // Documents of one batch share their time budget, so the first one's deadline holds for all.
        let deadline = docs.first().map(|doc| doc.deadline.clone()).unwrap_or_default();
        let Ok(hidden) = self.encode(&joined, &deadline) else {
            // One unreadable document must not fail the others: run each by itself.
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
