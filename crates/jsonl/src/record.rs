use std::borrow::Cow;

use pressmark_core::{EditKind, EntityType, ProblemKind, QuoteKind, SegmentKind, StanceLabel, Status, Tone, Voice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::holder::Holder;
use crate::{Score, numeral, word};

/// Name and version of the format of a [`Record`].
pub const SCHEMA: &str = "pressmark/1";

/// Schema marker of a row; a row with another schema does not deserialise as a [`Record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchemaName {
    /// [`SCHEMA`].
    #[serde(rename = "pressmark/1")]
    V1,
}

/// One line of output: everything known about one input document.
///
/// `start` and `end` are Unicode code points into `text`, half-open; `raw_start` and `raw_end` are bytes into the input
/// record as it was read, half-open. Every key is always present.
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
    /// Problems met while reading and annotating the document.
    pub problems: Vec<Problem<'a>>,
    /// Where the record came from.
    pub source: Source<'a>,
    /// Metadata that the page states about itself.
    pub meta: Meta<'a>,
    /// The cleaned article: title first where there is one, blocks separated by one blank line.
    pub text: Cow<'a, str>,
    /// Segments that tile the whole input, in input order, kept and dropped.
    pub segments: Vec<Segment<'a>>,
    /// Sentences.
    pub sents: Vec<Sent>,
    /// Words and punctuation; white space other than one space between two words is a token too, as in spaCy.
    pub tokens: Vec<Token>,
    /// Mentions, never overlapping.
    pub ents: Vec<Ent<'a>>,
    /// Entities: one row per real-world thing that mentions refer to.
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
    /// Stances: who is for or against what.
    pub stances: Vec<Stance<'a>>,
    /// Id of the earlier document of this run that this one duplicates.
    pub duplicate_of: Option<Cow<'a, str>>,
    /// How much of the text each stage saw.
    pub coverage: Vec<Coverage<'a>>,
    /// Program, stages and models that produced the row.
    pub provenance: Provenance<'a>,
    /// Other fields of the input record, as one JSON string.
    pub extra: Option<Cow<'a, str>>,
}

impl Record<'_> {
    /// Derives the status from text, problems and coverage.
    #[must_use]
    pub fn status_due(&self) -> Status {
        let problems = self.problems.iter().filter_map(|problem| ProblemKind::named(&problem.kind));
        Status::due(!self.text.is_empty(), problems, self.coverage.iter().any(|c| c.seen < c.total))
    }

    /// Returns the publisher: the site name that the page states, or else the host of its URL.
    #[must_use]
    pub fn outlet(&self) -> Option<Cow<'_, str>> {
        self.meta.site.as_deref().map(Cow::Borrowed).or_else(|| self.source.host().map(Cow::Owned))
    }
}

/// A problem met while reading or annotating the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem<'a> {
    /// Stage that reported it.
    pub stage: Cow<'a, str>,
    /// Kind of the problem, one of a closed list.
    #[schemars(schema_with = "word::schema::<ProblemKind>")]
    pub kind: Cow<'a, str>,
    /// Message for people.
    pub message: Cow<'a, str>,
    /// First code point, if it has a place in the text.
    pub start: Option<usize>,
    /// One past the last.
    pub end: Option<usize>,
}

/// Where a record came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Source<'a> {
    /// Path as given; `-` is standard input.
    pub path: Cow<'a, str>,
    /// Index of the record in the file, from 0.
    pub record: u64,
    /// URL of the page.
    pub url: Option<Cow<'a, str>>,
    /// SHA-256 of the record's bytes, in hex.
    pub sha256: Cow<'a, str>,
    /// Length of the record in bytes.
    pub bytes: u64,
    /// Media type.
    pub media_type: Cow<'a, str>,
    /// Character encoding, by its WHATWG name.
    pub encoding: Cow<'a, str>,
}

impl Source<'_> {
    /// Returns the host of the URL in lower case, without user name, port and `www.`; `None` if there is no URL or it has
    /// no host.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        pressmark_core::host(self.url.as_deref()?).map(str::to_lowercase)
    }
}

/// Metadata that the page states about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Meta<'a> {
    /// The title.
    pub title: Option<Cow<'a, str>>,
    /// Author names.
    pub authors: Vec<Cow<'a, str>>,
    /// Publication date: RFC 3339, or a plain date.
    pub published: Option<Cow<'a, str>>,
    /// Name of the site.
    pub site: Option<Cow<'a, str>>,
    /// ISO 639 code.
    pub language: Option<Cow<'a, str>>,
    /// Confidence in the language.
    pub language_score: Option<Score>,
    /// Outlet that the page credits as the source of the story.
    pub credited_source: Option<Cow<'a, str>>,
}

/// A stretch of the input, kept in the text or dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Segment<'a> {
    /// First code point in `text`; null if dropped.
    pub start: Option<usize>,
    /// One past the last.
    pub end: Option<usize>,
    /// First byte in the input.
    pub raw_start: usize,
    /// One past the last byte.
    pub raw_end: usize,
    /// Kind of the segment; `chrome` and `duplicate` are dropped.
    #[schemars(schema_with = "word::schema::<SegmentKind>")]
    pub kind: Cow<'a, str>,
    /// Reason that it was dropped; null if kept.
    pub reason: Option<Cow<'a, str>>,
    /// Edits: places where the text differs from the decoded input.
    pub edits: Vec<Edit<'a>>,
}

/// A place where the text differs from the decoded input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Edit<'a> {
    /// First code point in `text`; the range is empty for a deletion.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// First byte of the input that it replaces.
    pub raw_start: usize,
    /// One past the last.
    pub raw_end: usize,
    /// Kind of the edit.
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

