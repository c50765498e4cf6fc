//! A story: what several documents tell of one event, one JSON object a line (`pressmark-story/1`).
//!
//! `start` and `end` are Unicode code points into the `text` of the record that `document` names, half-open, as in
//! [`Record`](crate::Record). Passages repeat their words, so that a story can be read without the records. Every key is
//! always present; a list that is empty is `[]`, a value that is unknown is `null`.

use pressmark_core as core;
use pressmark_core::{EntityType, StanceLabel};
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Score, word};

/// The name of the contract that [`Story`] follows.
pub const SCHEMA: &str = "pressmark-story/1";

/// The contract of a row: a row of another one does not deserialise as a [`Story`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchemaName {
    /// [`SCHEMA`].
    #[default]
    #[serde(rename = "pressmark-story/1")]
    V1,
}

/// The JSON Schema of a story, generated from the Rust types.
#[must_use]
pub fn json_schema() -> Value {
    schema_for!(Story).to_value()
}

/// One event as several documents tell it. A document that no other one shares its event with is a story alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "pressmark-story/1")]
pub struct Story {
    /// Always `pressmark-story/1`.
    #[schemars(with = "String", extend("const" = SCHEMA))]
    pub schema: SchemaName,
    /// Unique within a run.
    pub id: String,
    /// The title of the document that was published first and has one.
    pub title: Option<String>,
    /// The earliest date of publication, RFC 3339 or a plain date.
    pub first_published: Option<String>,
    /// The latest one.
    pub last_published: Option<String>,
    /// The documents, in order of publication; those without a date last, in input order.
    pub documents: Vec<Document>,
    /// The outlets, in order of their first document.
    pub outlets: Vec<Outlet>,
    /// Pairs of documents that were taken for the same event, best first, and what speaks for it.
    pub links: Vec<Link>,
    /// The people, bodies and places that documents share, the most salient first.
    pub actors: Vec<Actor>,
    /// The words that documents share, the most distinctive first.
    pub terms: Vec<Term>,
    /// Paragraphs that one document took from another.
    pub copies: Vec<Copy>,
    /// How each outlet frames the event.
    pub frames: Vec<Framing>,
    /// Whom each outlet quotes.
    pub voices: Vec<Voice>,
    /// The tone of each outlet towards the actors that more than one outlet names.
    pub tones: Vec<Tone>,
    /// Pairs of sentences of different outlets that state the same thing, best first.
    pub aligned: Vec<Aligned>,
    /// Values in aligned sentences that differ or agree.
    pub facts: Vec<Fact>,
    /// What outlets call the same actor, place or event.
    pub namings: Vec<Naming>,
    /// What only one outlet tells.
    pub only: Vec<Only>,
    /// Agencies and other outlets that documents credit.
    pub credits: Vec<Credit>,
}

/// Words of a document.
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
    /// The words.
    pub text: String,
}

/// A document of a story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// Id of the record.
    pub id: String,
    /// The site that published it; where the page names none, the host of its address, the source that it credits, the
    /// name of its file where that holds one document, or its id.
    pub outlet: String,
    /// Its title.
    pub title: Option<String>,
    /// RFC 3339 or a plain date.
    pub published: Option<String>,
    /// Address of the page.
    pub url: Option<String>,
    /// ISO 639 code.
    pub language: Option<String>,
    /// Words of its text.
    pub words: usize,
    /// How well it fits the rest of the story: the best of its links; 0 in a story of its own.
    pub score: Score,
    /// Id of the document that it takes most from, where it takes half of its paragraphs or more.
    pub copy_of: Option<String>,
}

/// An outlet and its part of the story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outlet {
    /// Its name, as in [`Document::outlet`].
    pub name: String,
    /// Ids of its documents, in order of publication.
    pub documents: Vec<String>,
    /// When it first published on the event.
    pub first_published: Option<String>,
    /// Words of its documents.
    pub words: usize,
    /// Sentences of its documents.
    pub sentences: usize,
    /// Quotations in its documents.
    pub quotes: usize,
    /// Different speakers of these, those without a name left out.
    pub voices: usize,
    /// Words within quotations, as a share of all words.
    pub quoted_share: Score,
}

/// Why two documents are taken for the same event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// Id of the one.
    pub a: String,
    /// Id of the other.
    pub b: String,
    /// How much they have in common, dates considered.
    pub score: Score,
    /// Cosine of their weighted entities.
    pub entities: Score,
    /// Cosine of their weighted words.
    pub terms: Score,
    /// Share of the paragraphs of the shorter that stand in the other as well.
    pub copied: Score,
    /// Days between their publication.
    pub days: Option<u32>,
    /// What they share and counts most, best first.
    pub evidence: Vec<String>,
}

/// A person, body, place or other named thing that documents of a story share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// Unique within the story.
    pub id: String,
    /// Its fullest form in the documents.
    pub name: String,
    /// Its label, such as `PERSON`.
    #[serde(with = "word")]
    #[schemars(with = "String")]
    pub label: EntityType,
    /// How much it holds the story together: rarity over all documents of the run times mentions, 1 for the best.
    pub weight: Score,
    /// Mentions in all documents.
    pub mentions: usize,
    /// The entity in each document that names it.
    pub entities: Vec<EntityRef>,
}

/// An entity of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntityRef {
    /// Id of the record.
    pub document: String,
    /// Id in its `entities`.
    pub entity: String,
    /// Its name there.
    pub name: String,
}

/// A word that documents of a story share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// The word in lower case, without its ending.
    pub term: String,
    /// How much it holds the story together: rarity over all documents of the run, 1 for the best.
    pub weight: Score,
    /// Ids of the documents.
    pub documents: Vec<String>,
}

