use crate::named::named_enum;
use crate::{
    Coverage, Deadline, DropReason, Entity, Explanation, Frame, Layer, Mention, PassageCount, Problem, ProblemKind,
    Quote, Rows, Segment, SegmentKind, Sentence, Severity, Span, StageError, Stance, SummarySentence, Token, Windows,
};

/// One input record and everything that the stages found in it.
///
/// Ingestion fills `text`, `segments` and the fields that describe the record; each stage reads layers that are already
/// filled and fills its own. All spans are byte offsets into [`text`](Document::text).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Unique within a run.
    pub id: String,
    /// Where the record came from.
    pub source: Source,
    /// Metadata from the page or the record.
    pub meta: Meta,
    /// The cleaned article: title first, then body, blocks separated by one blank line.
    pub text: String,
    /// Segments that tile the input record, in input order; each is kept or dropped.
    pub segments: Vec<Segment>,
    /// Other fields of the input record, as one JSON object; `None` where there are none.
    pub extra: Option<String>,
    /// Id of the earlier document in the run that this one duplicates.
    pub duplicate_of: Option<String>,

    /// Sentences, headings and list items in text order.
    pub sents: Vec<Sentence>,
    /// Words and punctuation marks in text order.
    pub tokens: Vec<Token>,
    /// Windows of subwords: the encoder's input.
    pub windows: Windows,
    /// Hidden states of the encoder, one row per row of `windows`; dropped before writing.
    pub hidden: Rows,
    /// Sentence embeddings of unit length, one row per sentence; dropped before writing.
    pub sent_vectors: Rows,

    /// Mentions of entities in text order, never overlapping.
    pub ents: Vec<Mention>,
    /// Entities that the mentions refer to, in order of first mention.
    pub entities: Vec<Entity>,
    /// Quotations in text order.
    pub quotes: Vec<Quote>,
    /// The summary's sentences in text order.
    pub summary: Vec<SummarySentence>,
    /// Abstractive summary, where a stage wrote one.
    pub abstract_text: Option<String>,
    /// Score and evidence of every label of each codebook, best first.
    pub frames: Vec<Frame>,
    /// Stances of the outlet and of entities.
    pub stances: Vec<Stance>,

    /// Problems met so far.
    pub problems: Vec<Problem>,
    /// How much of the text each stage processed, in the order in which the stages ran.
    pub coverage: Vec<Coverage>,

    /// Reasons for the stages' decisions, in the order in which the stages ran; never written to the wire format.
    /// `None`, the default, turns them off. See [`Document::explain`].
    pub explanations: Option<Vec<Explanation>>,

    /// Deadline of the work on the document; never written.
    pub deadline: Deadline,
}

/// Where a record came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Path as given (`-` for standard input).
    pub path: String,
    /// Index of the record in its file, counted from 0.
    pub record: u64,
    /// URL of the page, where the record has one.
    pub url: Option<String>,
    /// SHA-256 of the record's bytes, in hex.
    pub sha256: String,
    /// Length of the record in bytes.
    pub bytes: u64,
    /// Media type, such as `text/html`.
    pub media_type: String,
    /// Character set, by its WHATWG name, such as `UTF-8`.
    pub encoding: String,
}

/// Metadata that the page or the record gives for the article.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// The title.
    pub title: Option<String>,
    /// Authors, in the page's order.
    pub authors: Vec<String>,
    /// Date of publication: RFC 3339, or a date without a time.
    pub published: Option<String>,
    /// Name of the site.
    pub site: Option<String>,
    /// ISO 639-1 code of the language, or ISO 639-3 where ISO 639-1 has none.
    pub language: Option<String>,
    /// Confidence in the language, in [0, 1].
    pub language_score: Option<f32>,
    /// Outlet that the page credits for the story.
    pub credited_source: Option<String>,
}

named_enum! {
    /// Outcome of processing a document.
    pub enum Status {
        /// Every stage saw the whole text.
        Ok = "ok",
        /// Some stage failed or saw only part of the text.
        Partial = "partial",
        /// There is no text.
        Failed = "failed",
    }
}

impl Status {
    /// Derives the status: `has_text` of the document, the kinds of its problems, and `is_cut`, whether some stage did
    /// not see the whole text.
    #[must_use]
    pub fn due(has_text: bool, problems: impl IntoIterator<Item = ProblemKind>, is_cut: bool) -> Self {
        let worst = problems.into_iter().map(ProblemKind::severity).max().unwrap_or(Severity::Note);
        match (has_text, worst > Severity::Note || is_cut) {
            (false, _) => Self::Failed,
            (true, true) => Self::Partial,
            (true, false) => Self::Ok,
        }
    }
}

