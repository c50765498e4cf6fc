use std::collections::HashMap;
use std::ops::Range;

use pressmark_core::{
    Deadline, Document, Entity, EntityType, Explanation, Layer, Mention, Provenance, Scheme, Span, Stage, StageError,
};
use rust_bert::pipelines::common::TokenizerOption;
use rust_bert::pipelines::token_classification::{
    LabelAggregationOption, TokenClassificationConfig, TokenClassificationOption,
};
use rust_tokenizers::Mask;
use rust_tokenizers::tokenizer::TruncationStrategy;
use tch::{Device, Kind, Tensor, no_grad};

use crate::batch::{Batch, fuse_unknown};
use crate::deberta::{Deberta, Task};
use crate::labels::{Tag, mentions, rename};
use crate::pieces::pack;
use crate::text::{char_starts, without_special_tokens};
use crate::worker::Worker;
use crate::{Error, ModelFolder, Threads};

/// Settings of [`TokenClassifier`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenClassifierOptions {
    /// Scheme that labels are mapped to; `None` keeps the model's own. Default: [`Scheme::News`].
    pub scheme: Option<Scheme>,
    /// Threads of libtorch. Default: one per core.
    pub threads: Threads,
}

impl Default for TokenClassifierOptions {
    fn default() -> Self {
        Self { scheme: Some(Scheme::default()), threads: Threads::default() }
    }
}

/// The stage `ner`: entities by a token classifier.
///
/// A document is packed into windows of whole sentences that fill the model's positions; each token gets the label of
/// its first subword. The stage fills `ents`, and `entities` with one entity for all mentions with the same label and
/// text.
pub struct TokenClassifier {
    worker: Worker<Loaded>,
    tags: Vec<Tag>,
    provenance: Provenance,
    scheme: Option<Scheme>,
}

struct Loaded {
    model: Model,
    tokenizer: TokenizerOption,
    positions: usize,
    pad: i64,
    /// The unknown subword, if runs of it must be merged.
    fused: Option<i64>,
    /// The subword that marks the start of a word, if the vocabulary has it as a subword of its own.
    mark: Option<i64>,
}

enum Model {
    RustBert(Box<TokenClassificationOption>),
    Deberta(Box<Deberta>),
}

/// Windows per batch. Set by hand: it bounds working memory whatever the document's length.
const WINDOWS_AT_ONCE: usize = 8;

/// Number of special tokens, `[CLS]` and `[SEP]`.
const SPECIAL_TOKENS: usize = 2;

/// Label index and score of a token; `None` if it has no subword.
type Labelled = Option<(usize, f32)>;

/// A mention: token range, type in the scheme, score.
type Named = (Range<usize>, EntityType, f32);

impl TokenClassifier {
    /// Creates the stage with a token classifier.
    ///
    /// # Errors
    /// [`Error::Unfit`] if the folder holds none, or its labels follow no BIO or BIOES scheme; [`Error::Load`] if
    /// loading fails.
    pub fn new(folder: ModelFolder, options: TokenClassifierOptions) -> Result<Self, Error> {
        let labels = folder.labels()?;
        let tags = labels.iter().map(|l| Tag::parse(l, folder.path())).collect::<Result<Vec<_>, _>>()?;
        let scheme = options.scheme.map_or("model", Scheme::as_str);
        let provenance = Provenance {
            stage: "ner",
            model: Some(folder.id()),
            sha256: Some(folder.sha256().to_owned()),
            settings: serde_json::json!({ "backend": "rust-bert", "scheme": scheme }).to_string(),
        };
        let failed = folder.load_error();
        let worker = Worker::start(options.threads, move || load(&folder), failed)?;
        Ok(Self { worker, tags, provenance, scheme: options.scheme })
    }

    /// Returns one BIO tag per token of a document, with the scheme's labels.
    ///
    /// Requires `sents` and `tokens`.
    ///
    /// # Errors
    /// If libtorch fails on the text.
    pub fn tag(&self, doc: &Document) -> Result<Vec<String>, StageError> {
        let mut tags = vec!["O".to_owned(); doc.tokens.len()];
        for (tokens, kind, _) in self.find(doc)?.0 {
            for (at, tag) in tags.iter_mut().enumerate().take(tokens.end).skip(tokens.start) {
                *tag = format!("{}-{kind}", if at == tokens.start { "B" } else { "I" });
            }
        }
        Ok(tags)
    }