/// What one document took from another, or both from a third.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Copy {
    /// Id of the document that was published first; in doubt the one that the other credits, else the one of more words.
    pub from: String,
    /// Id of the document that took from it.
    pub to: String,
    /// Share of the words of `to` that stand in paragraphs taken from `from`.
    pub share: Score,
    /// Share of the words of `from` that were taken.
    pub share_of_source: Score,
    /// Whether dates or credits say who was first.
    pub order_is_known: bool,
    /// The paragraphs, in the order of `to`.
    pub paragraphs: Vec<CopiedParagraph>,
}

/// A paragraph that stands in two documents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopiedParagraph {
    /// In the document that it comes from.
    pub from: Passage,
    /// In the document that took it.
    pub to: Passage,
    /// Share of the word sequences of `to` that stand in `from`.
    pub share: Score,
}

/// A share with the interval that says how little the count behind it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// The share.
    pub share: Score,
    /// Lower end of the 95 % interval (Wilson 1927).
    pub low: Score,
    /// Upper end.
    pub high: Score,
}

/// How much of what an outlet writes bears one frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Framing {
    /// The outlet.
    pub outlet: String,
    /// Name and version of the codebook.
    pub codebook: String,
    /// The frame.
    pub label: String,
    /// Mean score over the outlet's documents.
    pub score: Score,
    /// Passages that bear the frame.
    pub passages: usize,
    /// Those of them in the outlet's own voice, outside quotations.
    pub own_voice: usize,
    /// Its share of the scores of all frames of the codebook, mean over the outlet's documents. The interval rests on the
    /// number of documents: one article tells little of how an outlet frames an event.
    pub interval: Interval,
    /// The clearest passages, at most three.
    pub evidence: Vec<Passage>,
}

/// A speaker in an outlet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Voice {
    /// The outlet.
    pub outlet: String,
    /// The speaker's fullest name in the outlet's documents.
    pub speaker: String,
    /// The actor, where more than one document names the speaker.
    pub actor: Option<String>,
    /// How many quotations.
    pub quotes: usize,
    /// Words of these.
    pub words: usize,
    /// Share of all quoted words of the outlet.
    pub share: Score,
    /// Whether no other outlet of the story quotes this speaker.
    pub only_here: bool,
    /// Where the speaker stands, as far as stances were taken.
    pub stances: Vec<Side>,
    /// The quotations, in order.
    pub passages: Vec<Passage>,
}

/// Where a speaker stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// Name of the entity, or the text given with `--target`.
    pub target: String,
    /// `favor`, `against` or `neutral`.
    #[serde(with = "word")]
    #[schemars(schema_with = "word::schema::<StanceLabel>")]
    pub label: StanceLabel,
    /// How sure.
    pub score: Score,
}

/// The tone of an outlet towards an actor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tone {
    /// Id in `actors`.
    pub actor: String,
    /// The outlet.
    pub outlet: String,
    /// `positive` or `negative` where it is the most probable and its interval lies above that of the other; else
    /// `neutral`.
    #[serde(with = "word")]
    #[schemars(schema_with = "word::schema::<core::Tone>")]
    pub label: core::Tone,
    /// Mentions of the actor in the outlet's documents: what the intervals rest on.
    pub mentions: usize,
    /// Probability of a positive tone.
    pub positive: Interval,
    /// Probability of a negative tone.
    pub negative: Interval,
}

/// Two sentences that state the same thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Aligned {
    /// The one.
    pub a: Passage,
    /// The other, of another outlet.
    pub b: Passage,
    /// How alike they are.
    pub score: Score,
    /// What they share: names, numbers and rare words, best first.
    pub evidence: Vec<String>,
}

/// How two versions of a value stand to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// They cannot both be right.
    Contradict,
    /// The second says more than the first.
    Finer,
    /// They say the same.
    #[default]
    Same,
}

/// What a value is.
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
    /// What a person is called by office.
    Title,
    /// A place.
    Place,
}

/// One value as two outlets give it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// What the value is.
    pub kind: FactKind,
    /// How the versions stand to each other.
    pub relation: Relation,
    /// What it is a value of: the words beside it that both have, or the name of the person.
    pub what: String,
    /// The coarser version, or that of the outlet that comes first.
    pub a: Version,
    /// The finer version, or that of the other outlet.
    pub b: Version,
}

/// A value, or a way to call something, with the sentence it stands in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Version {
    /// The words.
    pub words: Passage,
    /// The sentence.
    pub sentence: Passage,
}

/// What outlets have different words for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NamingKind {
    /// A person, body, place or group.
    #[default]
    Actor,
    /// An event.
    Event,
    /// A verb.
    Action,
}

/// What outlets call the same thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Naming {
    /// Id in `actors`, where it is one of them.
    pub actor: Option<String>,
    /// `actor` (a person, body, place or group), `event` or `action` (a verb).
    pub kind: NamingKind,
    /// The words of each outlet, in aligned sentences; two or more, all different.
    pub versions: Vec<Version>,
}

/// What only one outlet tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Only {
    /// The outlet.
    pub outlet: String,
    /// Sentences that stand together, in order.
    pub sentences: Vec<Passage>,
    /// How sure it is that no other outlet tells it: 1 less the best likeness to a sentence of the others.
    pub score: Score,
    /// How much it matters to the story.
    pub salience: Score,
}

/// A source that a document credits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credit {
    /// Id of the record.
    pub document: String,
    /// The agency or outlet.
    pub source: String,
    /// Where the text says so; null where the page's metadata do.
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
