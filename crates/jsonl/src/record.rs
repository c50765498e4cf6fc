use std::borrow::Cow;

use pressmark_core::{EditKind, EntityType, ProblemKind, QuoteKind, SegmentKind, StanceLabel, Status, Tone, Voice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::holder::Holder;
use crate::{Score, numeral, word};

/// The name of the contract that [`Record`] follows.
pub const SCHEMA: &str = "pressmark/1";

/// The contract of a row: a row of another one does not deserialise as a [`Record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchemaName {
    /// [`SCHEMA`].
    #[serde(rename = "pressmark/1")]
    V1,
}

/// One line of output: everything that is known of one input document.
///
/// `start` and `end` are Unicode code points into `text`, half-open; `raw_start` and `raw_end`
/// are bytes into the input record as it was read, half-open. Every key is always present.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "pressmark/1")]
pub struct Record<'a> {
    /// Always `pressmark/1`.
    #[schemars(with = "String", extend("const" = SCHEMA))]
    pub schema: SchemaName,
    /// Unique within a run.
    pub id: Cow<'a, str>,
    /// `ok`, `partial` (some stage failed or saw only part of the text) or `failed` (no text).
    #[serde(with = "word")]
    #[schemars(schema_with = "word::schema::<Status>")]
    pub status: Status,
    /// What went wrong.
    pub problems: Vec<Problem<'a>>,
    /// Where the record came from.
    pub source: Source<'a>,
    /// What the page says of itself.
    pub meta: Meta<'a>,
    /// The cleaned article: title first where there is one, blocks separated by one blank line.
    pub text: Cow<'a, str>,
    /// The whole input, in input order, and what became of it.
    pub segments: Vec<Segment<'a>>,
    /// Sentences.
    pub sents: Vec<Sent>,
    /// Words and marks; white space other than one space between two words is a token of its own, as in spaCy.
    pub tokens: Vec<Token>,
    /// Mentions, never overlapping.
    pub ents: Vec<Ent<'a>>,
    /// What they name: one row per real-world thing in the document.
    pub entities: Vec<Entity<'a>>,
    /// Quotations.
    pub quotes: Vec<Quote<'a>>,
    /// The most salient sentences, in text order.
    pub summary: Vec<Summary>,
    /// A generated summary, where a generating backend ran.
    #[serde(rename = "abstract")]
    pub abstract_text: Option<Cow<'a, str>>,
    /// Every label of each codebook, best first.
    pub frames: Vec<Frame<'a>>,
    /// Who stands where on what.
    pub stances: Vec<Stance<'a>>,
    /// Id of the earlier document of this run that this one repeats.
    pub duplicate_of: Option<Cow<'a, str>>,
    /// How much of the text each stage saw.
    pub coverage: Vec<Coverage<'a>>,
    /// What ran.
    pub provenance: Provenance<'a>,
    /// The input record's other fields as one JSON string.
    pub extra: Option<Cow<'a, str>>,
}

impl Record<'_> {
    /// The status that text, problems and coverage call for.
    #[must_use]
    pub fn status_due(&self) -> Status {
        let problems = self.problems.iter().filter_map(|problem| ProblemKind::named(&problem.kind));
        Status::due(!self.text.is_empty(), problems, self.coverage.iter().any(|c| c.seen < c.total))
    }

    /// Who published it: what the page calls its site, or the host of its address.
    #[must_use]
    pub fn outlet(&self) -> Option<&str> {
        self.meta.site.as_deref().or_else(|| self.source.host())
    }
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Problem<'a> {
    /// The stage that met it.
    pub stage: Cow<'a, str>,
    /// One of a closed list.
    #[schemars(schema_with = "word::schema::<ProblemKind>")]
    pub kind: Cow<'a, str>,
    /// For a person.
    pub message: Cow<'a, str>,
    /// Where, when it has a place in the text.
    pub start: Option<usize>,
    /// Its end.
    pub end: Option<usize>,
}

