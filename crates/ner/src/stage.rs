use std::sync::Arc;

use pressmark_core::{Document, EntityType, Explanation, Layer, Mention, Provenance, Scheme, Span, Stage, StageError};
use pressmark_encoder::{Head, Model};
use serde::Serialize;

use crate::consistency::label_consistency;
use crate::decode::{Found, Lattice, confidence, mentions, viterbi};
use crate::headlines::headline_prior;
use crate::known_places::country_prior;
use crate::prior::Prior;
use crate::rules::{self, Context, TokenMention};
use crate::tags::TagSet;
use crate::view::View;
use crate::vote::{Agreed, agree};
use crate::{Error, Terms, cluster, terms};

/// Head for the nine types.
const NEWS: &str = "ner.news";

/// Head for the types of CoNLL-2003, where a bundle has one; else the nine types are mapped.
const CONLL03: &str = "ner.conll03";

/// Head of the bundle for a scheme.
fn head_of(model: &Model, scheme: Scheme) -> Result<&Head, pressmark_encoder::Error> {
    match scheme {
        Scheme::News => model.head(NEWS),
        Scheme::Conll03 => model.head(CONLL03).or_else(|_| model.head(NEWS)),
    }
}

/// Maps a type to a scheme; `None` where the scheme has no such type.
///
/// The mapping to CoNLL-2003 is that of the training recipe: peoples and products are `MISC`, buildings are `LOC`, and
/// dates and sums of money are left out.
fn in_scheme(entity_type: &EntityType, scheme: Scheme) -> Option<EntityType> {
    let mapped = match (scheme, entity_type) {
        (Scheme::News, own) => own.clone(),
        (Scheme::Conll03, EntityType::Person) => EntityType::Per,
        (Scheme::Conll03, EntityType::Fac) => EntityType::Loc,
        (Scheme::Conll03, EntityType::Norp | EntityType::Product) => EntityType::Misc,
        (Scheme::Conll03, EntityType::Date | EntityType::Money) => return None,
        (Scheme::Conll03, own) => own.clone(),
    };
    Some(mapped)
}

/// Makes a prior from the head's scores and the mentions that they decode to.
type MakePrior<'a> = dyn Fn(&Lattice, &[Found]) -> Option<Prior> + 'a;

/// Tokens per batch of logits. Set by hand: it bounds the memory for the logits of a long document.
const CHUNK: usize = 1024;

/// Settings of [`Ner`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Label scheme. Default: [`Scheme::News`].
    pub scheme: Scheme,
    /// Codebooks of terms, in order of precedence. Default: none.
    pub terms: Vec<Terms>,
    /// Weight of a name's other occurrences in the document relative to its sentence, from 0 (ignored) to 1 (as much as
    /// the sentence, and up to twice as much when there are many). Default: 0 where the model has a learnt vote, which
    /// then decides; else 0.5, the best on the dev data.
    pub consistency: Option<f32>,
    /// Least score of a mention, from 0 (keeps all) to 1. Terms of codebooks have score 1. Default: [`MIN_SCORE`].
    pub min_score: f32,
}

/// Default of [`Options::consistency`] without a learnt vote: the best on the dev data.
const CONSISTENCY: f32 = 0.5;

/// Default of [`Options::min_score`]. Set by hand, and low: raising it trades recall for precision.
pub const MIN_SCORE: f32 = 0.05;

impl Default for Options {
    fn default() -> Self {
        Self { scheme: Scheme::default(), terms: Vec::new(), consistency: None, min_score: MIN_SCORE }
    }
}

/// The stage `ner`: hidden states to mentions, and mentions to entities.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use pressmark_encoder::Model;
/// use pressmark_ner::{Ner, Options, Terms};
///
/// let model = Arc::new(Model::open("models/pressmark-news-small")?);
/// let mut options = Options::default();
/// options.terms.push(Terms::read("seeds/codebooks/minerals.toml")?);
/// let ner = Ner::new(model, options)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ner {
    model: Arc<Model>,
    tags: TagSet,
    /// Name of each kind of the tag set in the scheme.
    labels: Vec<Option<EntityType>>,
    options: Options,
}

impl Ner {
    /// Creates the stage over a model with the scheme's head.
    ///
    /// # Errors
    /// [`Error::Head`], [`Error::Labels`] or [`Error::Width`] when the model has no such head or it is unsuitable.
    pub fn new(model: Arc<Model>, options: Options) -> Result<Self, Error> {
        let scheme = options.scheme.as_str();
        let head = head_of(&model, options.scheme).map_err(|source| Error::Head { scheme, source })?;
        let tags = TagSet::parse(head.name(), head.labels())?;
        if head.inputs() != model.hidden_size() {
            let (expected, got) = (model.hidden_size(), head.inputs());
            return Err(Error::Width { head: head.name().to_owned(), expected, got });
        }
        let labels = tags.kinds().iter().map(|kind| in_scheme(kind, options.scheme)).collect();
        Ok(Self { model, tags, labels, options })
    }

