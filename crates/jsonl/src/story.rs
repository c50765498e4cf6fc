//! A story: several documents about one event, one JSON object per line (`pressmark-story/1`).
//!
//! `start` and `end` are Unicode code points into the `text` of the record that `document` names, half-open, as in
//! [`Record`](crate::Record). Passages include their text, so a story can be read without the records. Every key is
//! always present; an empty list is `[]`, an unknown value is `null`.

use pressmark_core as core;
use pressmark_core::{EntityType, StanceLabel};
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Score, word};

/// Name and version of the format of a [`Story`].
pub const SCHEMA: &str = "pressmark-story/1";

/// Schema marker of a row; a row with another schema does not deserialise as a [`Story`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchemaName {
    /// [`SCHEMA`].
    #[default]
    #[serde(rename = "pressmark-story/1")]
    V1,
}

/// Returns the JSON Schema of a story, generated from the Rust types.
#[must_use]
pub fn json_schema() -> Value {
    schema_for!(Story).to_value()
}

/// One event as reported by several documents. A document that shares its event with no other is a story by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "pressmark-story/1")]
pub struct Story {
    /// Always `pressmark-story/1`.
    #[schemars(with = "String", extend("const" = SCHEMA))]
    pub schema: SchemaName,
    /// Unique within a run.
    pub id: String,
    /// Title of the earliest document that has one.
    pub title: Option<String>,
    /// Earliest publication date: RFC 3339, or a plain date.
    pub first_published: Option<String>,
    /// Latest publication date.
    pub last_published: Option<String>,
    /// Documents in order of publication; undated ones last, in input order.
    pub documents: Vec<Document>,
    /// Outlets in order of their first document.
    pub outlets: Vec<Outlet>,
    /// Pairs of documents judged to report the same event, best first, with the evidence.
    pub links: Vec<Link>,
    /// People, organisations and places that documents share, most salient first.
    pub actors: Vec<Actor>,
    /// Words that documents share, most distinctive first.
    pub terms: Vec<Term>,
    /// Paragraphs that one document copied from another.
    pub copies: Vec<Copy>,
    /// Framing of the event by each outlet.
    pub frames: Vec<Framing>,
    /// Speakers that each outlet quotes.
    pub voices: Vec<Voice>,
    /// Tone of each outlet towards the actors that more than one outlet names.
    pub tones: Vec<Tone>,
    /// Pairs of sentences from different outlets that state the same thing, best first.
    pub aligned: Vec<Aligned>,
    /// Values in aligned sentences that agree or differ.
    pub facts: Vec<Fact>,
    /// Different names that outlets use for the same actor, place or event.
    pub namings: Vec<Naming>,
    /// Content that only one outlet reports.
    pub only: Vec<Only>,
    /// Agencies and other outlets that documents credit.
    pub credits: Vec<Credit>,
}

/// A passage of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Passage {
    /// Id of the record.
    pub document: String,
    /// The outlet of the record, as in [`Document::outlet`].
    pub outlet: String,
    /// First code point of the record's text.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Text of the passage.
    pub text: String,
}

/// A document of a story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// Id of the record.
    pub id: String,
    /// Site that published it. If the page names none: the host of its URL, the source that it credits, the name of its
    /// file if that holds one document, or its id.
    pub outlet: String,
    /// Its title.
    pub title: Option<String>,
    /// RFC 3339 or a plain date.
    pub published: Option<String>,
    /// URL of the page.
    pub url: Option<String>,
    /// ISO 639 code.
    pub language: Option<String>,
    /// Number of words in its text.
    pub words: usize,
    /// Fit to the rest of the story: the score of its best link; 0 if it is alone.
    pub score: Score,
    /// Id of the document that it copies most from, if it copies half of its paragraphs or more.
    pub copy_of: Option<String>,
}

/// An outlet and its contribution to the story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outlet {
    /// Its name, as in [`Document::outlet`].
    pub name: String,
    /// Ids of its documents, in order of publication.
    pub documents: Vec<String>,
    /// Date of its first publication on the event.
    pub first_published: Option<String>,
    /// Number of words in its documents.
    pub words: usize,
    /// Number of sentences in its documents.
    pub sentences: usize,
    /// Number of quotations in its documents.
    pub quotes: usize,
    /// Number of distinct named speakers of these quotations.
    pub voices: usize,
    /// Share of its words that are within quotations.
    pub quoted_share: Score,
}

