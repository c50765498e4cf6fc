//! Serde support for values written as one string: an unknown word is an error, never mapped to another value.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use pressmark_core::{EditKind, EntityType, ProblemKind, QuoteKind, SegmentKind, StanceLabel, Status, Tone, Voice};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserializer, Serializer};

use crate::holder::Holder;

/// A value written as a word.
pub(crate) trait Word: Sized {
    fn written(&self) -> Cow<'_, str>;

    fn read(word: &str) -> Option<Self>;

    /// Description of the accepted words, for error messages.
    fn expected() -> String;
}

/// Serialises for `#[serde(with = "word")]`.
pub(crate) fn serialize<T: Word, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.written())
}

/// Deserialises for `#[serde(with = "word")]`.
pub(crate) fn deserialize<'de, T: Word, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(WordOf(PhantomData))
}

struct WordOf<T>(PhantomData<T>);

impl<T: Word> Visitor<'_> for WordOf<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&T::expected())
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
        T::read(word).ok_or_else(|| E::invalid_value(Unexpected::Str(word), &self))
    }
}

/// A closed list of words.
pub(crate) trait Closed {
    fn words() -> Vec<&'static str>;
}

macro_rules! closed {
    ($($type:ident)*) => {$(
        impl Closed for $type {
            fn words() -> Vec<&'static str> {
                Self::ALL.iter().map(|member| member.as_str()).collect()
            }
        }
    )*};
}

closed!(EditKind ProblemKind QuoteKind SegmentKind StanceLabel Status Tone);

/// Implements [`Word`] for closed enums. The other closed lists may gain words in later versions, so records keep them
/// as strings and only [`verify_line`](crate::verify_line) reports unknown ones.
macro_rules! words {
    ($($type:ident)*) => {$(
        impl Word for $type {
            fn written(&self) -> Cow<'_, str> {
                self.as_str().into()
            }

            fn read(word: &str) -> Option<Self> {
                Self::named(word)
            }

            fn expected() -> String {
                format!("one of {}", Self::words().join(", "))
            }
        }
    )*};
}

words!(QuoteKind StanceLabel Status Tone);

/// JSON Schema of a closed list: a string with an `enum`.
pub(crate) fn schema<T: Closed>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": T::words() })
}

impl Word for EntityType {
    fn written(&self) -> Cow<'_, str> {
        self.as_str().into()
    }

    fn read(word: &str) -> Option<Self> {
        Some(word.into())
    }

    fn expected() -> String {
        "a label".to_owned()
    }
}

const OUTLET: &str = "outlet";

impl Word for Voice {
    fn written(&self) -> Cow<'_, str> {
        self.to_string().into()
    }

    fn read(word: &str) -> Option<Self> {
        if word == OUTLET {
            Some(Self::Outlet)
        } else {
            word.parse().ok().filter(|_| !word.starts_with('+')).map(Self::Quote)
        }
    }

    fn expected() -> String {
        "outlet, or the index of a quotation as a string".to_owned()
    }
}

impl Holder<'_> {
    /// Returns the wire form: `outlet`, or the entity's id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Outlet => OUTLET,
            Self::Entity(id) => id,
        }
    }
}

impl Word for Holder<'_> {
    fn written(&self) -> Cow<'_, str> {
        self.as_str().into()
    }

    fn read(word: &str) -> Option<Self> {
        Some(if word == OUTLET { Self::Outlet } else { Self::Entity(word.to_owned().into()) })
    }

    fn expected() -> String {
        "outlet, or the id of an entity".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{Provenance, Record};

    /// A row with one of each closed value.
    fn row() -> Value {
        let doc = pressmark_core::Document::from_text("a", "Rain fell.");
        let mut row = serde_json::to_value(Record::of(&doc, &Provenance::default())).expect("JSON");
        let tone = json!({ "label": "neutral", "score": 0.5, "positive": 0.25, "neutral": 0.5, "negative": 0.25 });
        row["entities"] = json!([{
            "id": "e0", "name": "Rain", "label": "WEATHER", "aliases": [], "mentions": 0, "sentiment": tone,
        }]);
        row["quotes"] = json!([{ "start": 0, "end": 4, "kind": "direct", "closed": true }]);
        let evidence = json!([{ "start": 0, "end": 10, "score": 0.5, "voice": "0" }]);
        row["frames"] = json!([{ "codebook": "c 1", "label": "rain", "score": 0.5, "evidence": evidence }]);
        row["stances"] = json!([{
            "holder": "outlet", "target": "rain", "label": "favor", "score": 0.5, "evidence": [],
        }]);
        row
    }

    #[test]
    fn a_word_that_stands_for_nothing_is_refused() {
        let check = |pointer: &str, word: &str, expected: Option<&str>| {
            let mut row = row();
            *row.pointer_mut(pointer).expect(pointer) = word.into();
            match (serde_json::from_value::<Record<'_>>(row.clone()), expected) {
                (Ok(record), None) => {
                    let back = serde_json::to_value(&record).expect("JSON");
                    assert_eq!(back.pointer(pointer), row.pointer(pointer));
                }
                (Err(error), Some(expected)) => {
                    assert_eq!(error.to_string(), format!("invalid value: string {word:?}, expected {expected}"));
                }
                (found, _) => panic!("{pointer} {word}: {found:?}"),
            }
        };
        check("/status", "partial", None);
        check("/status", "fine", Some("one of ok, partial, failed"));
        check("/quotes/0/kind", "mixed", None);
        check("/quotes/0/kind", "reported", Some("one of direct, indirect, mixed"));
        check("/entities/0/sentiment/label", "negative", None);
        check("/entities/0/sentiment/label", "warm", Some("one of positive, neutral, negative"));
        check("/stances/0/label", "against", None);
        check("/stances/0/label", "pro", Some("one of favor, against, neutral"));
        check("/frames/0/evidence/0/voice", "outlet", None);
        check("/frames/0/evidence/0/voice", "12", None);
        check("/frames/0/evidence/0/voice", "crowd", Some("outlet, or the index of a quotation as a string"));
        check("/stances/0/holder", "e0", None);
        check("/entities/0/label", "MINERAL", None);
    }
}