impl Document {
    /// Creates a document from clean text: blocks separated by blank lines, all of them body.
    #[must_use]
    pub fn from_text(id: impl Into<String>, text: impl Into<String>) -> Self {
        let (id, text) = (id.into(), text.into());
        let mut segments = Vec::new();
        let mut push = |raw: std::ops::Range<usize>, kept: bool| {
            if !raw.is_empty() {
                segments.push(Segment {
                    span: kept.then(|| raw.clone().into()),
                    raw,
                    kind: if kept { SegmentKind::Body } else { SegmentKind::Chrome },
                    reason: (!kept).then_some(DropReason::Whitespace),
                    edits: Vec::new(),
                });
            }
        };
        let mut done = 0;
        for block in text.split("\n\n") {
            let trimmed = block.trim();
            let start = trimmed.as_ptr() as usize - text.as_ptr() as usize;
            if !trimmed.is_empty() {
                push(done..start, false);
                push(start..start + trimmed.len(), true);
                done = start + trimmed.len();
            }
        }
        push(done..text.len(), false);
        let bytes = text.len() as u64;
        let source = Source { bytes, media_type: "text/plain".into(), encoding: "UTF-8".into(), ..Source::default() };
        Self { id, text, segments, source, ..Self::default() }
    }

    /// Kept segments in text order: the blocks of the article.
    #[must_use]
    pub fn blocks(&self) -> Vec<(Span, SegmentKind)> {
        let mut blocks: Vec<_> = self.segments.iter().filter_map(|s| Some((s.span?, s.kind))).collect();
        blocks.sort_unstable_by_key(|(span, _)| *span);
        blocks
    }