/// Where a record came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Source<'a> {
    /// Path as given, `-` for standard input.
    pub path: Cow<'a, str>,
    /// Place within the file, from 0.
    pub record: u64,
    /// Address of the page.
    pub url: Option<Cow<'a, str>>,
    /// SHA-256 of the record's bytes, in hex.
    pub sha256: Cow<'a, str>,
    /// Length of the record in bytes.
    pub bytes: u64,
    /// Media type.
    pub media_type: Cow<'a, str>,
    /// Character set by its WHATWG name.
    pub encoding: Cow<'a, str>,
}

impl Source<'_> {
    /// The host of the address, without `www.`.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let (_, rest) = self.url.as_deref()?.split_once("://")?;
        let host = rest.split(['/', '?', '#', ':']).next()?;
        Some(host.strip_prefix("www.").unwrap_or(host)).filter(|host| !host.is_empty())
    }
}

/// What the page says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Meta<'a> {
    /// The title.
    pub title: Option<Cow<'a, str>>,
    /// Who wrote it.
    pub authors: Vec<Cow<'a, str>>,
    /// RFC 3339 or a plain date.
    pub published: Option<Cow<'a, str>>,
    /// Name of the site.
    pub site: Option<Cow<'a, str>>,
    /// ISO 639 code.
    pub language: Option<Cow<'a, str>>,
    /// How sure the language is.
    pub language_score: Option<Score>,
    /// The outlet that the page says it took the story from.
    pub credited_source: Option<Cow<'a, str>>,
}

/// A stretch of the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Segment<'a> {
    /// Where it stands in `text`; null when dropped.
    pub start: Option<usize>,
    /// Its end.
    pub end: Option<usize>,
    /// First byte of the input.
    pub raw_start: usize,
    /// One past the last byte.
    pub raw_end: usize,
    /// What it is; `chrome` and `duplicate` are dropped.
    #[schemars(schema_with = "word::schema::<SegmentKind>")]
    pub kind: Cow<'a, str>,
    /// Why it was dropped.
    pub reason: Option<Cow<'a, str>>,
    /// Where the text is not simply the decoded input.
    pub edits: Vec<Edit<'a>>,
}

/// A place where the text is not simply the decoded input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Edit<'a> {
    /// What stands in `text`; empty for a deletion.
    pub start: usize,
    /// Its end.
    pub end: usize,
    /// The bytes it stands for.
    pub raw_start: usize,
    /// Their end.
    pub raw_end: usize,
    /// Why.
    #[schemars(schema_with = "word::schema::<EditKind>")]
    pub kind: Cow<'a, str>,
}

/// A sentence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sent {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// A word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    /// Its number within the document, from 0, as a string.
    #[serde(with = "numeral")]
    #[schemars(with = "String")]
    pub id: usize,
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// A mention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ent<'a> {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Label of the scheme in force.
    #[serde(with = "word")]
    #[schemars(with = "String")]
    pub label: EntityType,
    /// How sure.
    pub score: Score,
    /// Id in `entities`.
    pub entity: Option<Cow<'a, str>>,
}

/// One real-world thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entity<'a> {
    /// Unique within the document.
    pub id: Cow<'a, str>,
    /// Its fullest form.
    pub name: Cow<'a, str>,
    /// Its label.
    #[serde(with = "word")]
    #[schemars(with = "String")]
    pub label: EntityType,
    /// Its other forms.
    pub aliases: Vec<Cow<'a, str>>,
    /// How many mentions.
    pub mentions: usize,
    /// The tone towards it, or null.
    pub sentiment: Option<Sentiment>,
}

/// The tone towards an entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sentiment {
    /// The most probable.
    #[serde(with = "word")]
    #[schemars(schema_with = "word::schema::<Tone>")]
    pub label: Tone,
    /// Its probability.
    pub score: Score,
    /// Probability of a positive tone.
    pub positive: Score,
    /// Probability of a neutral tone.
    pub neutral: Score,
    /// Probability of a negative tone.
    pub negative: Score,
}

impl Sentiment {
    /// Probability of a tone.
    #[must_use]
    pub fn probability(&self, tone: Tone) -> Score {
        match tone {
            Tone::Positive => self.positive,
            Tone::Neutral => self.neutral,
            Tone::Negative => self.negative,
        }
    }
}