/// Evidence that two documents report the same event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// Id of one document.
    pub a: String,
    /// Id of the other.
    pub b: String,
    /// Similarity, including how close the dates are.
    pub score: Score,
    /// Cosine similarity of their weighted entities.
    pub entities: Score,
    /// Cosine similarity of their weighted words.
    pub terms: Score,
    /// Share of the shorter document's paragraphs that also appear in the other.
    pub copied: Score,
    /// Days between their publication; null if either is undated.
    pub days: Option<u32>,
    /// Most important shared features, best first.
    pub evidence: Vec<String>,
}

/// A person, organisation, place or other named thing that documents of a story share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// Unique within the story.
    pub id: String,
    /// Fullest form in the documents.
    pub name: String,
    /// Its label, such as `PERSON`.
    #[serde(with = "word")]
    #[schemars(with = "String")]
    pub label: EntityType,
    /// Contribution to the story's cohesion: rarity over all documents of the run times mentions, scaled to 1 for the
    /// best.
    pub weight: Score,
    /// Number of mentions in all documents.
    pub mentions: usize,
    /// Matching entity in each document that mentions it.
    pub entities: Vec<EntityRef>,
}

/// An entity of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntityRef {
    /// Id of the record.
    pub document: String,
    /// Id in its `entities`.
    pub entity: String,
    /// Its name in that record.
    pub name: String,
}

/// A word that documents of a story share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// Stem in lower case.
    pub term: String,
    /// Contribution to the story's cohesion: rarity over all documents of the run, scaled to 1 for the best.
    pub weight: Score,
    /// Ids of the documents that contain it.
    pub documents: Vec<String>,
}

/// Text that one document copied from another, or both from a third.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Copy {
    /// Id of the document that was published first; if unknown, the one that the other credits, or else the longer one.
    pub from: String,
    /// Id of the document that copied it.
    pub to: String,
    /// Share of the words of `to` in paragraphs copied from `from`.
    pub share: Score,
    /// Share of the words of `from` that were copied.
    pub share_of_source: Score,
    /// Whether dates or credits establish which came first.
    pub order_is_known: bool,
    /// Copied paragraphs, in the order of `to`.
    pub paragraphs: Vec<CopiedParagraph>,
}

/// A paragraph that appears in two documents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopiedParagraph {
    /// Passage in the source document.
    pub from: Passage,
    /// Passage in the copying document.
    pub to: Passage,
    /// Share of the word n-grams of `to` that appear in `from`.
    pub share: Score,
}

/// A share with its confidence interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// The share.
    pub share: Score,
    /// Lower bound of the 95 % Wilson score interval (Wilson 1927).
    pub low: Score,
    /// Upper bound.
    pub high: Score,
}

/// Prominence of one frame in an outlet's documents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Framing {
    /// The outlet.
    pub outlet: String,
    /// Name and version of the codebook.
    pub codebook: String,
    /// Label of the frame.
    pub label: String,
    /// Mean score over the outlet's documents.
    pub score: Score,
    /// Number of passages that show the frame.
    pub passages: usize,
    /// Number of these in the outlet's own voice, outside quotations.
    pub own_voice: usize,
    /// Its share of the scores of all frames of the codebook, averaged over the outlet's documents. The interval rests
    /// on the number of documents: one article says little about how an outlet frames an event.
    pub interval: Interval,
    /// Strongest passages, at most three.
    pub evidence: Vec<Passage>,
}

/// A speaker quoted by an outlet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Voice {
    /// The outlet.
    pub outlet: String,
    /// The speaker's fullest name in the outlet's documents.
    pub speaker: String,
    /// Id in `actors`, if more than one document names the speaker.
    pub actor: Option<String>,
    /// Number of quotations.
    pub quotes: usize,
    /// Number of words in these.
    pub words: usize,
    /// Share of all quoted words of the outlet.
    pub share: Score,
    /// Whether no other outlet of the story quotes this speaker.
    pub only_here: bool,
    /// Stances of the speaker, where the stage found any.
    pub stances: Vec<Side>,
    /// Quotations, in order.
    pub passages: Vec<Passage>,
}

/// Stance of a speaker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// Name of the entity, or the text given with `--target`.
    pub target: String,
    /// `favor`, `against` or `neutral`.
    #[serde(with = "word")]
    #[schemars(schema_with = "word::schema::<StanceLabel>")]
    pub label: StanceLabel,
    /// Confidence.
    pub score: Score,
}