    /// Text under a span, or `""` when the span does not fit.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        span.slice(&self.text)
    }

    /// Index of the sentence that contains the byte at `offset`, if any.
    #[must_use]
    pub fn sent_at(&self, offset: usize) -> Option<usize> {
        let index = self.sents.partition_point(|s| s.span.end <= offset);
        self.sents.get(index).filter(|s| s.span.start <= offset).map(|_| index)
    }

    /// Index of the quotation that covers more than half of `span`, if one does: its words are the speaker's, not the
    /// outlet's.
    #[must_use]
    pub fn quote_holding(&self, span: Span) -> Option<usize> {
        // Quotations are in text order and seldom nest, so the candidates are adjacent.
        let from = self.quotes.partition_point(|quote| quote.span.end <= span.start);
        let shared = |quote: Span| quote.end.min(span.end).saturating_sub(quote.start.max(span.start));
        self.quotes[from..]
            .iter()
            .take_while(|quote| quote.span.start < span.end)
            .position(|quote| 2 * shared(quote.span) > span.len())
            .map(|at| from + at)
    }

    /// Indices of the tokens that overlap `span`, half-open.
    #[must_use]
    pub fn tokens_in(&self, span: Span) -> std::ops::Range<usize> {
        let start = self.tokens.partition_point(|t| t.span.end <= span.start);
        let end = self.tokens.partition_point(|t| t.span.start < span.end);
        start..end.max(start)
    }

    /// Rows of `windows` and `hidden` that belong to the given tokens, without special tokens.
    pub fn rows_of(&self, tokens: std::ops::Range<usize>) -> impl Iterator<Item = usize> + '_ {
        self.windows.token_rows.get(tokens).unwrap_or_default().iter().flat_map(Clone::clone)
    }

    /// Records a problem.
    pub fn report(&mut self, stage: &'static str, kind: ProblemKind, message: impl Into<String>, span: Option<Span>) {
        self.problems.push(Problem { stage, kind, message: message.into(), span });
    }

    /// Records an explanation if the document asks for explanations; otherwise `explanation` is not called.
    pub fn explain(&mut self, explanation: impl FnOnce(&Self) -> Explanation) {
        if self.explanations.is_some() {
            let explanation = explanation(self);
            self.explanations.get_or_insert_default().push(explanation);
        }
    }

    /// Records explanations if the document asks for them; otherwise the iterator is not advanced.
    pub fn explain_all(&mut self, explanations: impl IntoIterator<Item = Explanation>) {
        if let Some(kept) = &mut self.explanations {
            kept.extend(explanations);
        }
    }

    /// Drops a stage's explanations, before the stage runs again.
    pub fn clear_explanations(&mut self, stage: &str) {
        if let Some(explanations) = &mut self.explanations {
            explanations.retain(|e| e.stage != stage);
        }
    }

    /// Records that a stage saw `seen` of `total` code points.
    pub fn cover(&mut self, stage: &'static str, seen: usize, total: usize) {
        self.coverage.push(Coverage { stage, seen, total, passages: None });
    }

    /// Adds to a stage's existing coverage how many passages it selected for a second reading and how many of them it
    /// read.
    pub fn cover_passages(&mut self, stage: &str, found: usize, read: usize) {
        if let Some(coverage) = self.coverage.iter_mut().rfind(|coverage| coverage.stage == stage) {
            coverage.passages = Some(PassageCount { found, read });
        }
    }

    /// Records a stage's coverage in sentences: of those that it reads (`is_read`), the ones with a vector were seen.
    pub fn cover_sentences(&mut self, stage: &'static str, is_read: fn(&Sentence) -> bool) {
        let length = |sent: &Sentence| if is_read(sent) { self.slice(sent.span).chars().count() } else { 0 };
        let total = self.sents.iter().map(length).sum();
        let seen = self.sents.iter().take(self.sent_vectors.len()).map(length).sum();
        self.cover(stage, seen, total);
    }

    /// Checks that there is time left for work on the document; a stage calls it inside its long loops.
    ///
    /// # Errors
    /// [`ProblemKind::Timeout`] once [`deadline`](Self::deadline) has passed.
    pub fn in_time(&self) -> Result<(), StageError> {
        if self.deadline.has_passed() { Err(StageError::timeout()) } else { Ok(()) }
    }

    /// Empties a layer, for instance one that a failed stage left half filled. [`Layer::Text`], which ingestion fills,
    /// stays.
    pub fn clear(&mut self, layer: Layer) {
        match layer {
            Layer::Text => {}
            Layer::Sents => self.sents.clear(),
            Layer::Tokens => self.tokens.clear(),
            Layer::Windows => self.windows = Windows::default(),
            Layer::Hidden => self.hidden = Rows::default(),
            Layer::SentVectors => self.sent_vectors = Rows::default(),
            Layer::Entities => (self.ents, self.entities) = (Vec::new(), Vec::new()),
            Layer::Quotes => self.quotes.clear(),
            Layer::Summary => self.summary.clear(),
            Layer::Abstract => self.abstract_text = None,
            Layer::Frames => self.frames.clear(),
            Layer::Sentiment => self.entities.iter_mut().for_each(|e| e.sentiment = None),
            Layer::Stances => self.stances.clear(),
        }
    }

    /// Status of the document, from its text, problems and coverage.
    #[must_use]
    pub fn status(&self) -> Status {
        let is_cut = self.coverage.iter().any(|c| c.seen < c.total);
        Status::due(!self.text.is_empty(), self.problems.iter().map(|p| p.kind), is_cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EntityType, QuoteKind, Sentiment};

    #[test]
    fn from_text_tiles_the_input() {
        for text in ["", "One.", "  One.\n\nTwo é.\n\n\n\n Three\n", "\n\n\n"] {
            let doc = Document::from_text("a", text);
            let mut at = 0;
            for segment in &doc.segments {
                assert_eq!(segment.raw.start, at, "{text:?}");
                at = segment.raw.end;
                if let Some(span) = segment.span {
                    assert_eq!(doc.slice(span), &text[segment.raw.clone()]);
                    assert_eq!(doc.slice(span).trim(), doc.slice(span));
                }
            }
            assert_eq!(at, text.len());
        }
    }

    #[test]
    fn most_of_a_sentence_decides_whose_words_it_is() {
        let mut doc = Document::from_text("a", "“It is cold and wet,” she said. Rain “fell” there.");
        let quote = |start, end| Quote {
            span: Span::new(start, end),
            kind: QuoteKind::Direct,
            speaker: None,
            speaker_span: None,
            cue: None,
            closed: true,
        };
        doc.quotes = vec![quote(0, 25), quote(41, 51)];
        assert_eq!(doc.quote_holding(Span::new(0, 35)), Some(0));
        assert_eq!(doc.quote_holding(Span::new(36, 58)), None);
    }

    #[test]
    fn clearing_a_layer_empties_it_and_no_other() {
        let tone = Sentiment { positive: 0.2, neutral: 0.7, negative: 0.1 };
        let span = Span::new(0, 4);
        let mut doc = Document::from_text("a", "Rain fell.");
        doc.ents = vec![Mention { span, label: EntityType::Misc, score: 0.5, entity: Some(0) }];
        doc.entities = vec![Entity {
            name: "Rain".into(),
            label: EntityType::Misc,
            aliases: Vec::new(),
            mentions: 1,
            sentiment: Some(tone),
        }];
        let whole = doc.clone();
        doc.clear(Layer::Text);
        doc.clear(Layer::Quotes);
        assert_eq!(doc, whole);
        doc.clear(Layer::Sentiment);
        assert_eq!((doc.ents.len(), doc.entities[0].sentiment), (1, None));
        doc.clear(Layer::Entities);
        assert_eq!(doc, Document::from_text("a", "Rain fell."));
    }

    #[test]
    fn an_empty_document_has_failed() {
        assert_eq!(Document::from_text("a", "").status(), Status::Failed);
        let mut doc = Document::from_text("a", "Rain fell.");
        assert_eq!(doc.status(), Status::Ok);
        doc.cover("encoder", 3, 10);
        assert_eq!(doc.status(), Status::Partial);
    }

    #[test]
    fn passages_stand_beside_the_coverage_of_their_stage() {
        let mut doc = Document::from_text("a", "Rain fell.");
        doc.cover("encoder", 10, 10);
        doc.cover("stance", 10, 10);
        doc.cover_passages("stance", 40, 32);
        doc.cover_passages("frames", 1, 1);
        let passages: Vec<_> = doc.coverage.iter().map(|coverage| coverage.passages).collect();
        assert_eq!(passages, [None, Some(PassageCount { found: 40, read: 32 })]);
        // Passages that were selected but not read a second time do not count as text that was cut off.
        assert_eq!(doc.status(), Status::Ok);
    }
}
