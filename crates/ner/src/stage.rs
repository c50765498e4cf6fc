use std::ops::Range;
use std::sync::Arc;

use pressmark_core::{Document, Layer, Mention, Provenance, Scheme, Span, Stage, StageError};
use pressmark_encoder::Model;

use crate::decode::{Found, Lattice, confidence, mentions, viterbi};
use crate::memory::{View, know_countries, know_headlines, revise};
use crate::tags::TagSet;
use crate::{Error, Terms, boundary, join, terms};

/// The bundle's head for a scheme.
fn head_of(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::News => "ner.news",
        Scheme::Conll03 => "ner.conll03",
    }
}

/// Tokens whose logits are made together.
const CHUNK: usize = 1024;

/// Settings of [`Ner`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Which labels. Default: [`Scheme::News`].
    pub scheme: Scheme,
    /// Codebooks of terms, those before others first. Default: none.
    pub terms: Vec<Terms>,
    /// How much a name's other occurrences in the document count beside its sentence, from 0 (not at all) to
    /// 1 (as much, and up to twice as much when there are many). Default: 0.5, the best on the dev data.
    pub consistency: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self { scheme: Scheme::default(), terms: Vec::new(), consistency: 0.5 }
    }
}

/// The stage `ner`: from hidden states to mentions, and from mentions to entities.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use pressmark_encoder::Model;
/// use pressmark_ner::{Ner, Options, Terms};
///
/// let model = Arc::new(Model::open("models/pressmark-news")?);
/// let mut options = Options::default();
/// options.terms.push(Terms::read("seeds/codebooks/minerals.toml")?);
/// let ner = Ner::new(model, options)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ner {
    model: Arc<Model>,
    tags: TagSet,
    options: Options,
}

impl Ner {
    /// The stage over a model that has the scheme's head.
    ///
    /// # Errors
    /// [`Error::Head`], [`Error::Labels`] or [`Error::Width`] when the model has no such head or it does not fit.
    pub fn new(model: Arc<Model>, options: Options) -> Result<Self, Error> {
        let scheme = options.scheme.as_str();
        let head = model.head(head_of(options.scheme)).map_err(|source| Error::Head { scheme, source })?;
        let tags = TagSet::parse(head.name(), head.labels())?;
        if head.inputs() != model.hidden_size() {
            let (expected, got) = (model.hidden_size(), head.inputs());
            return Err(Error::Width { head: head.name().to_owned(), expected, got });
        }
        Ok(Self { model, tags, options })
    }

    /// One BIO tag for each token of a document, as decoded: for text that comes with its tokens.
    ///
    /// Reads `sents`, `tokens`, `windows` and `hidden`. Boundaries are not trimmed and no terms are added, so that
    /// a gold standard with its own tokens can be scored.
    ///
    /// # Errors
    /// As [`run`](Stage::run).
    pub fn tag(&self, doc: &Document) -> Result<Vec<String>, StageError> {
        let decoded = self.decode(doc)?;
        let mut labels = vec!["O".to_owned(); doc.tokens.len()];
        for (found, _) in decoded {
            let (begin, inside) = self.tags.outputs_of(found.kind);
            for token in found.tokens.clone() {
                let tag = if token == found.tokens.start { begin } else { inside };
                labels[token] = self.tags.label(tag);
            }
        }
        Ok(labels)
    }

    /// The mentions by their tokens, with how sure each is.
    fn decode(&self, doc: &Document) -> Result<Vec<(Found, f32)>, StageError> {
        let mut lattice = self.lattice(doc)?;
        let words: Vec<&str> = doc.tokens.iter().map(|t| doc.slice(t.span)).collect();
        let sents: Vec<Range<usize>> = doc.sents.iter().map(|s| clip(&s.tokens, words.len())).collect();
        let decode = |lattice: &Lattice| -> Vec<Found> {
            sents.iter().flat_map(|s| mentions(&viterbi(lattice, s.clone(), &self.tags), s.start, &self.tags)).collect()
        };
        let view = View { words: &words, sents: &sents };
        let mut found = decode(&lattice);
        for know in [know_headlines, know_countries] {
            if let Some(prior) = know(&found, &view, &self.tags) {
                prior.apply(&mut lattice);
                found = decode(&lattice);
            }
        }
        if let Some(prior) = revise(&lattice, &found, &view, &self.tags, self.options.consistency) {
            prior.apply(&mut lattice);
            found = decode(&lattice);
        }
        let end_of = |f: &Found| sents[sents.partition_point(|s| s.end < f.tokens.end)].end;
        Ok(found
            .into_iter()
            .map(|f| (confidence(&lattice, &f, end_of(&f), &self.tags), f))
            .map(|(c, f)| (f, c))
            .collect())
    }

