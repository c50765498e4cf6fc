//! Serde support for numbers written as JSON strings.

use std::fmt::{Formatter, Result as Written};

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(number: &usize, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    deserializer.deserialize_str(Numeral)
}

struct Numeral;

impl Visitor<'_> for Numeral {
    type Value = usize;

    fn expecting(&self, out: &mut Formatter<'_>) -> Written {
        out.write_str("a number from 0 as a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}