    /// Predicts one BIO tag per token, for text that comes tokenized.
    ///
    /// Reads `sents`, `tokens`, `windows` and `hidden`. No terms are added and nothing is clustered, so that gold data
    /// with its own tokens can be scored.
    ///
    /// # Errors
    /// As [`run`](Stage::run).
    pub fn tag(&self, doc: &Document) -> Result<Vec<String>, StageError> {
        let mut labels = vec!["O".to_owned(); doc.tokens.len()];
        for mention in self.decode(doc, None)? {
            let Some(label) = self.labels.get(mention.kind).and_then(Option::as_ref) else { continue };
            for token in mention.tokens.clone() {
                labels[token] = format!("{}-{label}", if token == mention.tokens.start { 'B' } else { 'I' });
            }
        }
        Ok(labels)
    }

    /// Decodes mentions over tokens; changes by rules are appended to `notes`.
    fn decode(
        &self,
        doc: &Document,
        mut notes: Option<&mut Vec<Explanation>>,
    ) -> Result<Vec<TokenMention>, StageError> {
        let head = self.head()?;
        let mut lattice = self.lattice(doc, head)?;
        let view = View::of(doc);
        let decode = |lattice: &Lattice| -> Vec<Found> {
            let sents = view.sents.iter();
            sents.flat_map(|s| mentions(&viterbi(lattice, s.clone(), &self.tags), s.start, &self.tags)).collect()
        };
        let mut found = decode(&lattice);
        let context = Context { doc, view: &view, tags: &self.tags };
        let sure = |lattice: &Lattice, mention: &Found| {
            confidence(lattice, mention, view.sentence(mention.tokens.start).end, &self.tags)
        };
        let scored = |lattice: &Lattice, found: &[Found]| -> Vec<TokenMention> {
            found.iter().map(|m| TokenMention::new(m.tokens.clone(), m.kind, sure(lattice, m))).collect()
        };
        let consistency = self.consistency(head);
        let priors: [(&str, &MakePrior<'_>); 3] = [
            ("headline-words", &|_, found| headline_prior(found, &view, &self.tags)),
            ("country-names", &|_, found| country_prior(found, &view, &self.tags)),
            ("label-consistency", &|lattice, found| label_consistency(lattice, found, &view, &self.tags, consistency)),
        ];
        for (name, prior) in priors {
            let Some(prior) = prior(&lattice, &found) else { continue };
            let before = notes.is_some().then(|| scored(&lattice, &found));
            prior.apply(&mut lattice);
            found = decode(&lattice);
            if let (Some(before), Some(notes)) = (before, notes.as_deref_mut()) {
                // A prior shifts the score of everything that it touches: only other tokens or another type count.
                notes.extend(rules::changes(&context, name, &before, &scored(&lattice, &found), TokenMention::is_same));
            }
        }
        let agreed = match head.vote() {
            Some(weights) => agree(&lattice, head.temperature(), &found, &view, &self.tags, weights),
            None => vec![None; found.len()],
        };
        if let Some(notes) = notes.as_deref_mut() {
            let changed = found.iter().zip(&agreed).filter_map(|(found, agreed)| Some((found, agreed.as_ref()?)));
            let changed = changed.filter(|(found, agreed)| found.kind != agreed.kind);
            notes.extend(changed.filter_map(|(found, agreed)| why(&context, found, agreed)));
        }
        let scored = found.into_iter().zip(agreed).map(|(found, agreed)| {
            let (kind, score) = match agreed {
                Some(agreed) => (agreed.kind, agreed.score),
                None => (found.kind, sure(&lattice, &found)),
            };
            TokenMention::new(found.tokens, kind, score)
        });
        let mentions = rules::apply(&context, scored.collect(), notes.as_deref_mut());
        Ok(self.sure_enough(&context, mentions, notes))
    }

    /// Leaves out mentions below the least score.
    fn sure_enough(
        &self,
        context: &Context<'_>,
        mentions: Vec<TokenMention>,
        notes: Option<&mut Vec<Explanation>>,
    ) -> Vec<TokenMention> {
        let min_score = self.options.min_score;
        let (sure, unsure): (Vec<_>, Vec<_>) = mentions.into_iter().partition(|m| m.score >= min_score);
        if let Some(notes) = notes {
            let note = |m: &TokenMention| Some(rules::dropped(context, "min-score", m)?.with("min_score", min_score));
            notes.extend(unsure.iter().filter_map(note));
        }
        sure
    }

    fn head(&self) -> Result<&Head, StageError> {
        head_of(&self.model, self.options.scheme).map_err(|e| StageError::new("no head").with_source(e))
    }

    /// Weight of a name's other occurrences in decoding.
    fn consistency(&self, head: &Head) -> f32 {
        self.options.consistency.unwrap_or(if head.vote().is_some() { 0.0 } else { CONSISTENCY })
    }

    /// Head outputs for the first subword row of each token.
    fn lattice(&self, doc: &Document, head: &Head) -> Result<Lattice, StageError> {
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
        let label = self.labels.get(found.kind)?.clone()?;
        Some(Mention { span, label, score: found.score, entity: None })
    }
}

/// Explains a change of type by the document's vote.
fn why(context: &Context<'_>, found: &Found, agreed: &Agreed) -> Option<Explanation> {
    let span = context.span(&found.tokens)?;
    let [from, to] = [found.kind, agreed.kind].map(|kind| &context.tags.kinds()[kind]);
    let note = Explanation::new("ner", span, "learnt-vote").deciding(format!("{to}, not {from}"));
    Some(note.with("own", agreed.own).with("voted", agreed.voted).with("score", agreed.score))
}

/// Adds terms to mentions that another stage left in a document, and clusters all of them into entities as [`Ner`]
/// does.
pub fn cluster_mentions(doc: &mut Document, codebooks: &[Terms]) {
    let mentions = std::mem::take(&mut doc.ents);
    let mentions = terms::add_terms(doc, codebooks, mentions);
    cluster::fill(doc, mentions);
}

/// Settings in a run's provenance.
#[derive(Serialize)]
struct Settings<'a> {
    scheme: &'a str,
    consistency: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    vote: Option<[f32; 3]>,
    min_score: f32,
    terms: Vec<TermsSettings<'a>>,
}

