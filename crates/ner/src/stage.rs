use std::sync::Arc;

use pressmark_core::{Document, Explanation, Layer, Mention, Provenance, Scheme, Span, Stage, StageError};
use pressmark_encoder::Model;
use serde::Serialize;

use crate::consistency::label_consistency;
use crate::decode::{Found, Lattice, confidence, mentions, viterbi};
use crate::headlines::headline_prior;
use crate::known_places::country_prior;
use crate::rules::{self, Context, TokenMention};
use crate::tags::TagSet;
use crate::view::View;
use crate::{Error, Terms, cluster, terms};

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
    /// Mentions of which the stage is less sure are left out; from 0 (none) to 1. Terms of codebooks are sure.
    /// Default: [`MIN_SCORE`].
    pub min_score: f32,
}

/// The default of [`Options::min_score`].
pub const MIN_SCORE: f32 = 0.05;

impl Default for Options {
    fn default() -> Self {
        Self { scheme: Scheme::default(), terms: Vec::new(), consistency: 0.5, min_score: MIN_SCORE }
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

    /// One BIO tag for each token of a document: for text that comes with its tokens.
    ///
    /// Reads `sents`, `tokens`, `windows` and `hidden`. No terms are added and nothing is clustered, so that a gold
    /// standard with its own tokens can be scored.
    ///
    /// # Errors
    /// As [`run`](Stage::run).
    pub fn tag(&self, doc: &Document) -> Result<Vec<String>, StageError> {
        let mut labels = vec!["O".to_owned(); doc.tokens.len()];
        for mention in self.decode(doc, None)? {
            let (begin, inside) = self.tags.outputs_of(mention.kind);
            for token in mention.tokens.clone() {
                let tag = if token == mention.tokens.start { begin } else { inside };
                labels[token] = self.tags.label(tag);
            }
        }
        Ok(labels)
    }

    /// The mentions by their tokens; what rules changed is added to `notes`.
    fn decode(&self, doc: &Document, notes: Option<&mut Vec<Explanation>>) -> Result<Vec<TokenMention>, StageError> {
        let mut lattice = self.lattice(doc)?;
        let view = View::of(doc);
        let decode = |lattice: &Lattice| -> Vec<Found> {
            let sents = view.sents.iter();
            sents.flat_map(|s| mentions(&viterbi(lattice, s.clone(), &self.tags), s.start, &self.tags)).collect()
        };
        let mut found = decode(&lattice);
        for prior in [headline_prior, country_prior] {
            if let Some(prior) = prior(&found, &view, &self.tags) {
                prior.apply(&mut lattice);
                found = decode(&lattice);
            }
        }
        if let Some(prior) = label_consistency(&lattice, &found, &view, &self.tags, self.options.consistency) {
            prior.apply(&mut lattice);
            found = decode(&lattice);
        }
        let scored = found.into_iter().map(|found| {
            let end = view.sentence(found.tokens.start).end;
            let score = confidence(&lattice, &found, end, &self.tags);
            TokenMention { tokens: found.tokens, kind: found.kind, score, possessive: false }
        });
        let mut mentions = rules::apply(&Context { doc, view: &view, tags: &self.tags }, scored.collect(), notes);
        mentions.retain(|mention| mention.score >= self.options.min_score);
        Ok(mentions)
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

    fn mention(&self, doc: &Document, found: &TokenMention) -> Option<Mention> {
        let tokens = doc.tokens.get(found.tokens.clone())?;
        let span = Span::new(tokens.first()?.span.start, tokens.last()?.span.end);
        Some(Mention { span, label: self.tags.kinds()[found.kind].clone(), score: found.score, entity: None })
    }
}

/// Adds terms to mentions that another stage left in a document, and clusters all of them into entities as [`Ner`]
/// does.
pub fn cluster_mentions(doc: &mut Document, codebooks: &[Terms]) {
    let mentions = std::mem::take(&mut doc.ents);
    let mentions = terms::add_terms(doc, codebooks, mentions);
    cluster::fill(doc, mentions);
}

/// What stands in the provenance of a run.
#[derive(Serialize)]
struct Settings<'a> {
    scheme: &'a str,
    consistency: f32,
    min_score: f32,
    terms: Vec<TermsSettings<'a>>,
}

#[derive(Serialize)]
struct TermsSettings<'a> {
    name: &'a str,
    version: &'a str,
}

/// A token's first row, where there is a hidden state for it.
fn row_of(doc: &Document, token: usize) -> Option<usize> {
    let rows = doc.windows.token_rows.get(token).filter(|rows| !rows.is_empty())?;
    Some(rows.start).filter(|&row| row < doc.hidden.len())
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
        let terms = self.options.terms.iter().map(|t| TermsSettings { name: t.name(), version: t.version() });
        let settings = Settings {
            scheme: self.options.scheme.as_str(),
            consistency: self.options.consistency,
            min_score: self.options.min_score,
            terms: terms.collect(),
        };
        let settings = serde_json::to_string(&settings).expect("strings and finite numbers are JSON");
        Provenance {
            stage: self.name(),
            model: Some(format!("{} {}", self.model.name(), self.model.version())),
            sha256: Some(self.model.sha256().to_owned()),
            settings,
        }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let mut notes = doc.explanations.is_some().then(Vec::new);
        let decoded = self.decode(doc, notes.as_mut())?;
        notes.into_iter().flatten().for_each(|note| doc.explain(|_| note));
        let mentions: Vec<Mention> = decoded.iter().filter_map(|found| self.mention(doc, found)).collect();
        let mentions = terms::add_terms(doc, &self.options.terms, mentions);
        cluster::fill(doc, mentions);
        let chars = |span: Span| doc.slice(span).chars().count();
        let total: usize = doc.sents.iter().map(|sent| chars(sent.span)).sum();
        let unseen: usize =
            (0..doc.tokens.len()).filter(|&t| row_of(doc, t).is_none()).map(|t| chars(doc.tokens[t].span)).sum();
        doc.cover("ner", total.saturating_sub(unseen), total);
        Ok(())
    }
}
