use std::collections::HashMap;
use std::ops::Range;

use pressmark_core::{Deadline, Document, Entity, Layer, Mention, Provenance, Span, Stage, StageError};
use rust_bert::pipelines::common::TokenizerOption;
use rust_bert::pipelines::token_classification::{
    LabelAggregationOption, TokenClassificationConfig, TokenClassificationModel,
};
use tch::Device;

use crate::labels::{Found, Tag, mentions};
use crate::pieces::pack;
use crate::text::{char_starts, without_special_tokens};
use crate::worker::Worker;
use crate::{Error, LabelScheme, ModelFolder, Threads};

/// Settings of [`TokenClassifier`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenClassifierOptions {
    /// Which labels mentions get. Default: [`LabelScheme::News`].
    pub scheme: LabelScheme,
    /// Threads of libtorch. Default: one a core.
    pub threads: Threads,
}

/// The stage `ner`: entities by a token classifier.
///
/// A document is packed into windows of whole sentences that fill the model's positions; each token has the label of
/// its first subword. It fills `ents`, and `entities` with one entity for all mentions of a label that read the same.
pub struct TokenClassifier {
    worker: Worker<Loaded>,
    tags: Vec<Tag>,
    provenance: Provenance,
    scheme: LabelScheme,
}

struct Loaded {
    model: TokenClassificationModel,
    /// Subwords of a window, special tokens left out.
    limit: usize,
}

/// Windows that go through the model together: what they need in memory does not grow with the document.
const WINDOWS_AT_ONCE: usize = 8;

/// `[CLS]` and `[SEP]`.
const SPECIAL_TOKENS: usize = 2;

/// The label of a token and how sure the model is; `None` when no subword came of it.
type Labelled = Option<(usize, f32)>;

impl TokenClassifier {
    /// The stage over a token classifier.
    ///
    /// # Errors
    /// [`Error::Unfit`] when the folder holds none, or its labels are no BIO or BIOES scheme; [`Error::Load`].
    pub fn new(folder: ModelFolder, options: TokenClassifierOptions) -> Result<Self, Error> {
        let labels = folder.labels()?;
        let tags = labels.iter().map(|l| Tag::parse(l, folder.path())).collect::<Result<Vec<_>, _>>()?;
        let provenance = Provenance {
            stage: "ner",
            model: Some(folder.id()),
            sha256: Some(folder.sha256().to_owned()),
            settings: serde_json::json!({ "backend": "rust-bert", "scheme": options.scheme.as_str() }).to_string(),
        };
        let failed = folder.load_error();
        let worker = Worker::start(options.threads, move || load(&folder), failed)?;
        Ok(Self { worker, tags, provenance, scheme: options.scheme })
    }

    /// One BIO tag for each token of a document, in the scheme's labels.
    ///
    /// Reads `sents` and `tokens`.
    ///
    /// # Errors
    /// When libtorch gives up on the text.
    pub fn tag(&self, doc: &Document) -> Result<Vec<String>, StageError> {
        let mut tags = vec!["O".to_owned(); doc.tokens.len()];
        for (tokens, kind, _) in self.find(doc)?.0 {
            for (at, tag) in tags.iter_mut().enumerate().take(tokens.end).skip(tokens.start) {
                *tag = format!("{}-{kind}", if at == tokens.start { "B" } else { "I" });
            }
        }
        Ok(tags)
    }

    /// The mentions by their tokens, labelled in the scheme, and the code points of words that no subword came of.
    fn find(&self, doc: &Document) -> Result<(Vec<Found>, usize), StageError> {
        let text = without_special_tokens(&doc.text);
        let sents: Vec<Range<usize>> = doc.sents.iter().map(|s| s.span.into()).collect();
        let tokens: Vec<Span> = doc.tokens.iter().map(|t| t.span).collect();
        let deadline = doc.deadline.clone();
        let labelled = self.worker.call(move |loaded| label(loaded, &text, sents, &tokens, &deadline))?;
        let tagged = |labelled: &Labelled| labelled.and_then(|(id, score)| Some((self.tags.get(id)?, score)));
        let tagged: Vec<_> = labelled.iter().map(tagged).collect();
        let mut found = Vec::new();
        for sent in &doc.sents {
            let range = sent.tokens.start.min(tagged.len())..sent.tokens.end.min(tagged.len());
            found.extend(mentions(&tagged[range.clone()], range.start));
        }
        let named = found.into_iter().filter_map(|(tokens, kind, score)| {
            let label = self.scheme.rename(&kind)?.to_owned();
            Some((tokens, label, score.clamp(0.0, 1.0)))
        });
        // Vocabularies drop zero-width characters and the like; nothing is lost with them.
        let words = doc.tokens.iter().zip(&tagged).filter(|(_, tag)| tag.is_none()).map(|(t, _)| doc.slice(t.span));
        let unseen = words.filter(|w| w.contains(char::is_alphanumeric)).map(|w| w.chars().count()).sum();
        Ok((named.collect(), unseen))
    }
}

