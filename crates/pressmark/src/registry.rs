use std::collections::BTreeSet;
use std::sync::Arc;

use pressmark_core::{Layer, Stage};
use pressmark_encode::DocumentEncoder;
use pressmark_encoder::Model;
use pressmark_frames::{Frames, FramesOptions};
use pressmark_ner::Ner;
use pressmark_quote::QuoteFinder;
use pressmark_stance::{EntitySentiment, Stances, StancesOptions};
use pressmark_summarize::Summarizer;
use pressmark_tokenize::Tokenizer;

use crate::backends::Slot;
use crate::{Error, Settings, codebooks};

/// Registry entry of a stage.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StageInfo {
    /// Its name: the key in settings, reports, problems, coverage and provenance.
    pub name: &'static str,
    /// One-line description.
    pub about: &'static str,
    /// Layers that must be filled before it runs.
    pub needs: &'static [Layer],
    /// Layers that it reads if they are filled.
    pub reads: &'static [Layer],
    /// Layers that it fills.
    pub provides: &'static [Layer],
    /// Whether it only serves other stages, so that nobody would ask for it by name.
    pub is_internal: bool,
    /// The head without which the stage is left out, with a notice, unless the run asks for it by name.
    optional_head: Option<&'static str>,
    make: fn(&Parts<'_>) -> Result<Box<dyn Stage>, BoxError>,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Inputs for creating stages.
pub(crate) struct Parts<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) model: &'a Arc<Model>,
    pub(crate) tokenizer: &'a Arc<Tokenizer>,
    /// Whether the bundled encoder runs, so that hidden states are available.
    pub(crate) has_hidden: bool,
}

/// The stages, in execution order where their layers leave a choice.
///
/// To add a stage, add its crate to this crate's dependencies and its entry here: the order, `--stages`, the help text,
/// reports and benches follow from it.
static STAGES: &[StageInfo] = &[
    StageInfo {
        name: "tokenize",
        about: "sentences, words and the encoder's windows",
        needs: &[Layer::Text],
        reads: &[],
        provides: &[Layer::Sents, Layer::Tokens, Layer::Windows],
        is_internal: false,
        optional_head: None,
        make: |parts| Ok(Box::new(Arc::clone(parts.tokenizer))),
    },
    StageInfo {
        name: "encoder",
        about: "hidden states and sentence vectors",
        needs: &[Layer::Sents, Layer::Tokens, Layer::Windows],
        reads: &[],
        provides: &[Layer::Hidden, Layer::SentVectors],
        is_internal: true,
        optional_head: None,
        make: |parts| Ok(Box::new(DocumentEncoder::new(Arc::clone(parts.model))?)),
    },
    StageInfo {
        name: "ner",
        about: "mentions of entities, and the entities that they name",
        needs: &[Layer::Sents, Layer::Tokens, Layer::Windows, Layer::Hidden],
        reads: &[],
        provides: &[Layer::Entities],
        is_internal: false,
        optional_head: None,
        make: |parts| {
            let mut options = pressmark_ner::Options::default();
            options.scheme = parts.settings.scheme;
            options.min_score = parts.settings.min_score;
            options.terms.clone_from(&parts.settings.terms);
            Ok(Box::new(Ner::new(Arc::clone(parts.model), options)?))
        },
    },
    StageInfo {
        name: "quote",
        about: "quotations, cues and speakers",
        needs: &[Layer::Sents, Layer::Tokens],
        reads: &[Layer::Entities],
        provides: &[Layer::Quotes],
        is_internal: false,
        optional_head: None,
        make: |_| Ok(Box::new(QuoteFinder::new(pressmark_quote::Options::default()))),
    },
    StageInfo {
        name: "summarize",
        about: "the most salient sentences",
        needs: &[Layer::Sents, Layer::Tokens, Layer::SentVectors],
        reads: &[Layer::Hidden, Layer::Quotes],
        provides: &[Layer::Summary],
        is_internal: false,
        optional_head: None,
        make: |parts| {
            let options = pressmark_summarize::Options { length: parts.settings.summary };
            Ok(if parts.has_hidden {
                Box::new(Summarizer::new(Arc::clone(parts.model), options)?)
            } else {
                Box::new(Summarizer::without_model(options)?)
            })
        },
    },
    StageInfo {
        name: "frames",
        about: "how the story is framed, by codebooks",
        needs: &[Layer::Sents, Layer::Hidden, Layer::SentVectors],
        reads: &[Layer::Quotes],
        provides: &[Layer::Frames],
        is_internal: false,
        optional_head: None,
        make: |parts| {
            let own = &parts.settings.codebooks;
            let books = if own.is_empty() { codebooks::default_codebooks() } else { own.clone() };
            let vectors = parts.settings.model.codebook_vectors(parts.model)?;
            let options = FramesOptions { min_score: parts.settings.min_frame_score, ..FramesOptions::default() };
            let model = Arc::clone(parts.model);
            Ok(Box::new(Frames::with_vectors(model, parts.tokenizer, &books, options, &vectors)?))
        },
    },
    StageInfo {
        name: "sentiment",
        about: "the tone towards each entity",
        needs: &[Layer::Sents, Layer::Tokens, Layer::Hidden, Layer::Entities],
        reads: &[],
        provides: &[Layer::Sentiment],
        is_internal: false,
        optional_head: None,
        make: |parts| Ok(Box::new(EntitySentiment::new(Arc::clone(parts.model))?)),
    },
    StageInfo {
        name: "stance",
        about: "stances of the outlet and of speakers",
        needs: &[Layer::Sents, Layer::Tokens, Layer::Windows, Layer::Hidden, Layer::SentVectors, Layer::Entities],
        reads: &[Layer::Quotes],
        provides: &[Layer::Stances],
        is_internal: false,
        optional_head: Some(Stances::HEAD),
        make: |parts| {
            let options = StancesOptions { targets: parts.settings.targets.clone(), ..StancesOptions::default() };
            Ok(Box::new(Stances::new(Arc::clone(parts.model), Arc::clone(parts.tokenizer), options)?))
        },
    },
];