    /// What the head thinks of the first row of each token.
    fn lattice(&self, doc: &Document) -> Result<Lattice, StageError> {
        let head =
            self.model.head(head_of(self.options.scheme)).map_err(|e| StageError::new("no head").with_source(e))?;
        if !doc.hidden.is_empty() && doc.hidden.width() != head.inputs() {
            let (got, expected) = (doc.hidden.width(), head.inputs());
            return Err(StageError::new(format!("hidden states are {got} wide, expected {expected}")));
        }
        let mut lattice = Lattice::new(doc.tokens.len(), &self.tags);
        let mut seen = (0..doc.tokens.len()).filter_map(|token| Some((token, row_of(doc, token)?)));
        loop {
            let (tokens, rows): (Vec<usize>, Vec<usize>) = seen.by_ref().take(CHUNK).unzip();
            if tokens.is_empty() {
                return Ok(lattice);
            }
            let logits = head.apply_each(rows, |row, input| doc.hidden.append_row(row, input));
            for (token, logits) in tokens.into_iter().zip(logits.rows()) {
                lattice.set(token, logits.as_slice().unwrap_or_default(), head.temperature());
            }
        }
    }

    fn mention(&self, doc: &Document, found: &Found, score: f32) -> Option<Mention> {
        let tokens = doc.tokens.get(found.tokens.clone())?;
        let span = boundary::tidy(&doc.text, Span::new(tokens.first()?.span.start, tokens.last()?.span.end))?;
        // A mark inside a token is not for us to take off ("Sen."): mentions start and end with tokens.
        let first = tokens.iter().find(|token| token.span.end > span.start)?;
        let last = tokens.iter().rfind(|token| token.span.start < span.end)?;
        let span = Span::new(first.span.start, last.span.end);
        Some(Mention { span, label: self.tags.kinds()[found.kind].clone(), score, entity: None })
    }
}

/// Adds terms to mentions that another stage left in a document, and joins all of them into entities as [`Ner`] does.
pub fn join_mentions(doc: &mut Document, codebooks: &[Terms]) {
    let mentions = std::mem::take(&mut doc.ents);
    let mentions = terms::add_terms(doc, codebooks, mentions);
    (doc.ents, doc.entities) = join::join(doc, mentions);
}

/// A token's first row, where there is a hidden state for it.
fn row_of(doc: &Document, token: usize) -> Option<usize> {
    let rows = doc.windows.token_rows.get(token).filter(|rows| !rows.is_empty())?;
    Some(rows.start).filter(|&row| row < doc.hidden.len())
}

/// A sentence's tokens, kept within those that there are.
fn clip(tokens: &Range<usize>, count: usize) -> Range<usize> {
    tokens.start.min(count)..tokens.end.min(count)
}

impl Stage for Ner {
    fn name(&self) -> &'static str {
        "ner"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens, Layer::Windows, Layer::Hidden]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Entities]
    }

    fn provenance(&self) -> Provenance {
        // Names and versions of codebooks are checked to need no escapes.
        let terms: Vec<String> = (self.options.terms.iter())
            .map(|t| format!("{{\"name\":\"{}\",\"version\":\"{}\"}}", t.name(), t.version()))
            .collect();
        let settings = format!(
            "{{\"scheme\":\"{}\",\"consistency\":{:?},\"terms\":[{}]}}",
            self.options.scheme.as_str(),
            self.options.consistency,
            terms.join(",")
        );
        Provenance {
            stage: self.name(),
            model: Some(format!("{} {}", self.model.name(), self.model.version())),
            sha256: Some(self.model.sha256().to_owned()),
            settings,
        }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let decoded = self.decode(doc)?;
        let mentions: Vec<Mention> = decoded.iter().filter_map(|(f, score)| self.mention(doc, f, *score)).collect();
        let mentions = terms::add_terms(doc, &self.options.terms, mentions);
        (doc.ents, doc.entities) = join::join(doc, mentions);
        let chars = |span: Span| doc.slice(span).chars().count();
        let total: usize = doc.sents.iter().map(|sent| chars(sent.span)).sum();
        let unseen: usize =
            (0..doc.tokens.len()).filter(|&t| row_of(doc, t).is_none()).map(|t| chars(doc.tokens[t].span)).sum();
        doc.cover("ner", total.saturating_sub(unseen), total);
        Ok(())
    }
}