/// Tone of an outlet towards an actor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tone {
    /// Id in `actors`.
    pub actor: String,
    /// The outlet.
    pub outlet: String,
    /// `positive` or `negative` if that is the most probable tone and its interval lies above that of the other;
    /// otherwise `neutral`.
    #[serde(with = "word")]
    #[schemars(schema_with = "word::schema::<core::Tone>")]
    pub label: core::Tone,
    /// Number of mentions of the actor in the outlet's documents, which determines the width of the intervals.
    pub mentions: usize,
    /// Probability of a positive tone.
    pub positive: Interval,
    /// Probability of a negative tone.
    pub negative: Interval,
}

/// Two sentences that state the same thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Aligned {
    /// Passage of one outlet.
    pub a: Passage,
    /// Passage of another outlet.
    pub b: Passage,
    /// Similarity.
    pub score: Score,
    /// Shared names, numbers and rare words, best first.
    pub evidence: Vec<String>,
}

/// Relation between two versions of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// They cannot both be right.
    Contradict,
    /// The second is more precise than the first.
    Finer,
    /// They are equivalent.
    #[default]
    Same,
}

/// Kind of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FactKind {
    /// A count, share or measure.
    #[default]
    Number,
    /// An amount of money.
    Money,
    /// A date or a day.
    Date,
    /// A time of day.
    Time,
    /// An office or title of a person.
    Title,
    /// A place.
    Place,
}

/// One value as reported by two outlets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// Kind of the value.
    pub kind: FactKind,
    /// Relation between the versions.
    pub relation: Relation,
    /// What the value measures: the adjacent words that both versions share, or the person's name.
    pub what: String,
    /// The coarser version, or that of the outlet that comes first.
    pub a: Version,
    /// The finer version, or that of the other outlet.
    pub b: Version,
}

/// A value or name, with the sentence that contains it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Version {
    /// The value or name.
    pub words: Passage,
    /// The sentence.
    pub sentence: Passage,
}

/// Kind of thing that outlets name differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NamingKind {
    /// A person, organisation, place or group.
    #[default]
    Actor,
    /// An event.
    Event,
    /// A verb.
    Action,
}

/// Different names that outlets use for the same thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Naming {
    /// Id in `actors`, if it is one of them.
    pub actor: Option<String>,
    /// `actor` (a person, organisation, place or group), `event` or `action` (a verb).
    pub kind: NamingKind,
    /// Wording of each outlet, from aligned sentences; two or more, all different.
    pub versions: Vec<Version>,
}

/// Content that only one outlet reports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Only {
    /// The outlet.
    pub outlet: String,
    /// Adjacent sentences, in order.
    pub sentences: Vec<Passage>,
    /// Confidence that no other outlet reports it: 1 minus the highest similarity to a sentence of the others.
    pub score: Score,
    /// Importance to the story.
    pub salience: Score,
}

/// A source that a document credits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credit {
    /// Id of the record.
    pub document: String,
    /// The agency or outlet.
    pub source: String,
    /// Passage that gives the credit; null if it comes from the page's metadata.
    pub passage: Option<Passage>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_reads_back_as_it_was_written() {
        let passage = Passage { document: "a".into(), outlet: "A".into(), start: 0, end: 5, text: "Seven".into() };
        let version = Version { words: passage.clone(), sentence: passage };
        let fact = Fact { relation: Relation::Contradict, a: version.clone(), b: version, ..Fact::default() };
        let story = Story { id: "1".into(), facts: vec![fact], ..Story::default() };
        let line = serde_json::to_string(&story).expect("a story has a JSON form");
        assert!(line.contains(r#""kind":"number","relation":"contradict""#), "{line}");
        assert_eq!(serde_json::from_str::<Story>(&line).expect("it reads back"), story);
    }

    #[test]
    fn every_key_is_required_and_explained() {
        let schema = json_schema();
        let objects = schema["$defs"].as_object().into_iter().flatten().map(|(_, def)| def).chain([&schema]);
        for object in objects.filter(|object| object["type"] == "object") {
            for (key, field) in object["properties"].as_object().into_iter().flatten() {
                let is_null_too = field["type"].as_array().is_some_and(|all| all.iter().any(|one| one == "null"))
                    || field["anyOf"].is_array();
                let is_required = object["required"].as_array().is_some_and(|all| all.iter().any(|one| one == key));
                assert!(is_required || is_null_too, "{key} may be missing");
                assert!(field["description"].is_string(), "{key} is not explained");
            }
        }
    }
}