/// A token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    /// Index within the document, from 0, as a string.
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
    /// Label under the scheme in force.
    #[serde(with = "word")]
    #[schemars(with = "String")]
    pub label: EntityType,
    /// Confidence.
    pub score: Score,
    /// Id in `entities`.
    pub entity: Option<Cow<'a, str>>,
}

/// A real-world thing that mentions refer to.
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
    /// Number of mentions.
    pub mentions: usize,
    /// Tone towards it; null if it was not judged.
    pub sentiment: Option<Sentiment>,
}

/// Tone towards an entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sentiment {
    /// Most probable tone.
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
    /// Returns the probability of a tone.
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
    /// First code point, including the opening mark of a direct quotation.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// `direct`, `indirect` or `mixed`.
    #[serde(with = "word")]
    #[schemars(schema_with = "word::schema::<QuoteKind>")]
    pub kind: QuoteKind,
    /// Id in `entities`, or null.
    pub speaker: Option<Cow<'a, str>>,
    /// First code point of the words that name the speaker here.
    pub speaker_start: Option<usize>,
    /// One past the last.
    pub speaker_end: Option<usize>,
    /// First code point of the words that introduce the quotation.
    pub cue_start: Option<usize>,
    /// One past the last.
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
    /// Rank by salience; 1 is the most salient.
    pub rank: usize,
    /// Salience.
    pub score: Score,
}

/// Strength of one frame in the document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Frame<'a> {
    /// Name and version of the codebook.
    pub codebook: Cow<'a, str>,
    /// Label of the frame.
    pub label: Cow<'a, str>,
    /// Strength of the frame.
    pub score: Score,
    /// Passages that show the frame.
    pub evidence: Vec<FrameEvidence>,
}

impl Frame<'_> {
    /// Score from which a frame counts as assigned: the midpoint of [0, 1], as in evaluation. Set by hand; a lower
    /// value assigns doubtful frames, a higher one leaves out plain ones.
    pub const ASSIGNED: f64 = 0.5;

    /// Whether the frame counts as assigned.
    #[must_use]
    pub fn is_assigned(&self) -> bool {
        self.score.value() >= Self::ASSIGNED
    }
}

/// A passage that shows a frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FrameEvidence {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Strength of the frame in this passage.
    pub score: Score,
    /// `outlet`, or the index of a quotation as a string.
    #[serde(with = "word")]
    #[schemars(with = "String", extend("pattern" = "^(outlet|[0-9]+)$"))]
    pub voice: Voice,
}

/// Stance of a holder towards a target.
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
    /// Confidence.
    pub score: Score,
    /// Probabilities from reading the passages together with the target; missing if the stage judges in another way or
    /// no passage bears on the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<StanceProbabilities>,
    /// Sentences that show the stance.
    pub evidence: Vec<Sent>,
}

/// Probabilities of three separate questions about the passages and a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StanceProbabilities {
    /// That the passages say something about the target.
    pub bears_on_target: Score,
    /// That they take a side, given that they bear on it.
    pub takes_a_side: Score,
    /// That the side is in favour, given that they take one.
    pub in_favor: Score,
}

/// Share of the text that a stage saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage<'a> {
    /// Name of the stage.
    pub stage: Cow<'a, str>,
    /// Code points that it saw.
    pub seen: usize,
    /// Code points that it should have seen.
    pub total: usize,
    /// Passages selected for a second reading, for a stage that does one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passages: Option<PassageCount>,
}

/// Numbers of passages that a stage selected for a second reading and that it read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PassageCount {
    /// Passages selected.
    pub found: usize,
    /// Passages read; at most `found`.
    pub read: usize,
}

/// Program, stages and models that produced a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance<'a> {
    /// Version of pressmark.
    pub pressmark: Cow<'a, str>,
    /// Stages, in the order in which they ran.
    pub stages: Vec<StageProvenance<'a>>,
    /// Layers that the row was configured to hold (`--layers`); null if it holds all. A layer that is not named is
    /// empty because it was left out, not because nothing was found. Rows written before 0.2 lack the key.
    #[serde(default)]
    pub layers: Option<Vec<Cow<'a, str>>>,
}

/// One stage that ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StageProvenance<'a> {
    /// Name of the stage.
    pub stage: Cow<'a, str>,
    /// Name and version of its model.
    pub model: Option<Cow<'a, str>>,
    /// SHA-256 of the weights, in hex.
    pub sha256: Option<Cow<'a, str>>,
    /// Licence of the weights, an SPDX expression; null if the model does not state it. Rows written before 0.2 lack
    /// the key.
    #[serde(default)]
    pub licence: Option<Cow<'a, str>>,
    /// Settings in force, as one JSON string.
    pub settings: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_from_what_stands_around_it() {
        let check = |url: &str, expected: Option<&str>| {
            let source = Source {
                path: "-".into(),
                record: 0,
                url: Some(url.into()),
                sha256: "".into(),
                bytes: 0,
                media_type: "text/html".into(),
                encoding: "UTF-8".into(),
            };
            assert_eq!(source.host().as_deref(), expected, "{url}");
        };
        check("https://www.bay.example/rain?x=1", Some("bay.example"));
        check("HTTPS://WWW.Bay.Example:8443", Some("bay.example"));
        check("https://ana:secret@bay.example/rain", Some("bay.example"));
        check("https://ana@sol@bay.example:80/a@b", Some("bay.example"));
        check("http://[2001:DB8::1]:8080/rain", Some("[2001:db8::1]"));
        check("http://[::1]", Some("[::1]"));
        check("https://bay.example?at=a@b.example", Some("bay.example"));
        check("bay.example/rain", Some("bay.example"));
        check("https://", None);
        check("https://:80/rain", None);
    }
}