    /// The mentions with labels in the scheme, and the number of code points in words without subwords.
    fn find(&self, doc: &Document) -> Result<(Vec<Named>, usize), StageError> {
        let text = without_special_tokens(&doc.text);
        let sents: Vec<Range<usize>> = doc.sents.iter().map(|s| s.span.into()).collect();
        let tokens: Vec<Span> = doc.tokens.iter().map(|t| t.span).collect();
        let deadline = doc.deadline.clone();
        let labelled = self.worker.call(move |loaded| loaded.label(&text, sents, &tokens, &deadline))?;
        let tagged = |labelled: &Labelled| labelled.and_then(|(id, score)| Some((self.tags.get(id)?, score)));
        let tagged: Vec<_> = labelled.iter().map(tagged).collect();
        let mut found = Vec::new();
        for sent in &doc.sents {
            let range = sent.tokens.start.min(tagged.len())..sent.tokens.end.min(tagged.len());
            found.extend(mentions(&tagged[range.clone()], range.start));
        }
        let named = found.into_iter().filter_map(|(tokens, kind, score)| {
            let label = rename(&kind, self.scheme)?;
            Some((tokens, label, score.clamp(0.0, 1.0)))
        });
        // Vocabularies drop zero-width characters and the like, which is no loss.
        let words = doc.tokens.iter().zip(&tagged).filter(|(_, tag)| tag.is_none()).map(|(t, _)| doc.slice(t.span));
        let unseen = words.filter(|w| w.contains(char::is_alphanumeric)).map(|w| w.chars().count()).sum();
        Ok((named.collect(), unseen))
    }
}

fn load(folder: &ModelFolder) -> Result<Loaded, Error> {
    let failed = |message: String| Error::Load { folder: folder.path().to_owned(), message };
    let model = match folder.deberta()? {
        Some(config) => {
            Model::Deberta(Box::new(Deberta::load(folder.weights(), &config, Task::Words).map_err(failed)?))
        }
        None => Model::RustBert(Box::new(rust_bert(folder).map_err(failed)?)),
    };
    let tokenizer = folder.tokenizer()?;
    let pad = tokenizer.get_pad_id().ok_or_else(|| folder.unfit("its vocabulary has no padding".into()))?;
    let mark = folder.architecture().word_mark().and_then(|mark| {
        let ids = tokenizer.convert_tokens_to_ids(&[mark]);
        ids.first().copied().filter(|&id| id != tokenizer.get_unk_id())
    });
    Ok(Loaded { model, positions: folder.positions(), pad, fused: folder.fused(&tokenizer), mark, tokenizer })
}

fn rust_bert(folder: &ModelFolder) -> Result<TokenClassificationOption, String> {
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
    TokenClassificationOption::new(&config).map_err(|e| e.to_string())
}

impl Model {
    /// Logits of each label, for each subword of each row.
    fn logits(&self, batch: &Batch) -> Result<Tensor, StageError> {
        match self {
            Self::RustBert(model) => no_grad(|| rust_bert_logits(model, batch)),
            Self::Deberta(model) => Ok(model.logits(batch)),
        }
    }
}

/// The forward pass that rust-bert uses internally but does not expose.
fn rust_bert_logits(model: &TokenClassificationOption, batch: &Batch) -> Result<Tensor, StageError> {
    use TokenClassificationOption as Of;
    let (ids, mask, segments) = (Some(&batch.ids), Some(&batch.mask), Some(&batch.segments));
    Ok(match model {
        Of::Bert(model) => model.forward_t(ids, mask, segments, None, None, false).logits,
        Of::Electra(model) => model.forward_t(ids, mask, segments, None, None, false).logits,
        Of::Roberta(model) | Of::XLMRoberta(model) => model.forward_t(ids, mask, segments, None, None, false).logits,
        Of::DistilBert(model) => {
            let output = model.forward_t(ids, mask, None, false);
            output.map_err(|e| StageError::new("the words could not be read").with_source(e))?.logits
        }
        _ => return Err(StageError::new("the model labels no words")),
    })
}

/// A subword of the document with its predicted label.
struct Subword {
    span: Range<usize>,
    label: usize,
    score: f32,
}

impl Loaded {
    /// The label of each token's first subword.
    ///
    /// This may be the start-of-word marker alone: models learn to label it where it is a subword of its own.
    fn label(
        &self,
        text: &str,
        sents: Vec<Range<usize>>,
        tokens: &[Span],
        deadline: &Deadline,
    ) -> Result<Vec<Labelled>, StageError> {
        let limit = self.positions.saturating_sub(SPECIAL_TOKENS);
        let windows = pack(text, sents, limit, |piece| subwords(&self.tokenizer, piece));
        let mut labelled = vec![None; tokens.len()];
        for group in windows.chunks(WINDOWS_AT_ONCE) {
            if deadline.has_passed() {
                return Err(StageError::timeout());
            }
            for (range, found) in group.iter().zip(self.read(text, group)?) {
                let mut subwords = found.into_iter();
                let mut next = subwords.next();
                let first = tokens.partition_point(|t| t.end <= range.start);
                for (index, token) in tokens.iter().enumerate().skip(first) {
                    if token.start >= range.end {
                        break;
                    }
                    // A token that was split belongs to the window that contains its start.
                    while next.as_ref().is_some_and(|subword| subword.span.end <= token.start) {
                        next = subwords.next();
                    }
                    if let Some(subword) = next.as_ref().filter(|subword| subword.span.start < token.end) {
                        labelled[index] = labelled[index].or(Some((subword.label, subword.score)));
                    }
                }
            }
        }
        Ok(labelled)
    }