/// All stages, in execution order.
#[must_use]
pub fn stages() -> &'static [StageInfo] {
    STAGES
}

/// Names of all stages, in execution order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    STAGES.iter().map(|stage| stage.name)
}

impl StageInfo {
    /// The stage with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        STAGES.iter().find(|stage| stage.name == name)
    }

    /// The stage that fills a layer; `None` for the text, which is there before any stage runs, and for layers that
    /// only other libraries fill.
    #[must_use]
    pub fn filling(layer: Layer) -> Option<&'static Self> {
        STAGES.iter().find(|stage| stage.provides.contains(&layer))
    }

    /// The stages whose layers this one needs or reads.
    pub fn depends_on(&self) -> impl Iterator<Item = &'static Self> + '_ {
        let fills = |stage: &&Self| self.needs.iter().chain(self.reads).any(|layer| stage.provides.contains(layer));
        STAGES.iter().filter(fills)
    }

    /// Returns the missing head's error if this model cannot do the stage's work; `None` if it can.
    pub(crate) fn is_missing_from(&self, model: &Model) -> Option<pressmark_encoder::Error> {
        self.optional_head.and_then(|head| model.head(head).err())
    }

    pub(crate) fn make(&self, parts: &Parts<'_>) -> Result<Box<dyn Stage>, Error> {
        (self.make)(parts).map_err(|source| Error::Stage { stage: self.name, source })
    }
}

/// Name of the stage that a rust-bert slot replaces; `None` for abstracts, which go beside the extractive summary.
pub(crate) fn replaced_by(slot: Slot) -> Option<&'static str> {
    let layer = match slot {
        Slot::Ner => Layer::Entities,
        Slot::Summarize => return None,
        Slot::Frames => Layer::Frames,
        Slot::Stance => Layer::Stances,
        Slot::Embed => Layer::SentVectors,
    };
    StageInfo::filling(layer).map(|stage| stage.name)
}

fn unknown(name: &str) -> Error {
    Error::UnknownStage { name: name.to_owned(), expected: names().collect::<Vec<_>>().join(", ") }
}

/// The stages of these names (all, if empty) with their dependencies, in execution order.
///
/// # Errors
/// If a name is unknown.
pub fn with_dependencies(asked: &[impl AsRef<str>]) -> Result<Vec<&'static StageInfo>, Error> {
    if asked.is_empty() {
        return Ok(STAGES.iter().collect());
    }
    let mut todo = Vec::new();
    for name in asked {
        let name = name.as_ref();
        todo.push(StageInfo::named(name).ok_or_else(|| unknown(name))?);
    }
    let mut wanted = BTreeSet::new();
    while let Some(stage) = todo.pop() {
        if wanted.insert(stage.name) {
            todo.extend(stage.depends_on());
        }
    }
    Ok(STAGES.iter().filter(|stage| wanted.contains(stage.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_brings_what_it_needs_and_reads() {
        let check = |asked: &[&str], expected: &[&str]| {
            let found: Vec<_> = with_dependencies(asked).unwrap().iter().map(|stage| stage.name).collect();
            assert_eq!(found, expected, "{asked:?}");
        };
        check(&["tokenize"], &["tokenize"]);
        check(&["quote"], &["tokenize", "encoder", "ner", "quote"]);
        check(&["stance", "ner"], &["tokenize", "encoder", "ner", "quote", "stance"]);
        check(&[], &names().collect::<Vec<_>>());
        assert!(with_dependencies(&["nope"]).unwrap_err().to_string().contains("tokenize, encoder, ner"));
    }

    #[test]
    fn no_layer_has_two_stages_and_none_is_without() {
        let mut provided: Vec<Layer> = STAGES.iter().flat_map(|stage| stage.provides).copied().collect();
        let count = provided.len();
        provided.sort_unstable();
        provided.dedup();
        assert_eq!(provided.len(), count, "two stages fill one layer");
        for stage in STAGES {
            for layer in stage.needs.iter().filter(|layer| **layer != Layer::Text) {
                assert!(provided.contains(layer), "{} needs {layer:?}, which nothing fills", stage.name);
            }
        }
    }

    #[cfg(feature = "bundled-model")]
    #[test]
    fn the_registry_says_what_the_stages_say() {
        let settings = Settings::default();
        let model = settings.model.load(settings.precision).unwrap();
        let tokenizer = Arc::new(crate::model::tokenizer(&model, usize::MAX).unwrap());
        let parts = Parts { settings: &settings, model: &model, tokenizer: &tokenizer, has_hidden: true };
        for info in STAGES {
            let stage = info.make(&parts).unwrap();
            assert_eq!((stage.name(), stage.provides()), (info.name, info.provides));
            let read = |layers: &[Layer]| layers.iter().all(|l| info.needs.contains(l) || info.reads.contains(l));
            assert!(read(stage.needs()) && read(stage.reads()), "{}", info.name);
            assert!(info.needs.iter().all(|layer| stage.needs().contains(layer)), "{}", info.name);
        }
    }
}
