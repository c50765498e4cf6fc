//! The TOML format of a codebook.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use crate::fitted::Fit;

/// A parsed codebook file, not yet validated.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) version: Version,
    pub(crate) remarks: Remarks,
    pub(crate) labels: Vec<Label>,
    pub(crate) fit: Option<Fit>,
}

/// One frame of a codebook.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    pub(crate) name: String,
    pub(crate) definition: String,
    pub(crate) examples: Vec<String>,
    /// `head:label` of a bundle's trained head for this frame.
    pub(crate) head: Option<String>,
    /// Weight of that head in the score, in [0, 1]; the prototype has the rest. Default: 0.5, set by hand for heads
    /// trained on a similar frame, where both are equally good guesses; codebooks set 1 for heads trained on texts
    /// coded with this very frame.
    pub(crate) head_share: f32,
    pub(crate) remarks: Remarks,
}

impl Label {
    /// The texts whose mean vector is the frame's prototype.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.definition).chain(&self.examples).map(String::as_str)
    }
}

/// A version as written in the file.
pub(crate) enum Version {
    /// A string or an integer.
    Text(String),
    /// A float, which loses zeros: 1.10 would read as 1.1.
    Float(f64),
}

/// Remarks of a codebook or frame for human coders; they change no score.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Remarks {
    pub(crate) description: Vec<String>,
    pub(crate) exclude: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) source: Vec<String>,
    pub(crate) author: Vec<String>,
}

/// The codebook's `kind`, if present.
pub(crate) fn kind(toml: &str) -> Result<Option<String>, toml::de::Error> {
    #[derive(Deserialize)]
    struct Probe {
        codebook: Option<Table>,
    }
    #[derive(Deserialize)]
    struct Table {
        kind: Option<String>,
    }
    Ok(toml::from_str::<Probe>(toml)?.codebook.and_then(|table| table.kind))
}

pub(crate) fn parse(toml: &str) -> Result<File, toml::de::Error> {
    let Written { codebook, labels, fit } = toml::from_str(toml)?;
    let WrittenTable { name, version, _kind: _, description, exclude, notes, source, author } = codebook;
    let remarks = Remarks::of([description, exclude, notes, source, author]);
    Ok(File { name, version, remarks, labels: labels.into_iter().map(Label::from).collect(), fit })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    codebook: WrittenTable,
    #[serde(rename = "label")]
    labels: Vec<WrittenLabel>,
    fit: Option<Fit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    name: String,
    version: Version,
    /// Required, but already checked by [`kind`].
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default)]
    description: Texts,
    #[serde(default)]
    exclude: Texts,
    #[serde(default)]
    notes: Texts,
    #[serde(default)]
    source: Texts,
    #[serde(default)]
    author: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLabel {
    name: String,
    definition: String,
    #[serde(default)]
    examples: Vec<String>,
    head: Option<String>,
    #[serde(default = "half")]
    head_share: f32,
    #[serde(default)]
    description: Texts,
    #[serde(default)]
    exclude: Texts,
    #[serde(default)]
    notes: Texts,
    #[serde(default)]
    source: Texts,
    #[serde(default)]
    author: Texts,
}

fn half() -> f32 {
    0.5
}

impl From<WrittenLabel> for Label {
    fn from(label: WrittenLabel) -> Self {
        let WrittenLabel { name, definition, examples, head, head_share, .. } = label;
        let remarks = Remarks::of([label.description, label.exclude, label.notes, label.source, label.author]);
        Self { name, definition, examples, head, head_share, remarks }
    }
}

impl Remarks {
    fn of([description, exclude, notes, source, author]: [Texts; 5]) -> Self {
        Self { description: description.0, exclude: exclude.0, notes: notes.0, source: source.0, author: author.0 }
    }
}

/// One text or a list of texts.
#[derive(Default)]
struct Texts(Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNumber;
        impl Visitor<'_> for TextOrNumber {
            type Value = Version;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a whole number")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Version, E> {
                Ok(Version::Text(text.to_owned()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Version, E> {
                Ok(Version::Text(number.to_string()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Version, E> {
                Ok(Version::Text(number.to_string()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Version, E> {
                Ok(Version::Float(number))
            }
        }
        deserializer.deserialize_any(TextOrNumber)
    }
}