/// A quotation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quote<'a> {
    /// First code point, the opening mark of a direct quotation included.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// `direct`, `indirect` or `mixed`.
    #[serde(with = "word")]
    #[schemars(schema_with = "word::schema::<QuoteKind>")]
    pub kind: QuoteKind,
    /// Id in `entities`, or null.
    pub speaker: Option<Cow<'a, str>>,
    /// The words that name the speaker here.
    pub speaker_start: Option<usize>,
    /// Their end.
    pub speaker_end: Option<usize>,
    /// The words that introduce the quotation.
    pub cue_start: Option<usize>,
    /// Their end.
    pub cue_end: Option<usize>,
    /// Whether the closing mark was found.
    pub closed: bool,
}

/// A sentence of the summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// 1 is the most salient.
    pub rank: usize,
    /// Salience.
    pub score: Score,
}

/// How much the document is framed in one way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Frame<'a> {
    /// Name and version of the codebook.
    pub codebook: Cow<'a, str>,
    /// The frame.
    pub label: Cow<'a, str>,
    /// How much.
    pub score: Score,
    /// What shows it.
    pub evidence: Vec<FrameEvidence>,
}

/// A passage that shows a frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FrameEvidence {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// How clearly.
    pub score: Score,
    /// `outlet`, or the index of a quotation as a string.
    #[serde(with = "word")]
    #[schemars(with = "String", extend("pattern" = "^(outlet|[0-9]+)$"))]
    pub voice: Voice,
}

/// Where somebody stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stance<'a> {
    /// Id in `entities`, or `outlet`.
    #[serde(with = "word")]
    #[schemars(with = "String")]
    pub holder: Holder<'a>,
    /// Id in `entities`, or the text given with `--target`.
    pub target: Cow<'a, str>,
    /// `favor`, `against` or `neutral`.
    #[serde(with = "word")]
    #[schemars(schema_with = "word::schema::<StanceLabel>")]
    pub label: StanceLabel,
    /// How sure.
    pub score: Score,
    /// What the passages say, read beside the target; missing where the stage judges in another way, or no passage
    /// bears on the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<StanceProbabilities>,
    /// What shows it.
    pub evidence: Vec<Sent>,
}

/// Three questions apart about passages beside a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StanceProbabilities {
    /// That they say something about the target.
    pub bears_on_target: Score,
    /// That they take a side, if they do.
    pub takes_a_side: Score,
    /// That the side is for the target, if they take one.
    pub in_favor: Score,
}

/// How much of the text a stage saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage<'a> {
    /// The stage.
    pub stage: Cow<'a, str>,
    /// Code points that it saw.
    pub seen: usize,
    /// Code points that it should have seen.
    pub total: usize,
    /// Passages that it reads once more, for a stage that does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passages: Option<PassageCount>,
}

/// How many passages a stage found worth reading once more, and how many of them it read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PassageCount {
    /// Found.
    pub found: usize,
    /// Read, at most as many.
    pub read: usize,
}

/// What ran.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance<'a> {
    /// Version of pressmark.
    pub pressmark: Cow<'a, str>,
    /// Each stage, in the order in which they ran.
    pub stages: Vec<StageProvenance<'a>>,
    /// The layers that the row was told to hold (`--layers`), or null when it holds all: a layer that is not named is
    /// empty because it was left out, not because nothing was found. Rows of before 0.2 do not have the key.
    #[serde(default)]
    pub layers: Option<Vec<Cow<'a, str>>>,
}

/// One stage that ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StageProvenance<'a> {
    /// Its name.
    pub stage: Cow<'a, str>,
    /// Name and version of its model.
    pub model: Option<Cow<'a, str>>,
    /// SHA-256 of the weights, in hex.
    pub sha256: Option<Cow<'a, str>>,
    /// Licence of the weights, an SPDX expression, or null where the model does not state it. Rows of before 0.2 do not
    /// have the key.
    #[serde(default)]
    pub licence: Option<Cow<'a, str>>,
    /// The settings in force, as one JSON string.
    pub settings: Cow<'a, str>,
}