    /// The labelled subwords of each window.
    fn read(&self, text: &str, windows: &[Range<usize>]) -> Result<Vec<Vec<Subword>>, StageError> {
        let inputs: Vec<&str> = windows.iter().map(|range| text.get(range.clone()).unwrap_or_default()).collect();
        let mut encoded = self.tokenizer.encode_list(&inputs, self.positions, &TruncationStrategy::LongestFirst, 0);
        if let Some(unknown) = self.fused {
            encoded.iter_mut().for_each(|input| fuse_unknown(input, unknown));
        }
        let batch = Batch::new(&encoded, self.pad);
        let width = batch.ids.size().get(1).and_then(|&width| usize::try_from(width).ok()).unwrap_or(0);
        let (scores, labels) = self.model.logits(&batch)?.softmax(-1, Kind::Float).max_dim(-1, false);
        let none = |e| StageError::new("libtorch gave no labels").with_source(e);
        let scores = Vec::<f32>::try_from(scores.reshape([-1])).map_err(none)?;
        let labels = Vec::<i64>::try_from(labels.reshape([-1])).map_err(none)?;
        let rows = encoded.iter().zip(&inputs).zip(windows).enumerate();
        let row =
            |(row, ((encoded, input), range)): (usize, ((&rust_tokenizers::TokenizedInput, &&str), &Range<usize>))| {
                // Offsets count characters of the input.
                let starts = char_starts(input);
                let at = |char: u32| range.start + starts.get(char as usize).copied().unwrap_or(input.len());
                let subword = |place: usize| {
                    let offset = encoded.token_offsets.get(place).copied().flatten()?;
                    let id = encoded.token_ids.get(place)?;
                    let is_special = encoded.mask.get(place) == Some(&Mask::Special);
                    // The marker's offsets are those of the space before its word, or empty at the start of a window.
                    let end = at(offset.end) + usize::from(Some(*id) == self.mark);
                    let label = usize::try_from(*labels.get(row * width + place)?).ok()?;
                    let score = *scores.get(row * width + place)?;
                    (!is_special).then_some(Subword { span: at(offset.begin)..end, label, score })
                };
                (0..encoded.token_ids.len()).filter_map(subword).collect()
            };
        Ok(rows.map(row).collect())
    }
}

/// Number of subwords of a text, excluding special tokens.
pub(crate) fn subwords(tokenizer: &TokenizerOption, text: &str) -> usize {
    // rust_tokenizers panics on an empty text for DeBERTa.
    if text.is_empty() { 0 } else { tokenizer.tokenize(text).len() }
}

impl Stage for TokenClassifier {
    fn name(&self) -> &'static str {
        "ner"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Sents, Layer::Tokens]
    }

    fn provides(&self) -> &'static [Layer] {
        &[Layer::Entities]
    }

    fn provenance(&self) -> Provenance {
        self.provenance.clone()
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        let (found, unseen) = self.find(doc)?;
        let mention = |(tokens, label, score): Named| {
            let (first, last) = (doc.tokens.get(tokens.start)?, doc.tokens.get(tokens.end.checked_sub(1)?)?);
            Some(Mention { span: Span::new(first.span.start, last.span.end), label, score, entity: None })
        };
        doc.ents = found.into_iter().filter_map(mention).collect();
        doc.clear_explanations(self.name());
        let explain = |mention: &Mention| {
            let explanation = Explanation::new("ner", mention.span, "token-classifier").with("score", mention.score);
            explanation.deciding(mention.label.to_string())
        };
        if let Some(kept) = &mut doc.explanations {
            kept.extend(doc.ents.iter().map(explain));
        }
        let text = &doc.text;
        doc.entities = entities(text, &mut doc.ents);
        let total: usize = doc.tokens.iter().map(|t| doc.slice(t.span).chars().count()).sum();
        doc.cover("ner", total.saturating_sub(unseen), total);
        Ok(())
    }
}

/// One entity for all mentions with the same label and text, in order of first mention.
fn entities(text: &str, mentions: &mut [Mention]) -> Vec<Entity> {
    let mut places: HashMap<(EntityType, String), usize> = HashMap::new();
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