#[derive(Serialize)]
struct TermsSettings<'a> {
    name: &'a str,
    version: &'a str,
}

/// First row of a token, where it has a hidden state.
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
        let head = self.head().ok();
        let settings = Settings {
            scheme: self.options.scheme.as_str(),
            consistency: head.map_or(0.0, |head| self.consistency(head)),
            vote: head.and_then(Head::vote).map(|vote| [vote.own, vote.same, vote.longer]),
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
        doc.clear_explanations(self.name());
        doc.explain_all(notes.into_iter().flatten());
        let mentions: Vec<Mention> = decoded.iter().filter_map(|found| self.mention(doc, found)).collect();
        let mentions = terms::add_terms(doc, &self.options.terms, mentions);
        cluster::fill(doc, mentions);
        let (seen, total) = coverage(doc);
        doc.cover("ner", seen, total);
        Ok(())
    }
}

/// Characters of the document's words that have hidden states, and of all its words. The space up to the next word
/// belongs to a word, so that the words tile the sentences.
fn coverage(doc: &Document) -> (usize, usize) {
    let (mut seen, mut total) = (0, 0);
    for sent in &doc.sents {
        let next = sent.tokens.clone().skip(1).map(|token| doc.tokens[token].span.start);
        let mut start = sent.span.start;
        for (token, end) in sent.tokens.clone().zip(next.chain([sent.span.end])) {
            let chars = doc.slice(Span::new(start, end)).chars().count();
            total += chars;
            seen += if row_of(doc, token).is_some() { chars } else { 0 };
            start = end;
        }
    }
    (seen, total)
}

#[cfg(test)]
mod tests {
    use pressmark_core::Rows;
    use pressmark_tokenize::Splitter;

    use super::*;

    #[test]
    fn words_are_covered_with_the_space_behind_them() {
        let mut doc = Document::from_text("a", "Ana Lima left. Kofi stayed.");
        Splitter.run(&mut doc).expect("the splitter never fails");
        let total = "Ana Lima left.".len() + "Kofi stayed.".len();
        let check = |doc: &Document, seen: usize| assert_eq!(coverage(doc), (seen, total));
        // Without hidden states nothing is seen, not even the spaces.
        check(&doc, 0);
        doc.windows.token_rows = (0..doc.tokens.len()).map(|token| token..token + 1).collect();
        doc.hidden = Rows::new(1, &vec![0.0; doc.tokens.len()]);
        check(&doc, total);
        doc.windows.token_rows[1] = 0..0;
        check(&doc, total - "Lima ".len());
    }
}