fn load(folder: &ModelFolder) -> Result<Loaded, Error> {
    let mut config = TokenClassificationConfig::new(
        folder.architecture().model_type(),
        folder.weights_resource(),
        folder.config_resource(),
        folder.vocab_resource(),
        folder.merges_resource(),
        false,
        None,
        None,
        LabelAggregationOption::First,
    );
    config.device = Device::Cpu;
    // With more windows than a batch holds, rust-bert 0.23 gives the labels of the first batch to all later ones.
    // Groups are kept small here instead.
    config.batch_size = usize::MAX;
    let model = TokenClassificationModel::new_with_tokenizer(config, folder.tokenizer()?)
        .map_err(|e| Error::Load { folder: folder.path().to_owned(), message: e.to_string() })?;
    Ok(Loaded { model, limit: folder.positions() - SPECIAL_TOKENS })
}

/// The label of each token's first subword.
fn label(
    loaded: &Loaded,
    text: &str,
    sents: Vec<Range<usize>>,
    tokens: &[Span],
    deadline: &Deadline,
) -> Result<Vec<Labelled>, StageError> {
    let tokenizer = loaded.model.get_tokenizer();
    let windows = pack(text, sents, loaded.limit, |piece| subwords(tokenizer, piece));
    let mut labelled = vec![None; tokens.len()];
    for group in windows.chunks(WINDOWS_AT_ONCE) {
        if deadline.has_passed() {
            return Err(StageError::timeout());
        }
        let inputs: Vec<&str> = group.iter().map(|range| text.get(range.clone()).unwrap_or_default()).collect();
        let outputs = loaded.model.predict(&inputs, false, false);
        for ((range, input), output) in group.iter().zip(&inputs).zip(outputs) {
            // Offsets are characters of the input; `Token.sentence` is the window's place in its batch.
            let starts = char_starts(input);
            let at = |char: u32| range.start + starts.get(char as usize).copied().unwrap_or(input.len());
            let mut subwords = output.into_iter().filter_map(|token| {
                let offset = token.offset?;
                let label = usize::try_from(token.label_index).ok()?;
                Some((at(offset.begin)..at(offset.end), label, token.score as f32))
            });
            let mut next = subwords.next();
            let first = tokens.partition_point(|t| t.end <= range.start);
            for (index, token) in tokens.iter().enumerate().skip(first) {
                if token.start >= range.end {
                    break;
                }
                // A token that was cut belongs to the window that holds its start.
                while next.as_ref().is_some_and(|(span, ..)| span.end <= token.start) {
                    next = subwords.next();
                }
                if let Some((_, label, score)) = next.as_ref().filter(|(span, ..)| span.start < token.end) {
                    labelled[index] = labelled[index].or(Some((*label, *score)));
                }
            }
        }
    }
    Ok(labelled)
}

/// How many subwords a text has, special tokens left out.
pub(crate) fn subwords(tokenizer: &TokenizerOption, text: &str) -> usize {
    tokenizer.tokenize(text).len()
}

impl Stage for TokenClassifier {
    fn name(&self) -> &'static str {
        "ner"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens]
    }

    fn gives(&self) -> &'static [Layer] {
        &[Layer::Entities]
    }

    fn provenance(&self) -> Provenance {
        self.provenance.clone()
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let (found, unseen) = self.find(doc)?;
        let mention = |(tokens, label, score): Found| {
            let (first, last) = (doc.tokens.get(tokens.start)?, doc.tokens.get(tokens.end.checked_sub(1)?)?);
            Some(Mention { span: Span::new(first.span.start, last.span.end), label, score, entity: None })
        };
        doc.ents = found.into_iter().filter_map(mention).collect();
        let text = &doc.text;
        doc.entities = entities(text, &mut doc.ents);
        let total: usize = doc.tokens.iter().map(|t| doc.slice(t.span).chars().count()).sum();
        doc.cover("ner", total.saturating_sub(unseen), total);
        Ok(())
    }
}

/// One entity for all mentions of a label that read the same, in order of first mention.
fn entities(text: &str, mentions: &mut [Mention]) -> Vec<Entity> {
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut entities: Vec<Entity> = Vec::new();
    for mention in mentions {
        let name = mention.span.slice(text).split_whitespace().collect::<Vec<_>>().join(" ");
        let place = *places.entry((mention.label.clone(), name.clone())).or_insert(entities.len());
        if place == entities.len() {
            let label = mention.label.clone();
            entities.push(Entity { name, label, aliases: Vec::new(), mentions: 0, sentiment: None });
        }
        entities[place].mentions += 1;
        mention.entity = Some(place);
    }
    entities
}
